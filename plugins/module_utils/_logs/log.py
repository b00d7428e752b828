# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a log is to those who read it, wherever it lies."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from datetime import datetime

Mark = t.Mapping[str, t.Any]


class Reading(t.NamedTuple):
    """What was written since a mark, in the order in which it was written, and how it was read."""

    data: bytes
    note: str
    gap: bool = False  # whether something that was written is known to be lost
    left: int = 0  # bytes that were not read, since they are too many
    until: datetime | None = None  # what was written later is not, where that is known

    @property
    def text(self) -> str:
        """The data, with what is not UTF-8 escaped."""
        return self.data.decode("utf-8", "backslashreplace")


class Log(ABC):
    """A log that is read from a mark on, which is taken before something happens and may travel as JSON.

    All methods raise an C(OSError) whose C(strerror) says why the log cannot be read.

    Attributes:
        name: what it is called in evidence.
    """

    name: str

    @abstractmethod
    def mark(self) -> dict[str, t.Any]:
        """Return where it ends now, with the C(time)."""

    @abstractmethod
    def read_since(self, mark: Mark) -> Reading:
        """Return what was written since."""

    @abstractmethod
    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return whole lines from before a mark: the last C(most) bytes, or those since C(start)."""

    @abstractmethod
    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return where a process that began then may have logged its first C(count) lines, newest first.

        Where times do not find them, each piece is the shortest end of a file that C(wanted) accepts.
        """

    @abstractmethod
    def tail(self, count: int) -> bytes:
        """Return the last lines."""

    def written(self) -> datetime | None:
        """Return when it was written last, or None where C(around) only gives what is new enough."""
        return None
