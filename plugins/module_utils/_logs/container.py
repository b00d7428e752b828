# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of a container, as its engine keeps it. A mark is the engine's time."""

from __future__ import annotations

import json
import re
import typing as t
from contextlib import suppress
from datetime import datetime, timezone

from .._core.evidence import parse_time, utc_now
from . import timed
from .log import Mark, Reading

# An engine reads by lines from the end, but by time from the beginning.
_FIRST_LINES = 1000
_TIME = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<offset>[Zz]|[+-]\d\d:\d\d)"
)


class Container(timed.TimedLog):
    """The two streams of a container of Docker's, in the order of their lines."""

    def __init__(self, container: str) -> None:
        self._container = container
        self.name = f"the log of container {container}"

    def mark(self) -> dict[str, t.Any]:
        now, _err = timed.printed(["docker", "info", "--format", "{{json .SystemTime}}"])
        try:
            since = in_utc(str(json.loads(now)))
        except ValueError as exc:
            raise timed.failure(f"docker info returned no valid time: {exc}") from exc
        return {"time": utc_now(), "since": since, "id": self._made()[0]}

    def read_since(self, mark: Mark) -> Reading:
        since = in_utc(timed.time_of(mark))
        count = _FIRST_LINES
        while True:
            lines = self._stamped(f"--tail={count}")
            if len(lines) < count or _stamp(lines[0]) < since:
                break
            count *= 10
        data = timed.as_bytes(_shown(line) for line in lines if _stamp(line) >= since)
        identity, created = self._made()
        if mark.get("id", identity) == identity:
            return Reading(data, f"from {since} on")
        gone = f"recreated at {created}, the last lines of the one before are lost"
        until = None
        with suppress(ValueError):
            # Its digits below a microsecond are too many for Python 3.9.
            until = parse_time(f"{in_utc(created)[:26]}Z")
        return Reading(data, f"from {since} on, {gone}", gap=True, until=until)

    def _lines(self, since: str = "", until: str = "", last: int = 0) -> list[str]:
        arguments = {"since": since, "until": until, "tail": last}
        given = [f"--{name}={value}" for name, value in arguments.items() if value]
        return [_shown(line) for line in self._stamped(*given)]

    def _stamped(self, *arguments: str) -> list[str]:
        out, err = timed.printed(["docker", "logs", "--timestamps", *arguments, self._container])
        return sorted((line for line in [*out.split("\n"), *err.split("\n")] if line), key=_stamp)

    def _made(self) -> tuple[str, str]:
        """Return the container's id, and when it was created."""
        shown = "--format={{.Id}} {{.Created}}"
        out, _err = timed.printed(["docker", "inspect", "--type=container", shown, self._container])
        identity, _space, created = out.strip().partition(" ")
        return identity, created


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
