# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command, a setting of Redis or a login's line gives away: the value behind an option or a name."""

from __future__ import annotations

import re
import typing as t

from . import given, names, positional, takes
from .lazy import pattern
from .span import MASKED, Span
from .values import closing

_Found = t.Iterable[Span]
_LINE = 1024  # as far as a command may be before its option
_GAP = rb"(?:[ \t]{1,8}|=|\\{0,8}[\"'],\s{0,32}(?=\\{0,8}[\"']))"
_VALUE = rb"(?:(?P<quote>\\{0,8}[\"'])|(?P<secret>[^\s\"',;|&)<>`\\]{1,4096}))"
_SHORT = pattern(rb"-(?<![^\s\"']-)(?P<letters>[A-Za-z])(?P<more>[A-Za-z]{0,8})")
_BEHIND = pattern(rb"(?P<gap>" + _GAP + rb")?" + _VALUE)
_LONG_OPTION = pattern(
    rb"-(?:-|(?=[a-z]{3,24}pass\b|pw\b|auth\b|token\b|hmac\b|pass(?:word|phrase)\b))"
    rb"(?P<option>[A-Za-z][A-Za-z0-9_-]{1,40})" + _GAP + _VALUE
)
_PORTS = pattern(rb"\d{1,5}(?::\d{1,5})?")
_REDIS = pattern(
    rb"(?:(?P<config>(?i:requirepass|masterauth|auth-pass[ ]{1,4}[\w.-]{1,64}))|\bAUTH)(?:\\?[\"'])?"
    rb"(?P<gap>[ \t]{1,8}|,[ ]?b?(?=[\"'])|(?:\r?\n|(?:\\r)?\\n)(?:\d\) ?|\$\d{1,4}(?:\r?\n|(?:\\r)?\\n))?)"
    rb"(?:(?P<user>[\w.-]{1,64}|\\?\"[\w.-]{1,64}\\?\")[ \t]{1,4}(?=[^\s|;&]{1,512}(?:\s|$)))?" + _VALUE
)
SETUSER = pattern(rb"\bSETUSER\b[^\r\n]{0,512}?[\s\"']>(?P<secret>[^\s\"']{1,512})", re.I)
# What reads it from its input.
_READS = (b"--password-stdin", b"--with-token", b"--stdin", b"-S ", b"-S\n")
# To the next blank; in a quoted text, where several are in a line, to its end.
_BARE = rb"(?:[^\s\"'\\]|[\"'](?![\s,;)\]}]|$)|\\(?![nr\"]))"
NETRC = pattern(rb"login\s+\S{1,128}\s+password[ \t]+(?P<secret>" + _BARE + rb"{1,512})")
_ENVIRONMENT = pattern(rb"[ ]{1,8}(?P<name>[A-Za-z_]\w{1,64})[ ]{1,8}[\"']?(?P<secret>[^\s\"'=;|&\\]{4,512})")
_ACL = pattern(rb"\buser [\w.-]{1,64}(?: [^\s>]{1,128}){0,32} >(?P<secret>[^\s\"'\\]{1,512})")
_SET = pattern(
    rb"set (?:-\w+ ){0,3}(?:\S{0,64}[/:.])?(?P<name>[A-Za-z_][\w-]{1,64})[ \t]{1,8}"
    rb"(?:TO[ \t]{1,8}\\{0,8}[\"'])?"
    rb"(?P<secret>[^\s'\"\\]{6,512})(?=[\s'\"\\]|$)",
    re.I,
)
# FILE USER PASSWORD behind a bundle of options that has a b; with an n among them there is no file.
_NEXT = rb"(?:[ \t]{1,8}|\\{0,8}[\"'],[ \t]{0,8}\\{0,8}[\"'])"
_PASSWD = pattern(
    rb"passwd(?:(?<=_passwd)|(?<=htpasswd))(?=[^\n|;&]{1,64}?-\w{0,6}b)(?P<none>(?=[^\n|;&]{1,64}?-\w{0,6}n))?"
    rb"(?:"
    + _NEXT
    + rb"-\w{1,8}(?:[ \t]{1,8}\d{1,2}(?=[ \t]))?){1,6}(?(none)|"
    + _NEXT
    + rb"[^\s\"']{1,512})"
    + _NEXT
    + rb"(?:[^\s\"'-][^\s\"']{0,255}|\\{0,8}[\"']{2})"
    + _NEXT
    + rb"(?P<quote>\\{0,8}[\"'])?(?P<secret>[^\s\"';|&)\\]{1,512})"
)
RABBIT = pattern(
    rb"qctl[^\n]{0,64}?(?:add_user|change_password|authenticate_user)\s+\S{1,64}\s+(?P<secret>"
    + _BARE
    + rb"{1,256})"
)


