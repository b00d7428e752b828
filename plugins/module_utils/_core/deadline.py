# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long something may take, and looking again until it has happened."""

from __future__ import annotations

import time
import typing as t
from contextlib import contextmanager

Seen = t.TypeVar("Seen")


class Deadline:
    """How much time is left of a number of seconds, and pauses that keep within it."""

    def __init__(
        self,
        seconds: float,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to count now."""
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds until the end, 0 after it."""
        return max(0.0, self._end - self._clock())

    @contextmanager
    def held(self) -> t.Iterator[None]:
        """Let the time of the block not count."""
        began = self._clock()
        try:
            yield
        finally:
            self._end += self._clock() - began

    def pause(self, seconds: float) -> bool:
        """Wait, though not past the end; return whether there is time left after it."""
        self._sleep(min(seconds, self.left))
        return self.left > 0

    def watch(self, look: t.Callable[[], Seen], is_last: t.Callable[[Seen], object], pause: float) -> Seen:
        """Look until what is seen is the last, or no time is left; return what was seen then."""
        while True:
            seen = look()
            if is_last(seen) or not self.left:
                return seen
            self.pause(pause)
