# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in parts that a ticket takes, and the parts as the report again.

A part ends on the border of a step where that is possible. What is longer than a part by itself is cut
inside, between lines or, in a line that is too long, between characters; a code block is closed before the
cut and opened again after it. Each part says how it was cut, so that joining gives back the very text.
Pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..report.markdown import SEPARATOR

BORDER = "border"
LINE = "line"
CHARACTER = "char"
FENCE_LINE = "fence-line"
FENCE_CHARACTER = "fence-char"
END = "end"

_GLUE = {BORDER: SEPARATOR, LINE: "\n", CHARACTER: "", FENCE_LINE: "\n", FENCE_CHARACTER: "", END: "\n"}
_FENCED = (FENCE_LINE, FENCE_CHARACTER)
_OPENING = re.compile(r"(`{3,})text")

Cost = t.Callable[[str], int]


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
    parts: list[Part] = []
    filling: list[str] = []
    used, joint = 0, cost(SEPARATOR)
    for section in sections:
        need, rest = cost(section), section
        if filling and used + joint + need > budget:
            parts.append(Part(SEPARATOR.join(filling), BORDER))
            filling, used = [], 0
        if need > budget:
            full, rest = _Cutter(cost, budget).cut(section)
            parts += full
            need = cost(rest)
        used += need + (joint if filling else 0)
        filling.append(rest)
    return [*parts, Part(SEPARATOR.join(filling), END)]


def join(parts: t.Iterable[Part]) -> str:
    """Return the text that C(split()) was given the sections of.

    Raises:
        KeyError: a part was cut in a way that does not exist.
    """
    pieces, reopened = [], False
    for part in parts:
        text = part.text.partition("\n")[2] if reopened else part.text
        reopened = part.cut in _FENCED
        pieces.append((text.rpartition("\n")[0] if reopened else text) + _GLUE[part.cut])
    return "".join(pieces)


class _Cutter:
    """Cuts one section that is longer than a part."""

    def __init__(self, cost: Cost, budget: int) -> None:
        self._cost = cost
        self._budget = budget
        self._parts: list[Part] = []
        self._lines: list[str] = []
        self._used = 0
        self._fence = ""  # the line that opened the code block which the next line lies in

    def cut(self, section: str) -> tuple[list[Part], str]:
        """Return the full parts, and the rest, which the next one begins with."""
        for line in section.split("\n"):
            self._add(line)
        return self._parts, "\n".join(self._lines)

    def _add(self, line: str) -> None:
        after = self._fence_after(line)
        if not self._fits(line, after) and self._has_content:
            self._break(FENCE_LINE if self._fence else LINE)
        while not self._fits(line, after):
            line = line[self._take(line) :]
        self._append(line)
        self._fence = after

    def _take(self, line: str) -> int:
        """Put as much of the line into the part as there is room for, and end the part."""
        room = self._budget - self._used - self._joint - self._closing(self._fence)
        length = _longest_prefix(line, self._cost, room)
        if not self._fence and length > 1 and line[length - 1] == "\\":
            length -= 1  # what stood behind it would no longer be escaped
        if not length:
            raise ValueError(
                f"a part of {self._budget} characters has no room for a character in its code block"
            )
        self._append(line[:length])
        self._break(FENCE_CHARACTER if self._fence else CHARACTER)
        return length

    def _append(self, line: str) -> None:
        self._used += self._joint + self._cost(line)
        self._lines.append(line)

    def _break(self, cut: str) -> None:
        """End the part. A block that was only just opened goes to the next part whole."""
        moved = self._lines.pop() if cut == FENCE_LINE and self._just_opened else ""
        lines = [*self._lines, _bar(self._fence)] if cut in _FENCED and not moved else self._lines
        self._parts.append(Part("\n".join(lines), LINE if moved else cut))
        self._lines, self._used = [], 0
        if self._fence:
            self._append(self._fence)

    def _fits(self, line: str, fence: str) -> bool:
        return self._used + self._joint + self._cost(line) + self._closing(fence) <= self._budget

    def _fence_after(self, line: str) -> str:
        """Return the opening line of the block that the line after this one lies in, or C('')."""
        if self._fence:
            return "" if line == _bar(self._fence) else self._fence
        return line if _OPENING.fullmatch(line) else ""

    def _closing(self, fence: str) -> int:
        return self._cost("\n" + _bar(fence)) if fence else 0

    @property
    def _joint(self) -> int:
        return self._cost("\n") if self._lines else 0

    @property
    def _has_content(self) -> bool:
        return len(self._lines) > 1 or (len(self._lines) == 1 and self._lines[0] != self._fence)

    @property
    def _just_opened(self) -> bool:
        return len(self._lines) > 1 and self._lines[-1] == self._fence


def _bar(opening: str) -> str:
    match = _OPENING.fullmatch(opening)
    return match[1] if match else ""


def _longest_prefix(line: str, cost: Cost, room: int) -> int:
    """Return how many characters of a line cost no more than the room there is."""
    low, high = 0, max(0, min(len(line), room))
    while low < high:
        middle = (low + high + 1) // 2
        if cost(line[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low
