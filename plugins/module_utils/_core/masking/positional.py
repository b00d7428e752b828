# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command takes for a password by its place alone: one of its words (C(vault login TOKEN))."""

from __future__ import annotations

import re
import typing as t

from . import names
from .lazy import pattern
from .span import MASKED, Span

_LINE = 1024  # as far as a command goes, before and behind
_COMMAND = pattern(rb"[^\n|;&]*")
# In a shell's line, and as a list in JSON or Python.
_WORD = pattern(rb"(?P<quote>\\{0,8}[\"'])(?P<quoted>[^\"'\\\n]*)(?P=quote)|(?P<bare>[^\s\"',\\<>]+)")
_CLOSES = pattern(rb"(?<=[^\s\"',])[\"'](?=\s*(?:[,\]}]|$))|\\{1,4}n")
_PLACEHOLDER = pattern(rb"[A-Z_]+|\W*|%\w+%|[<\[].*|.*[>\]]")
_IN_LIST = pattern(rb"\\{0,8}[\"'],[ ]?")
_LOGON = pattern(rb"[\w.$#-]{1,64}/(?P<secret>[^\s/@\"'\\]{1,128})(?:@\S{1,256})?")
# Whose options are followed by a word of theirs.
_TAKE_A_WORD = (
    b"-salt",
    b"-m",
    b"--name",
    b"-n",
    b"--label",
    b"--stdin-name",
    b"-u",
    b"-h",
    b"--profile",
    b"-P",
    b"--salt",
)
_LOGIN = pattern(rb"(?:\bvault|\bcargo|\bpulumi)\s+login$")
_SETS_PASSWORD = pattern(
    rb"\b(?:mysqladmin|mariadb-admin|nmcli)\b[^\n|;&]*[\s\"']password$|\breset-admin-password$"
)
_HASHES = pattern(rb"\bopenssl(?:\s+|[\"'],\s*[\"'])passwd$|\bmkpasswd$")
_VAULT = pattern(rb"vault (?:operator unseal|unwrap|encrypt_string)")
_SET_FOR = pattern(
    rb"\s+for\s+\S{1,130}\s*=\s*(?P<quote>\\{0,8}[\"'])(?P<secret>[^\"'\\\n]{1,512})(?P=quote)", re.I
)
# In a sentence, or as SQL quotes with dollars.
_SAID = pattern(
    rb" (?:for (?:user )?[\w@.-]{1,64}|of [\w@.-]{1,64})?(?: ?(?:is|was|to|now|:|->|=>)){0,2}[ ]{0,4}"
    rb"(?P<quote>\\{0,8}[\"']|\$\$)?(?P<secret>[^\s\"'$\\,;()=]{8,128})"
)
_SECRET_PATH = pattern(rb"(?:^|[/_.-])(?:\w*pass(?:word|wd)?|\w*secret|\w*token|\w*[_-]key)$", re.I)


class _Word(t.NamedTuple):
    start: int
    stop: int
    text: bytes


def told(data: bytes, start: int, stop: int) -> list[Span]:
    """Return the span, unless it only says what would stand there."""
    value = data[start:stop]
    text = value.decode("utf-8", "replace")
    ordinary = names.is_ordinary(text) and not (text.isdigit() and len(text) >= 4)
    if names.is_said(text) or ordinary or _PLACEHOLDER.fullmatch(value) or MASKED.match(value):
        return []
    return [Span(start, stop, "password")]


def word(data: bytes, at: int, command: bytes, number: int) -> list[Span]:
    """Return the last of so many words behind a command that ends at C(at), options apart."""
    if not data.endswith(command, max(0, at - len(command)), at):
        return []
    return _last(data, at, number)


def login(data: bytes, at: int) -> list[Span]:
    """Return the token of C(vault login) and its like, whose name ends at C(at)."""
    return _last(data, at, 1) if _LOGIN.search(data, max(0, at - 16), at) else []


