# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reconciliation API says of a run, and the transcript of asking it, read from the text alone."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

QUEUED = "queued"
RUNNING = "running"
COMPLETED = "completed"
FAILED = "failed"
TERMINAL = (COMPLETED, FAILED)

TOO_MANY_REQUESTS = 429

_POLL = re.compile(r"(?P<time>\S+Z) (?P<status>\d{3}|-) ?(?P<body>.*)")


@dataclass(frozen=True)
class Poll:
    """One look at a run."""

    time: str  # when it was asked for, RFC 3339, UTC
    status: int | None  # the HTTP status, or None where no answer came
    body: str  # the answer's, or why none came

    def line(self) -> str:
        """Return it as a line of the transcript. A line break in JSON is white space."""
        return f"{self.time} {self.status or '-'} {' '.join(self.body.splitlines())}"

    def state_of(self, run_id: str) -> str:
        """Return the state that a good answer gives for the run, or C('')."""
        run = parse(self.body) if self.status == 200 else {}
        return str(run.get("status", "")) if id_of(run) == run_id else ""


def parse(body: str) -> dict[str, t.Any]:
    """Return the JSON object that a body is, or an empty one."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def id_of(run: t.Mapping[str, t.Any]) -> str:
    """Return the run's id as text, or C('')."""
    value = run.get("id")
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def transcript(text: str) -> list[Poll]:
    """Read a transcript of polls, one a line."""
    found = (_POLL.fullmatch(line) for line in text.split("\n"))
    return [Poll(m["time"], None if m["status"] == "-" else int(m["status"]), m["body"]) for m in found if m]


class Backoff:
    """How long to wait before the next poll.

    It begins quick and slows down. Where the API says that it is asked too often, it waits as long as
    it is told to, or twice as long as before, and at least a second.
    """

    FIRST = 0.1
    FACTOR = 1.5
    SLOWEST = 5.0
    LONGEST = 60.0

    _next = FIRST

    def after(self, status: int | None, retry_after: str = "") -> float:
        """Return the seconds to wait after an answer with this status and this C(Retry-After) header."""
        if status != TOO_MANY_REQUESTS:
            wait, self._next = self._next, min(self._next * self.FACTOR, self.SLOWEST)
            return wait
        self._next = min(max(1.0, self._next * 2), self.LONGEST)
        return min(float(retry_after), self.LONGEST) if retry_after.isdigit() else self._next
