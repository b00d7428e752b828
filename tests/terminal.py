# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal: what is on its screen and above it, after all that was written to it."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"\x1b\[(?P<count>\d*)(?:;\d+)*(?P<verb>[A-Za-z])|(?P<plain>[^\x1b\r\n]+)|(?P<control>[\r\n])"
)


class Terminal:
    """Knows what the checklist uses: text, line ends, the cursor up, and erasing from the cursor on.

    Attributes:
        lines: from the first that was written on.
        odd: what it does not know.
    """

    encoding = "utf-8"

    def __init__(self, columns: int = 80) -> None:
        """Take how many columns there are: longer lines go on in the next."""
        self.columns = columns
        self.lines = [""]
        self.odd: list[str] = []
        self._row = self._column = 0

    def write(self, text: str) -> None:
        """Do what a text says."""
        end = 0
        for piece in _PIECE.finditer(text):
            self.odd += [text[end : piece.start()]] if piece.start() > end else []
            end = piece.end()
            if piece["plain"]:
                self._put(piece["plain"])
            elif piece["control"] == "\r":
                self._column = 0
            elif piece["control"] == "\n":
                self._down()
            else:
                self._do(piece["verb"], int(piece["count"] or 0))

    def fileno(self) -> int:
        """Raise what a stream raises that is no file."""
        raise OSError("a terminal in memory")

    def flush(self) -> None:
        """Nothing is held back."""

    def _put(self, text: str) -> None:
        for character in text:
            if self._column == self.columns:
                self._down()
            line = self.lines[self._row].ljust(self._column)
            self.lines[self._row] = line[: self._column] + character + line[self._column + 1 :]
            self._column += 1

    def _down(self) -> None:
        self._row, self._column = self._row + 1, 0
        if self._row == len(self.lines):
            self.lines.append("")

    def _do(self, verb: str, count: int) -> None:
        if verb == "A":
            self._row = max(0, self._row - count)
        elif verb in "KJ" and not count:
            self.lines[self._row] = self.lines[self._row][: self._column]
            if verb == "J":
                del self.lines[self._row + 1 :]
        elif verb != "m":
            self.odd.append(verb)
