# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A time axis: where a moment is drawn, in percent of the width, and where its ticks are."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400),
)
# As many as have room on a narrow screen.
_MOST_TICKS = 5
# What took no time is seen, too.
_LEAST = 0.4


class Tick(t.NamedTuple):
    """A tick: its place in percent, and the time since the axis's start."""

    x: float
    label: str


class Span(t.NamedTuple):
    """A bar: its left edge and its width, in percent."""

    x: float
    width: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True)
class Axis:
    """An axis from one moment to a later one."""

    start: datetime
    end: datetime

    @classmethod
    def over(cls, moments: t.Iterable[datetime]) -> Axis:
        """Return the axis on which all of these are.

        Raises:
            ValueError: there are none.
        """
        found = list(moments)
        return cls(min(found), max(*found, min(found) + timedelta(milliseconds=1)))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds()

    def at(self, moment: datetime) -> float:
        """Return where a moment is, 0 to 100; what is beyond an end is drawn at it."""
        return round(min(max((moment - self.start).total_seconds() / self.seconds, 0.0), 1.0) * 100, 3)

    def span(self, first: datetime, last: datetime) -> Span:
        """Return the bar from one moment to another, wide enough to be seen."""
        left, right = self.at(first), self.at(last)
        width = max(right - left, _LEAST)
        return Span(min(left, 100 - width), round(width, 3))

    def ticks(self) -> list[Tick]:
        """Return ticks at round numbers of seconds."""
        step = next((one for one in _STEPS if self.seconds / one <= _MOST_TICKS), _STEPS[-1])
        count = int(self.seconds / step) + 1
        return [Tick(round(n * step / self.seconds * 100, 3), _since(n * step, step)) for n in range(count)]


def _since(seconds: float, step: float) -> str:
    if step < 60:
        digits = 3 if step < 0.01 else 2 if step < 0.1 else 1 if step < 1 else 0
        return f"{seconds:.{digits}f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if step < 3600 else f"{minutes // 60} h"
