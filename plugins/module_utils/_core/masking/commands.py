# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command, a setting of Redis or a login's line gives away: the value behind an option or a name."""

from __future__ import annotations

import re
import typing as t

from . import names, positional
from .lazy import pattern
from .span import MASKED, Span
from .values import closing

_Found = t.Iterable[Span]
_GAP = rb"(?:[ \t]{1,8}|=|\\{0,8}[\"'],\s{0,32}(?=\\{0,8}[\"']))"
_VALUE = rb"(?:(?P<quote>\\{0,8}[\"'])|(?P<secret>[^\s\"',;|&)<>`\\]{1,4096}))"
_OPTION = pattern(rb"(?:(?<=\s)|(?<=[\"'])|(?<=^))-(?P<option>[upawkPU])(?:" + _GAP + rb")?" + _VALUE)
_LONG_OPTION = pattern(rb"-(?:-|(?=[a-z]{3,24}pass\b))(?P<option>[A-Za-z][A-Za-z0-9-]{1,40})" + _GAP + _VALUE)
_PORTS = pattern(rb"\d{1,5}(?::\d{1,5})?")
_TAKES = {
    b"u": rb"\bcurl\b",
    b"U": rb"\b(?:curl|smbclient)\b",
    b"k": rb"\bopenssl\s+enc\b",
    b"P": rb"\b(?:(?:un)?zip|ipmitool)\b",
    b"p": rb"\b(?:7z|mysql\w*|mariadb\w*|sshpass|docker|podman|buildah|skopeo|helm|crane|az"
    rb"|mongo\w*|useradd)\b",
    b"a": rb"\b(?:(?:redis|valkey)-(?:cli|benchmark)|https? )",
    b"w": rb"\bldap\w+\b",
}
_REDIS = pattern(
    rb"(?:(?P<config>(?i:requirepass|masterauth))|\bAUTH)(?:\\?[\"'])?"
    rb"(?P<gap>[ \t]{1,8}|(?:\r?\n|(?:\\r)?\\n)(?:\d\) ?)?)"
    rb"(?:(?P<user>[\w.-]{1,64}|\\?\"[\w.-]{1,64}\\?\")[ \t]{1,4}(?=[^\s|;&]{1,512}(?:\s|$)))?" + _VALUE
)
SETUSER = pattern(rb"\bSETUSER\b[^\r\n]{0,512}?[\s\"']>(?P<secret>[^\s\"']{1,512})", re.I)
# What reads it from its input.
_READS = (b"--password-stdin", b"--with-token", b"--stdin")
_WITH_USER = (b"u", b"U", b"user", b"proxy-user")
_ASKS = pattern(rb"\b(?:mysql|mariadb)")
# All of these: the nearest before an option is whose it is.
_COMMANDS = pattern(b"|".join(_TAKES.values()))
# To the next blank; in a quoted text, where several are in a line, to its end.
_BARE = rb"(?:[^\s\"'\\]|[\"'](?![\s,;)\]}]|$)|\\(?![nr\"]))"
NETRC = pattern(rb"login\s+\S{1,128}\s+password[ \t]+(?P<secret>" + _BARE + rb"{1,512})")
_SET = pattern(
    rb"set (?:-\w+ ){0,3}(?:\S{0,64}[/:.])?(?P<name>[A-Za-z_][\w-]{1,64})[ \t]{1,8}"
    rb"(?P<secret>[^\s'\"\\]{6,512})(?=[\s'\"\\]|$)",
    re.I,
)
# FILE USER PASSWORD behind a bundle of options that has a b; with an n among them there is no file.
_NEXT = rb"(?:[ \t]{1,8}|[\"'],[ \t]{0,8}[\"'])"
PASSWD = pattern(
    rb"passwd(?:(?<=_passwd)|(?<=htpasswd))(?=[^\n|;&]{1,64}?-\w{0,6}b)(?P<none>(?=[^\n|;&]{1,64}?-\w{0,6}n))?"
    rb"(?:"
    + _NEXT
    + rb"-\w{1,8}(?:[ \t]{1,8}\d{1,2}(?=[ \t]))?){1,6}(?(none)|"
    + _NEXT
    + rb"[^\s\"']{1,512})"
    + _NEXT
    + rb"[^\s\"'-][^\s\"']{0,255}"
    + _NEXT
    + rb"[\"']?(?P<secret>[^\s\"';|&)]{1,512})"
)
RABBIT = pattern(
    rb"qctl[^\n]{0,64}?(?:add_user|change_password|authenticate_user)\s+\S{1,64}\s+(?P<secret>"
    + _BARE
    + rb"{1,256})"
)


def setting(data: bytes, at: int) -> _Found:
    """Return what a name is set to that is a secret's, without a separator: C(config set x_token VALUE)."""
    if minio := positional.word(data, at + 4, b"mc alias set ", 4):
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
    return positional.word(data, at + 5, b"vault login", 1)


def acl_digest(data: bytes, at: int) -> _Found:
    """Return the digest of a password in an ACL of Redis: it has no salt, so that passwords can be tried."""
    line = data[max(data.rfind(b"\n", 0, at) + 1, at - 512) : at]
    return [Span(at + 1, at + 65, "acl")] if b"user " in line.lower() else []


def options(data: bytes, at: int) -> _Found:
    """Return the value of an option that names a secret, or of a short one of a command that is known."""
    if data.startswith(_READS, at):
        return positional.given(data, at)
    match = _LONG_OPTION.match(data, at) or _OPTION.match(data, at)
    if not match:
        return []
    option = match["option"]
    line = data[max(0, data.rfind(b"\n", 0, at), at - 4096) : at]
    line = line if line.strip(b" \t\n\"'") else data[max(0, at - 1024) : at]
    *_others, nearest = 0, *(command.start() for command in _COMMANDS.finditer(line))
    line = line[nearest:]
    label = _option_label(option, line)
    start, stop = _given(data, match)
    if label and (option in _WITH_USER or (option == b"a" and re.search(rb"\bhttps? ", line))):
        colon = data.find(b"%" if b"smbclient" in line else b":", start, stop)
        start = colon + 1 if colon >= 0 else stop
    value = data[start:stop]
    number = value.isdigit() and len(value) >= 4
    ordinary = names.is_ordinary(value.decode("utf-8", "replace")) and not number
    # Without its value right behind it, the option asks for the password, and what follows is the database.
    if option == b"p" and start > match.end("option") + bool(match["quote"]) and _ASKS.search(line):
        return []
    port = option == b"p" and _PORTS.fullmatch(value) and not re.search(rb"sshpass|login", line)
    if not label or not value or value.startswith(b"-") or ordinary or port or MASKED.fullmatch(value):
        return []
    return [Span(start, stop, label)]


def _option_label(option: bytes, line: bytes) -> str:
    """Return what the option of a command line is about, C('') where that is no secret."""
    if len(option) == 1 or option in _WITH_USER:
        takes = re.search(_TAKES[option[:1] if len(option) == 1 else b"u"], line)
        other = option == b"p" and re.search(rb"\b(?:docker|podman|helm)\b", line) and b"login" not in line
        return "password" if takes and not other else ""
    named = option in (b"pass", b"requirepass", b"masterauth")
    return option.decode() if named or names.kind(option.decode()) == names.SURELY else ""


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
    if not match["config"] and match["gap"].strip(b" \t"):
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
    return [Span(start, stop, str(match["config"], "utf-8").lower() if match["config"] else "auth")]
