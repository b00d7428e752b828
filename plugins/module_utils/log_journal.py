# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a systemd unit. A mark is journald's cursor, which no rotation takes away."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from . import log_timed
from .evidence import parse_time, utc_now
from .log_source import Mark, Reading

_CURSOR = "-- cursor: "
# What journalctl says to those who may not see everything.
_PARTIAL = ("not seeing messages from other users", "insufficient permissions")


@dataclass(frozen=True)
class Journal:
    """What a unit's own processes have logged, and nobody else of them."""

    unit: str

    @property
    def name(self) -> str:
        """Return what it is called in evidence."""
        return f"the journal of {self.unit}"

    def mark(self) -> dict[str, t.Any]:
        """Return where the journal ends: that of all units, for this one may have no entry yet."""
        lines = _journalctl("--lines=0", "--show-cursor")
        cursors = [line.removeprefix(_CURSOR) for line in lines if line.startswith(_CURSOR)]
        if not cursors:
            raise log_timed.failure("the journal is empty, or may not be seen")
        return {"kind": "journal", "unit": self.unit, "time": utc_now(), "cursor": cursors[-1]}

    def read_since(self, mark: Mark) -> Reading:
        """Return what was logged since; without a cursor, since the mark's time."""
        cursor = mark.get("cursor")
        where = f"--after-cursor={cursor}" if cursor else _since(parse_time(mark["time"]))
        said = f"from the journal's cursor {cursor} on" if cursor else f"from {mark['time']} on"
        return Reading(log_timed.as_bytes(self._lines(where)), said)

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return what was logged between a moment and the mark, the last C(most) bytes of it."""
        tail = f"--lines={max(1, most // log_timed.LINE_BYTES)}"
        lines = self._lines(_since(start), _until(parse_time(mark["time"])), tail)
        return log_timed.as_bytes(lines, most)

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return what was logged from a moment on, at least C(count) lines where there are."""
        return log_timed.first_lines(
            began,
            count,
            lambda start, end: log_timed.as_bytes(self._lines(_since(start), _until(end))),
        )

    def tail(self, count: int) -> bytes:
        """Return the last lines."""
        return log_timed.as_bytes(self._lines(f"--lines={count}"))

    def written(self) -> datetime | None:
        """Return None: C(around) gives nothing that is older than it is asked for."""
        return None

    @property
    def _full_name(self) -> str:
        return self.unit if "." in self.unit else f"{self.unit}.service"

    def _lines(self, *arguments: str) -> list[str]:
        printed = _journalctl(
            f"_SYSTEMD_UNIT={self._full_name}", "--output=short-iso-precise", "--utc", "--all", *arguments
        )
        return [_shown(line) for line in printed if not line.startswith("-- ")]


def _journalctl(*arguments: str) -> list[str]:
    out, err = log_timed.printed(["journalctl", "--no-pager", *arguments])
    if any(words in err for words in _PARTIAL):
        raise log_timed.failure("this user may not see all of the journal: the group systemd-journal may")
    return out.splitlines()


def _shown(line: str) -> str:
    """Return a line; of JSON, which has a time of its own, that alone."""
    before, separator, _message = line.partition("]: ")
    return log_timed.bare_json(line, len(before) + len(separator))


def _since(moment: datetime) -> str:
    return f"--since=@{moment.timestamp():.6f}"


def _until(moment: datetime) -> str:
    return f"--until=@{moment.timestamp():.6f}"
