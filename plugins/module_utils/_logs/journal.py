# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a systemd unit. A mark is journald's cursor, which no rotation takes away.

journalctl's C(--after-cursor) passes over one entry too many where the cursor's own entry is another unit's
(systemd 252), so that the first line after a mark would be missing. C(--cursor) begins with the cursor's own
entry, if that is among what is asked for; it is left out here.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .._core.evidence import parse_time, utc_now
from . import timed
from .file import Mark, Reading

_CURSOR = "-- cursor: "
_FIELDS = "MESSAGE,SYSLOG_IDENTIFIER,_HOSTNAME,_PID"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# What journalctl prints to users who cannot read everything.
_PARTIAL = ("not seeing messages from other users", "insufficient permissions")


@dataclass(frozen=True)
class Journal:
    """What the processes of a unit have logged."""

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
            raise timed.failure(
                "the journal is empty or not readable: add the user to the group systemd-journal"
            )
        return {"kind": "journal", "unit": self.unit, "time": utc_now(), "cursor": cursors[-1]}

    def read_since(self, mark: Mark) -> Reading:
        """Return what was logged since; without a cursor, since the mark's time."""
        cursor = mark.get("cursor")
        where = f"--cursor={cursor}" if cursor else _since(parse_time(mark["time"]))
        how = f"from the journal's cursor {cursor} on" if cursor else f"from {mark['time']} on"
        new = [entry for entry in self._entries(where) if entry["__CURSOR"] != cursor]
        return Reading(timed.as_bytes(map(_shown, new)), how)

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return what was logged between a moment and the mark, the last C(most) bytes of it."""
        tail = f"--lines={max(1, most // timed.LINE_BYTES)}"
        lines = self._lines(_since(start), _until(parse_time(mark["time"])), tail)
        return timed.as_bytes(lines, most)

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return what was logged from a moment on, at least C(count) lines where there are."""
        return timed.first_lines(
            began,
            count,
            lambda start, end: timed.as_bytes(self._lines(_since(start), _until(end))),
        )

    def tail(self, count: int) -> bytes:
        """Return the last lines."""
        return timed.as_bytes(self._lines(f"--lines={count}"))

    def written(self) -> datetime | None:
        """Return None: C(around) gives nothing that is older than it is asked for."""
        return None

    @property
    def _full_name(self) -> str:
        return self.unit if "." in self.unit else f"{self.unit}.service"

    def _lines(self, *arguments: str) -> list[str]:
        return [_shown(entry) for entry in self._entries(*arguments)]

    def _entries(self, *arguments: str) -> list[dict[str, t.Any]]:
        what = ["--all", "--output=json", f"--output-fields={_FIELDS}", f"_SYSTEMD_UNIT={self._full_name}"]
        # Without entries, it prints a sentence.
        return [json.loads(line) for line in _journalctl(*what, *arguments) if line.startswith("{")]


def _journalctl(*arguments: str) -> list[str]:
    out, err = timed.printed(["journalctl", "--no-pager", *arguments])
    if any(words in err for words in _PARTIAL):
        raise timed.failure("this user cannot read all of the journal: add it to the group systemd-journal")
    return out.split("\n")


def _shown(entry: t.Mapping[str, t.Any]) -> str:
    """Return an entry as a line; of JSON, which has a time of its own, that alone."""
    message = entry.get("MESSAGE") or ""
    if isinstance(message, list):
        message = bytes(message).decode("utf-8", "backslashreplace")
    if message.startswith("{"):
        return str(message)
    moment = _EPOCH + timedelta(microseconds=int(entry["__REALTIME_TIMESTAMP"]))
    stamp = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    host, name = entry.get("_HOSTNAME", ""), entry.get("SYSLOG_IDENTIFIER", "")
    return f"{stamp} {host} {name}[{entry.get('_PID', '')}]: {message}"


def _since(moment: datetime) -> str:
    return f"--since=@{moment.timestamp():.6f}"


def _until(moment: datetime) -> str:
    return f"--until=@{moment.timestamp():.6f}"
