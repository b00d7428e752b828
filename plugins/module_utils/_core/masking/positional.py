# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command takes for a password by its place alone, without a name or an option before it.

It is one of its words (C(vault login TOKEN)), or what another command gives it to read
(C(echo PASSWORD | docker login --password-stdin)).
"""

from __future__ import annotations

import typing as t

from . import names
from .lazy import pattern
from .span import MASKED, Span

_LINE = 1024  # as far as a command goes, before and behind
_COMMAND = pattern(rb"[^\n|;&]*")
# In a shell's line, and as a list in JSON or Python.
_WORD = pattern(rb"(?P<quote>\\?[\"'])(?P<quoted>[^\"'\\\n]*)(?P=quote)|(?P<bare>[^\s\"',\\<>]+)")
_CLOSES = pattern(rb"(?<=[^\s\"',])[\"'](?=\s*(?:[,\]}]|$))|\\{1,4}n")
_VALUE = rb"(?P<quote>[\"']?)(?P<secret>[^\s\"'|]+|(?<=[\"'])[^\"'\n]+)(?P=quote)"
_SAID = pattern(rb"\b(?:echo|printf)\s+(?:-\w+\s+|[\"']?%s(?:\\n)?[\"']?\s+)*" + _VALUE + rb"\s*$")
_HERE = pattern(rb"<<<\s*" + _VALUE)
_PLACEHOLDER = pattern(rb"[A-Z_]+|\W*")


class _Word(t.NamedTuple):
    start: int
    stop: int
    text: bytes


def word(data: bytes, at: int, command: bytes, number: int) -> list[Span]:
    """Return the last of so many words behind a command that ends at C(at), options apart."""
    if not data.endswith(command, max(0, at - len(command)), at):
        return []
    words = [one for one in _words(data, at) if not one.text.startswith(b"-")]
    return _span(data, *words[-1][:2]) if len(words) == number else []


def given(data: bytes, at: int) -> list[Span]:
    """Return what a command that reads a password is given: by a pipe, or in its line."""
    low = max(0, data.rfind(b"\n", 0, at) + 1, at - _LINE)
    pipe = data.rfind(b"|", low, at)
    found = _SAID.search(data, low, pipe) if pipe >= 0 else None
    behind = _COMMAND.match(data, at, at + _LINE)
    found = found or _HERE.search(data, at, behind.end() if behind else at)
    if not found:
        return []
    return _span(data, *found.span("secret"))


def _words(data: bytes, at: int) -> list[_Word]:
    """Return the words of a command from here on."""
    command = _COMMAND.match(data, at, at + _LINE)
    end = command.end() if command else at
    if data[at : at + 1] in (b'"', b"'"):
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


def _span(data: bytes, start: int, stop: int) -> list[Span]:
    """Return the span, unless it only says what would stand there."""
    value = data[start:stop]
    text = value.decode("utf-8", "replace")
    said = names.kind(text) != names.NO and text.isalpha()
    ordinary = names.is_ordinary(text) and not (text.isdigit() and len(text) >= 4)
    if said or ordinary or _PLACEHOLDER.fullmatch(value) or MASKED.match(value):
        return []
    return [Span(start, stop, "password")]
