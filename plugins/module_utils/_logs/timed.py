# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What logs that a program prints with times have in common."""

from __future__ import annotations

import errno
import typing as t
from abc import abstractmethod
from datetime import datetime, timedelta, timezone

from .._core import command
from .._core.evidence import rfc3339
from .log import Log, Mark

LIMIT_SECONDS = 60.0
_FIRST_WINDOW = timedelta(minutes=1)
# Clocks of processes and of logs differ a little.
_EARLIER = timedelta(seconds=1)
# About what a line of an access log takes.
_LINE_BYTES = 100


class TimedLog(Log):
    """A log whose lines can be asked for by their times."""

    @abstractmethod
    def _lines(self, since: str = "", until: str = "", last: int = 0) -> list[str]:
        """Return the lines between two times in RFC 3339, or the last so many; what is empty is no bound."""

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        return as_bytes(self._lines(rfc3339(start), time_of(mark), max(1, most // _LINE_BYTES)), most)

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        data = b""
        for start, end in _windows(began) if began else ():
            data = as_bytes(self._lines(rfc3339(start), rfc3339(end)))
            if data.count(b"\n") >= count:
                break
        return [data]

    def tail(self, count: int) -> bytes:
        # A container's engine counts the lines of each stream.
        return as_bytes(self._lines(last=count)[-count:])


def time_of(mark: Mark) -> str:
    """Return the time of a mark, by the clock of a container's engine where it has that: it may differ."""
    return str(mark.get("since") or mark["time"])


def printed(argv: t.Sequence[str]) -> tuple[str, str]:
    """Return what a program prints on its two streams.

    Raises:
        OSError: it cannot be run, or failed.
    """
    step = command.run(argv, limit=LIMIT_SECONDS)
    if step.exit_status != 0:
        why = (step.reason or step.stderr or step.stdout).strip().replace("\n", "; ")
        raise failure(f"{argv[0]}: {why or f'it ended with {step.exit_status}'}")
    if step.bytes_left:
        # Where lines have an order and a form, a part of them is worth less than none.
        raise failure(f"{argv[0]} printed so much that {step.bytes_left} bytes of it were cut")
    return step.stdout, step.stderr


def failure(why: str) -> OSError:
    """Return the error of a log that cannot be read."""
    return OSError(errno.EIO, why)


def as_bytes(lines: t.Iterable[str], most: int | None = None) -> bytes:
    """Return the lines as a file would have them; of more than C(most) bytes the last whole lines."""
    data = "".join(f"{line}\n" for line in lines).encode("utf-8")
    if most is None or len(data) <= most:
        return data
    data = data[len(data) - most :]
    return data[data.find(b"\n") + 1 :]


def _windows(began: datetime) -> t.Iterator[tuple[datetime, datetime]]:
    """Return growing spans of time from just before a moment on; the last ends now."""
    start, span = began - _EARLIER, _FIRST_WINDOW
    while True:
        now = datetime.now(timezone.utc)
        end = min(began + span, now)
        yield start, end
        if end == now:
            return
        span *= 4
