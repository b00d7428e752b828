# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in parts that a ticket takes, and the parts as the report again. Pure.

A part ends on the border of a step where that is possible. What is longer than a part by itself is cut
inside, between lines or, in a line that is too long, between characters; a code block is closed before the
cut and opened again after it. Each part says how it was cut, so that joining gives back the very text.
"""

from __future__ import annotations

import re
import typing as t
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from ..report.page import SEPARATOR

# By how a part was cut, what of the text lies between it and the next one.
_GLUE = {"border": SEPARATOR, "line": "\n", "char": "", "fence-line": "\n", "fence-char": "", "end": "\n"}
_BLOCK = re.compile(r"^(?P<opening>(?P<bar>`{3,})text\n).*?^(?P=bar)$", re.MULTILINE | re.DOTALL)

Cost = t.Callable[[str], int]
Block = re.Match[str]


@dataclass(frozen=True)
class Part:
    """A part's text, without a last newline, and how it was cut from what follows."""

    text: str
    cut: str


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
    blocks = list(_BLOCK.finditer(text))
    parts: list[Part] = []
    start, opening = 0, ""
    while True:
        room = budget - cost(opening)
        end = _reach(text, start, cost, room)
        if end == len(text):
            return [*parts, Part(opening + text[start:], "end")]
        cut, block = "border", None
        border = max((border for border in borders if start < border <= end), default=None)
        if border is not None:
            end = border
        else:
            while (block := _around(blocks, end)) and cost(text[start:end]) > room - cost(_closing(block)):
                end = _reach(text, start, cost, room - cost(_closing(block)))
            cut, end, block = _inside(text, start, end, blocks)
        parts.append(Part(opening + text[start:end] + _closing(block), cut))
        start, opening = end + len(_GLUE[cut]), block["opening"] if block else ""


def join(parts: t.Iterable[Part]) -> str:
    """Return the text that C(split()) was given the sections of.

    Raises:
        KeyError: a part was cut in a way that does not exist.
    """
    pieces, reopened = [], False
    for part in parts:
        text = part.text.partition("\n")[2] if reopened else part.text
        reopened = part.cut.startswith("fence-")
        pieces.append((text.rpartition("\n")[0] if reopened else text) + _GLUE[part.cut])
    return "".join(pieces)


def _inside(text: str, start: int, end: int, blocks: t.Sequence[Block]) -> tuple[str, int, Block | None]:
    """Return how and where to cut a section that goes on behind C(end), and the block that is cut with it."""
    line = text.rfind("\n", start + 1, end + 1)
    block = _around(blocks, line)
    if block and line < block.end("opening"):
        # A block that was only just opened goes to the next part whole.
        line, block = block.start() - 1, None
    if line > start:
        return "fence-line" if block else "line", line, block
    block = _around(blocks, end)
    if not block and end - start > 1 and text[end - 1] == "\\":
        end -= 1  # what stands behind it would no longer be escaped
    if end <= max(start, block.end("opening") if block else 0):
        raise ValueError("a part has no room for a character in its code block")
    return "fence-char" if block else "char", end, block


def _around(blocks: t.Iterable[Block], place: int) -> Block | None:
    """Return the block that a cut at this place would cut."""
    return next((block for block in blocks if block.start() < place < block.end()), None)


def _closing(block: Block | None) -> str:
    return f"\n{block['bar']}" if block else ""


def _reach(text: str, start: int, cost: Cost, room: int) -> int:
    """Return the last place up to which the text costs no more than the room there is."""
    lengths = range(1, min(len(text) - start, room) + 1)
    return start + bisect_right(lengths, room, key=lambda length: cost(text[start : start + length]))
