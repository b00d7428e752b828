# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of a container, as its engine keeps it. A mark is the engine's time."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from .._core.evidence import rfc3339, utc_now
from . import timed
from .file import Mark, Reading

# An engine reads by lines from the end, but by time from the beginning.
_FIRST_LINES = 1000
_TIME = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<offset>[Zz]|[+-]\d\d:\d\d)"
)


@dataclass(frozen=True)
class Container:
    """The two streams of a container of Docker's, in the order of their lines."""

    container: str

    @property
    def name(self) -> str:
        """Return what it is called in evidence."""
        return f"the log of container {self.container}"

    def mark(self) -> dict[str, t.Any]:
        """Return the engine's time, and the id of the container."""
        now, _err = timed.printed(["docker", "info", "--format", "{{json .SystemTime}}"])
        try:
            since = in_utc(str(json.loads(now)))
        except ValueError as exc:
            raise timed.failure(f"docker info returned no valid time: {exc}") from exc
        return {
            "kind": "container",
            "container": self.container,
            "time": utc_now(),
            "since": since,
            "id": self._id(),
        }

    def read_since(self, mark: Mark) -> Reading:
        """Return what was written since the mark; it costs what was written since, not what was before."""
        since = in_utc(str(mark.get("since") or mark["time"]))
        count = _FIRST_LINES
        while True:
            lines = self._lines(f"--tail={count}")
            if len(lines) < count or _stamp(lines[0]) < since:
                break
            count *= 10
        data = timed.as_bytes(_shown(line) for line in lines if _stamp(line) >= since)
        remade = "id" in mark and self._id() != mark["id"]
        gone = ", recreated in between, the last lines of the one before are lost" if remade else ""
        return Reading(data, f"from {since} on{gone}")

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return what was written between a moment and the mark, the last C(most) bytes of it."""
        until = str(mark.get("since") or mark["time"])
        tail = f"--tail={max(1, most // timed.LINE_BYTES)}"
        lines = self._lines(f"--since={rfc3339(start)}", f"--until={until}", tail)
        return timed.as_bytes(map(_shown, lines), most)

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return what was written from a moment on, at least C(count) lines where there are."""

        def read(start: datetime, end: datetime) -> bytes:
            lines = self._lines(f"--since={rfc3339(start)}", f"--until={rfc3339(end)}")
            return timed.as_bytes(map(_shown, lines))

        return timed.first_lines(began, count, read)

    def tail(self, count: int) -> bytes:
        """Return the last lines."""
        # The engine counts the lines of each stream.
        return timed.as_bytes(map(_shown, self._lines(f"--tail={count}")[-count:]))

    def written(self) -> datetime | None:
        """Return None: C(around) gives nothing that is older than it is asked for."""
        return None

    def _lines(self, *arguments: str) -> list[str]:
        out, err = timed.printed(["docker", "logs", "--timestamps", *arguments, self.container])
        return sorted((line for line in [*out.split("\n"), *err.split("\n")] if line), key=_stamp)

    def _id(self) -> str:
        out, _err = timed.printed(
            ["docker", "inspect", "--type=container", "--format={{.Id}}", self.container]
        )
        return out.strip()


def in_utc(stamp: str) -> str:
    """Return an RFC 3339 time in UTC with nine digits, as text that sorts as times do.

    An engine reports its own time in its own zone, and that of a line in UTC.

    Raises:
        ValueError: it is not such a time.
    """
    found = _TIME.fullmatch(stamp)
    if found is None:
        raise ValueError(f"{stamp!r} is not a time in RFC 3339")
    offset = "+00:00" if found["offset"] in "Zz" else found["offset"]
    whole = datetime.fromisoformat(f"{found['whole']}{offset}").astimezone(timezone.utc)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{found['fraction'] or '':0<9.9}Z"


def _stamp(line: str) -> str:
    """Return the time of a line: it has nine digits and is in UTC already."""
    return line.partition(" ")[0]


def _shown(line: str) -> str:
    """Return a line; of JSON, which has a time of its own, that alone."""
    message = line.partition(" ")[2]
    return message if message.startswith("{") else line