def setting(data: bytes, at: int) -> _Found:
    """Return what a name is set to that is a secret's, without a separator: C(config set x_token VALUE)."""
    minio = positional.word(data, at + 4, b"mc alias set ", 4)
    if minio:
        return minio
    match = _SET.match(data, at)
    if not match or names.kind(match["name"].decode()) != names.SURELY:
        return []
    drawn = names.is_random(str(match["secret"], "utf-8", "replace"), 6)
    return [Span(*match.span("secret"), match["name"].decode().lower())] if drawn else []


def login(data: bytes, at: int) -> _Found:
    """Return the password of a line of C(~/.netrc), or the token of C(vault login)."""
    match = NETRC.match(data, at)
    if match:
        return [] if MASKED.match(match["secret"]) else [Span(*match.span("secret"), "password")]
    return positional.login(data, at + 5)


def passwd(data: bytes, at: int) -> _Found:
    """Return what follows C(htpasswd -b), C(openssl passwd), or a command's word C(password)."""
    if data[at : at + 6].lower() == b"passwo":
        return positional.password(data, at + 8)
    match = _PASSWD.match(data, at)
    return positional.told(data, *match.span("secret")) if match else positional.hashed(data, at + 6)


def environment(data: bytes, at: int) -> _Found:
    """Return the value of C(ENV NAME VALUE) and C(setenv NAME VALUE), where the name is a secret's."""
    match = _ENVIRONMENT.match(data, at)
    if not match or names.kind(match["name"].decode()) != names.SURELY:
        return []
    return _told(data, *match.span("secret"), match["name"].decode().lower())


def acl_password(data: bytes, at: int) -> _Found:
    """Return a password in a line of an ACL file of Redis: C(user NAME on >PASSWORD)."""
    low = max(0, at - 512)
    match = _ACL.search(data, max(data.rfind(b"\n", low, at) + 1, low), at + 512)
    return _told(data, *match.span("secret"), "acl") if match and match.start("secret") == at + 1 else []


def acl_digest(data: bytes, at: int) -> _Found:
    """Return the digest of a password in an ACL of Redis: it has no salt, so that passwords can be tried."""
    line = data[max(data.rfind(b"\n", 0, at) + 1, at - 512) : at]
    return [Span(at + 1, at + 65, "acl")] if b"user " in line.lower() else []


def options(data: bytes, at: int) -> _Found:
    """Return the value of an option that names a secret, or of a short one of a command that is known."""
    if data.startswith(_READS, at):
        return given.traced(data, at)
    match = _LONG_OPTION.match(data, at)
    if match and not _in_another(data, at, match.end("option")):
        return _long(data, match)
    return _short(data, at)


def _in_another(data: bytes, at: int, end: int) -> bool:
    """Return whether an option is the last word of a quoted text: then what follows is no value of it."""
    return data[end : end + 9].lstrip(b"\\")[:1] in (b'"', b"'") and data[at - 1 : at] not in (b'"', b"'")


