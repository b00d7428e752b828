# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text as a terminal takes it: without control characters, and no wider than it is. Pure."""

from __future__ import annotations

import re
import typing as t
import unicodedata

# What a host's text could steer a terminal with; tabs and line ends are no danger.
_CONTROLS = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))|[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f]"
)
_HIDDEN = ("Mn", "Me", "Cf")
_MINUTE, _HOUR = 60, 3600


class Line(t.NamedTuple):
    """A line, and what it is: C(ok), C(changed), C(failed), C(warning), C(dim), C(head), or none of these."""

    text: str
    style: str = ""


def printable(text: str) -> str:
    """Return the text without what would move a cursor or colour what follows."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text in one line."""
    return " ".join(printable(text).split())


def columns(text: str) -> int:
    """Return how many columns of a terminal a line takes."""
    return sum(map(_column, text))


def fit(text: str, width: int, more: str = "...") -> str:
    """Return the line, cut off with C(more) where it is wider than so many columns."""
    if columns(text) <= width:
        return text
    taken, room = 0, width - columns(more)
    for at, character in enumerate(text):
        taken += _column(character)
        if taken > room:
            return text[:at] + more if room >= 0 else ""
    return text


def between(left: str, right: str, width: int, more: str = "...") -> str:
    """Return a line with one text at its left and one at its right end; the left one is cut off."""
    space = width - columns(right) - 1
    if space < 1 or not right:
        return fit(left, width, more)
    left = fit(left, space, more)
    return f"{left}{' ' * (space - columns(left) + 1)}{right}"


def clock(seconds: float) -> str:
    """Return seconds as a clock shows them: C(0:41), C(12:05), C(1:02:03)."""
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02}"
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}:{whole % _MINUTE:02}"


def _column(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in _HIDDEN:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
