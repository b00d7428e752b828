# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a systemd unit. A mark is journald's cursor, which no rotation takes away.

journalctl's C(--after-cursor) passes over one entry too many where the cursor's own entry is another unit's
(systemd 252), so that the first line after a mark would be missing. C(--cursor) begins with the cursor's own
entry, if that is among what is asked for; it is left out here.
"""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

from .._core.evidence import parse_time, utc_now
from . import timed
from .log import Mark, Reading

_CURSOR = "-- cursor: "
_FIELDS = "MESSAGE,SYSLOG_IDENTIFIER,_HOSTNAME,_PID"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# What journalctl prints to users who cannot read everything.
_PARTIAL = ("not seeing messages from other users", "insufficient permissions")


class Journal(timed.TimedLog):
    """What the processes of a unit have logged."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self.name = f"the journal of {unit}"

    def mark(self) -> dict[str, t.Any]:
        # That of all units, for this one may have no entry yet.
        lines = _journalctl("--lines=0", "--show-cursor")
        cursors = [line.removeprefix(_CURSOR) for line in lines if line.startswith(_CURSOR)]
        if not cursors:
            raise timed.failure(
                "the journal is empty or not readable: add the user to the group systemd-journal"
            )
        return {"time": utc_now(), "cursor": cursors[-1]}

    def read_since(self, mark: Mark) -> Reading:
        cursor = mark.get("cursor")
        where = f"--cursor={cursor}" if cursor else _time("since", mark["time"])
        how = f"from the journal's cursor {cursor} on" if cursor else f"from {mark['time']} on"
        new = [entry for entry in self._entries(where) if entry["__CURSOR"] != cursor]
        return Reading(timed.as_bytes(map(_shown, new)), how)

    def _lines(self, since: str = "", until: str = "", last: int = 0) -> list[str]:
        arguments = [_time("since", since)] if since else []
        arguments += [_time("until", until)] if until else []
        arguments += [f"--lines={last}"] if last else []
        return [_shown(entry) for entry in self._entries(*arguments)]

    def _entries(self, *arguments: str) -> list[dict[str, t.Any]]:
        unit = self._unit if "." in self._unit else f"{self._unit}.service"
        what = ["--all", "--output=json", f"--output-fields={_FIELDS}", f"_SYSTEMD_UNIT={unit}"]
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


def _time(option: str, moment: str) -> str:
    return f"--{option}=@{parse_time(moment).timestamp():.6f}"