def _long(data: bytes, match: re.Match[bytes]) -> _Found:
    option = match["option"].decode()
    named = option in ("pass", "requirepass", "masterauth") or names.kind(option) == names.SURELY
    user = takes.long_option(option, _before(data, match.start()))
    if user is None and not named:
        return []
    start, stop = _without_user(data, *_given(data, match), user or b"", needed=not named)
    return _told(data, start, stop, option if named else "password")


def _short(data: bytes, at: int) -> _Found:
    match = _SHORT.match(data, at)
    if not match:
        return []
    line = _before(data, at)
    letters = match["letters"] + match["more"]
    takes_one = takes.short_option(letters.decode(), line)
    if not takes_one:
        return []
    value = _BEHIND.match(data, at + 2 if takes_one.attached or not match["more"] else match.end())
    if value and value["gap"] and _in_another(data, at, value.start()):
        return []
    if not value or (value["gap"] and not takes_one.apart) or not (value["gap"] or takes_one.attached):
        return []
    start, stop = _without_user(data, *_given(data, value), takes_one.user, needed=True)
    if letters[:1] == b"p" and _PORTS.fullmatch(data[start:stop]) and not re.search(rb"sshpass|login", line):
        return []
    return _told(data, start, stop, "password")


def _before(data: bytes, at: int) -> bytes:
    """Return a command's line before an option of it, or what is before the line that the option begins."""
    low = max(0, at - _LINE)
    line = data[max(low, data.rfind(b"\n", low, at)) : at]
    return line if line.strip(b" \t\n\"'") else data[low:at]


def _told(data: bytes, start: int, stop: int, label: str) -> _Found:
    """Return the span, unless it is a switch, a reference, or only says what would stand there."""
    value = data[start:stop]
    text = value.decode("utf-8", "replace")
    ordinary = names.is_ordinary(text) and not (value.isdigit() and len(value) >= 4)
    if not value or value.startswith(b"-") or ordinary or names.is_said(text) or MASKED.fullmatch(value):
        return []
    return [Span(start, stop, label)]


def _without_user(data: bytes, start: int, stop: int, ends: bytes, *, needed: bool) -> tuple[int, int]:
    """Return what is behind the user, or the name, that is before a password; it may be quoted on its own."""
    if not ends:
        return start, stop
    # A comma, and quotes, end what is no part of a list; here they are.
    behind = data.find(ends, start, stop + 1)
    if behind < 0:
        return (stop, stop) if needed else (start, stop)
    own = _BEHIND.match(data, behind + 1)
    if not own or own["gap"] or (own["quote"] is None and behind < stop):
        return behind + 1, max(stop, behind + 1)
    return _given(data, own)


def _given(data: bytes, match: re.Match[bytes]) -> tuple[int, int]:
    if match["quote"] is None:
        return match.span("secret")
    begin = match.end("quote")
    stop = closing(data, begin, match["quote"])
    return begin, max(stop, begin)


def redis(data: bytes, at: int) -> _Found:
    match = _REDIS.match(data, at)
    if not match or (
        match["config"] and data[max(0, at - 4) : at].lower() == b"get " and not match["gap"].strip(b" \t")
    ):
        return []
    if not match["config"] and match["gap"].strip(b" \t")[:1] not in (b"", b",") and b"$" not in match["gap"]:
        return []
    start, stop = _given(data, match)
    value = data[start:stop].decode("utf-8", "replace")
    behind = data[stop : stop + 1]
    ends = behind in (b"", b"\n", b"\r", data[max(0, at - 1) : at])
    ends = ends or data[stop : stop + 2] in (rb"\n", rb"\r")
    ends = ends or bool(match["user"] and behind in b"\"'" and names.is_random(value, 6))
    prose = not match["config"] and not match["quote"] and not ends
    is_word = value.lower() in ("plain", "login", "failed", "error", "command", "requirepass", "masterauth")
    number = value.isdigit() and len(value) >= 4
    if not value or prose or is_word or (names.is_ordinary(value) and not number):
        return []
    return [
        Span(start, stop, str(match["config"].split()[0], "utf-8").lower() if match["config"] else "auth")
    ]