def password(data: bytes, at: int) -> list[Span]:
    """Return the word behind the word C(password) of a command, or of a statement, that sets one."""
    if statement := _SET_FOR.match(data, at):
        return told(data, *statement.span("secret"))
    low = max(0, at - _LINE)
    before = max(low, data.rfind(b"\n", low, at) + 1)
    if not _SETS_PASSWORD.search(data, before, at):
        said = _SAID.match(data, at)
        drawn = said and (
            said["quote"] == b"$$" or names.is_random(str(said["secret"], "utf-8", "replace"), 8)
        )
        return told(data, *said.span("secret")) if said and drawn else []
    words = _words(data, at)
    return told(data, *words[0][:2]) if words else []


def hashed(data: bytes, at: int) -> list[Span]:
    """Return the password that C(openssl passwd) or C(mkpasswd) is to hash."""
    return _last(data, at, 1) if _HASHES.search(data, max(0, at - 24), at) else []


def logon(data: bytes, at: int) -> list[Span]:
    """Return the password of C(sqlplus USER/PASSWORD@DB), whose name ends at C(at)."""
    words = _arguments(data, at)
    found = _LOGON.fullmatch(words[0].text) if words else None
    return told(data, *(words[0].start + place for place in found.span("secret"))) if found else []


def windows(data: bytes, at: int) -> list[Span]:
    """Return the password of C(net user USER PASSWORD) and C(net use … /user:USER PASSWORD)."""
    at += len(b"net use")
    words = _arguments(data, at + 1)
    if data[at : at + 1] in b"rR":
        words = [one for one in _arguments(data, at + 1) if not one.text.startswith(b"/")]
        return told(data, *words[1][:2]) if len(words) == 2 else []
    behind = [number for number, one in enumerate(words) if one.text.lower().startswith(b"/user:")]
    last = behind[0] + 1 if behind else len(words)
    return told(data, *words[last][:2]) if last < len(words) else []


def vault(data: bytes, at: int) -> list[Span]:
    """Return the one word of a command of Vault, or of C(ansible-vault), that is a secret."""
    command = _VAULT.match(data, at)
    return _last(data, command.end(), 1) if command else []


def put(data: bytes, at: int) -> list[Span]:
    """Return the value of C(kv put PATH VALUE), under a secret's path, or of Vault's C(value=VALUE)."""
    words = _arguments(data, at)
    if len(words) < 2:
        return []
    if data.endswith(b"vault kv put", max(0, at - 12), at):
        found = []
        for one in words[1:]:
            name, separator, _value = one.text.partition(b"=")
            start = one.start + len(name) + 1
            found += told(data, start, one.stop) if separator and name == b"value" else []
        return found
    return told(data, *words[1][:2]) if _SECRET_PATH.search(words[0].text) else []


def _last(data: bytes, at: int, number: int) -> list[Span]:
    words = _arguments(data, at)
    return told(data, *words[-1][:2]) if len(words) == number else []


def _arguments(data: bytes, at: int) -> list[_Word]:
    """Return the words of a command from here on, without its options and the words of those."""
    found, skip = [], False
    for one in _words(data, at):
        if not skip and not one.text.startswith(b"-"):
            found.append(one)
        skip = one.text in _TAKE_A_WORD
    return found


def _words(data: bytes, at: int) -> list[_Word]:
    """Return the words of a command from here on."""
    command = _COMMAND.match(data, at, at + _LINE)
    end = command.end() if command else at
    listed = _IN_LIST.match(data, at)
    if listed:
        at = listed.end()
    elif data[at : at + 1] in (b'"', b"'"):
        at += 1
    else:
        # The command's line may be in quotes itself.
        closes = (one.start() for one in _CLOSES.finditer(data, at, end))
        end = next((one for one in closes if data.count(data[one : one + 1], at, one) % 2 == 0), end)
    found = []
    for match in _WORD.finditer(data, at, end):
        group = "quoted" if match["quote"] else "bare"
        found.append(_Word(*match.span(group), match[group]))
    return found
