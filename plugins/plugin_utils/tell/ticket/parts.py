# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in parts that a ticket takes, and the parts as the report again. Pure.

A part ends on the border of a step where that is possible. What is longer than a part by itself is cut
inside, between lines or, in a line that is too long, between characters; a code block and a fold are closed
before the cut and opened again after it. Each part says how it was cut, so that joining gives back the very
text.
"""

from __future__ import annotations

import re
import typing as t
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from ..report.page import SEPARATOR

# By how a part was cut, what of the text lies between it and the next one.
_GLUE = {"border": SEPARATOR, "line": "\n", "char": "", "end": "\n"}
# Before that, what was cut with it, the outer one first.
_FOLD, _FENCE = "fold-", "fence-"
_BLOCK = re.compile(r"^(?P<opening>(?P<bar>`{3,})text\n).*?^(?P=bar)$", re.MULTILINE | re.DOTALL)
_FOLDED = re.compile(r"^(?:(?P<opening><details><summary>.*</summary>\n\n)|</details>$)", re.MULTILINE)
_FOLD_ENDS = "\n\n</details>"

Cost = t.Callable[[str], int]


@dataclass(frozen=True)
class Part:
    """A part's text, without a last newline, and how it was cut from what follows."""

    text: str
    cut: str


@dataclass(frozen=True)
class _Wrap:
    """A code block or a fold in the text: where it is, and what closes it and opens it again."""

    kind: str
    start: int
    end: int
    opening: str
    closing: str

    @property
    def inside(self) -> int:
        return self.start + len(self.opening)


Wraps = t.Sequence[_Wrap]


def split(sections: t.Sequence[str], cost: Cost, budget: int) -> list[Part]:
    """Return the parts of a text.

    Args:
        sections: what should stay whole, in order; the text is these, joined by C(SEPARATOR), and a newline.
        cost: what a text takes of a part's room; a longer text never takes less, and joined texts never more
            than both.
        budget: a part's room.

    Raises:
        ValueError: the room is too small for even one character in its code block.
    """
    text = SEPARATOR.join(sections)
    borders = [end - len(SEPARATOR) for end in accumulate(len(one) + len(SEPARATOR) for one in sections)]
    wraps = _wraps(text)
    parts: list[Part] = []
    start, opening = 0, ""
    while True:
        room = budget - cost(opening)
        end = _reach(text, start, cost, room)
        if end == len(text):
            return [*parts, Part(opening + text[start:], "end")]
        cut = "border"
        cut_with: Wraps = []
        border = max((border for border in borders if start < border <= end), default=None)
        if border is not None:
            end = border
        else:
            while (around := _around(wraps, end)) and cost(text[start:end]) > room - cost(_closing(around)):
                if end == start:
                    raise ValueError(_NO_ROOM)
                end = _reach(text, start, cost, room - cost(_closing(around)))
            cut, end, cut_with = _inside(text, start, end, wraps)
        parts.append(Part(opening + text[start:end] + _closing(cut_with), cut))
        start, opening = end + len(_glue(cut)), "".join(one.opening for one in cut_with)


def join(parts: t.Iterable[Part]) -> str:
    """Return the text that C(split()) was given the sections of.

    Raises:
        KeyError: a part was cut in a way that does not exist.
    """
    pieces, reopened = [], ""
    for part in parts:
        text = part.text
        if _FOLD in reopened:
            text = text.partition(SEPARATOR)[2]
        if _FENCE in reopened:
            text = text.partition("\n")[2]
        reopened = part.cut
        if _FOLD in reopened:
            text = text.removesuffix(_FOLD_ENDS)
        if _FENCE in reopened:
            text = text.rpartition("\n")[0]
        pieces.append(text + _glue(part.cut))
    return "".join(pieces)


_NO_ROOM = "a part has no room for a character in its code block"


def _glue(cut: str) -> str:
    return _GLUE[cut.removeprefix(_FOLD).removeprefix(_FENCE)]


def _wraps(text: str) -> list[_Wrap]:
    """Return the folds and the code blocks of a text: what is in a code block opens and closes no fold."""
    blocks = [
        _Wrap(_FENCE, found.start(), found.end(), found["opening"], f"\n{found['bar']}")
        for found in _BLOCK.finditer(text)
    ]
    tags = [found for found in _FOLDED.finditer(text) if not _around(blocks, found.start())]
    folds = [
        _Wrap(_FOLD, one.start(), other.end(), one["opening"], _FOLD_ENDS)
        for one, other in zip(tags, tags[1:], strict=False)
        if one["opening"]
    ]
    return [*folds, *blocks]


def _inside(text: str, start: int, end: int, wraps: Wraps) -> tuple[str, int, Wraps]:
    """Return how and where to cut a section that goes on behind C(end), and what is cut with it."""
    line = text.rfind("\n", start + 1, end + 1)
    around = _around(wraps, line)
    # What was only just opened goes to the next part whole.
    while around and line < around[-1].inside:
        line = around[-1].start - 1
        around = _around(wraps, line)
    if line > start:
        return _cut(around, "line"), line, around
    around = _around(wraps, end)
    if _FENCE not in _cut(around, "") and end - start > 1 and text[end - 1] == "\\":
        end -= 1  # what stands behind it would no longer be escaped
    if end <= max([start, *(one.inside for one in around)]):
        raise ValueError(_NO_ROOM)
    return _cut(around, "char"), end, around


def _cut(cut_with: Wraps, how: str) -> str:
    return "".join(one.kind for one in cut_with) + how


def _around(wraps: Wraps, place: int) -> Wraps:
    """Return what a cut at this place would cut, the outer one first."""
    return [one for one in wraps if one.start < place < one.end]


def _closing(cut_with: Wraps) -> str:
    return "".join(one.closing for one in reversed(cut_with))


def _reach(text: str, start: int, cost: Cost, room: int) -> int:
    """Return the last place up to which the text costs no more than the room there is."""
    lengths = range(1, min(len(text) - start, room) + 1)
    return start + bisect_right(lengths, room, key=lambda length: cost(text[start : start + length]))
