# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a container writes to its streams, as its engine keeps it. A mark is the engine's time."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from datetime import datetime

from . import log_timed
from .evidence import rfc3339, utc_now
from .log_source import Mark, Reading

# An engine reads by lines from the end, but by time from the beginning.
_FIRST_LINES = 1000


@dataclass(frozen=True)
class Container:
    """The two streams of a container of Docker's, in the order in which they were written."""

    container: str

    @property
    def name(self) -> str:
        """Return what it is called in evidence."""
        return f"the log of container {self.container}"

    def mark(self) -> dict[str, t.Any]:
        """Return the engine's time, and which container it is that has the name."""
        now, _said = log_timed.printed(["docker", "info", "--format", "{{json .SystemTime}}"])
        return {
            "kind": "container",
            "container": self.container,
            "time": utc_now(),
            "since": json.loads(now),
            "id": self._id(),
        }

    def read_since(self, mark: Mark) -> Reading:
        """Return what was written since the mark; it costs what was written since, not what was before."""
        since = str(mark.get("since") or mark["time"])
        count = _FIRST_LINES
        while True:
            lines = self._lines(f"--tail={count}")
            if len(lines) < count or _stamp(lines[0]) < _moment(since):
                break
            count *= 10
        data = log_timed.as_bytes(_shown(line) for line in lines if _stamp(line) >= _moment(since))
        remade = "id" in mark and self._id() != mark["id"]
        gone = ", made anew in between, what the one before wrote last is gone" if remade else ""
        return Reading(data, f"from {since} on{gone}")

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return what was written between a moment and the mark, the last C(most) bytes of it."""
        until = str(mark.get("since") or mark["time"])
        tail = f"--tail={max(1, most // log_timed.LINE_BYTES)}"
        lines = self._lines(f"--since={rfc3339(start)}", f"--until={until}", tail)
        return log_timed.as_bytes(map(_shown, lines), most)

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return what was written from a moment on, at least C(count) lines where there are."""

        def read(start: datetime, end: datetime) -> bytes:
            lines = self._lines(f"--since={rfc3339(start)}", f"--until={rfc3339(end)}")
            return log_timed.as_bytes(map(_shown, lines))

        return log_timed.first_lines(began, count, read)

    def tail(self, count: int) -> bytes:
        """Return the last lines."""
        # The engine counts the lines of each stream.
        return log_timed.as_bytes(map(_shown, self._lines(f"--tail={count}")[-count:]))

    def written(self) -> datetime | None:
        """Return None: C(around) gives nothing that is older than it is asked for."""
        return None

    def _lines(self, *arguments: str) -> list[str]:
        out, err = log_timed.printed(["docker", "logs", "--timestamps", *arguments, self.container])
        return sorted((line for line in [*out.split("\n"), *err.split("\n")] if line), key=_stamp)

    def _id(self) -> str:
        out, _said = log_timed.printed(
            ["docker", "inspect", "--type=container", "--format={{.Id}}", self.container]
        )
        return out.strip()


def _stamp(line: str) -> str:
    """Return the time of a line, whose digits have a fixed width: as text it sorts as it does as a time."""
    return _moment(line.partition(" ")[0])


def _moment(stamp: str) -> str:
    return stamp.rstrip("Z")


def _shown(line: str) -> str:
    """Return a line; of JSON, which has a time of its own, that alone."""
    message = line.partition(" ")[2]
    return message if message.startswith("{") else line
