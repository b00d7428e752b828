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

# What else an API may call a state. Only what can be no other is taken.
_SAME = {
    QUEUED: ("queued", "pending", "enqueued"),
    RUNNING: ("running", "in_progress", "started", "processing"),
    COMPLETED: ("completed", "succeeded", "success", "done", "finished"),
    FAILED: ("failed", "error", "errored"),
}
_STATES = {word: state for state, words in _SAME.items() for word in words}
_IDS = ("id", "run_id", "runId")
_ENVELOPES = ("data", "result")

TOO_MANY_REQUESTS = 429
UNAUTHORIZED = 401
# Refusals that asking again may mend; every other 4xx is the answer to this request, and ends the polling.
_PASSING = (408, 409, 423, 425, TOO_MANY_REQUESTS)

_POLL = re.compile(r"(?P<time>\S+Z) (?P<status>\d{3}|-) ?(?P<body>.*)")


class Api(t.Protocol):
    """How an API answers."""

    def state_of(self, body: str, run_id: str, address: str) -> str:
        """Return the state that an answer has for a run."""


@dataclass(frozen=True)
class Poll:
    """One look at a run."""

    time: str  # when it was asked for, RFC 3339, UTC
    status: int | None  # the HTTP status, or None where no answer came
    body: str  # the answer's, or why none came

    def line(self) -> str:
        """Return it as a line of the transcript. A line break in JSON is white space."""
        return f"{self.time} {self.status or '-'} {' '.join(self.body.splitlines())}"

    def state_of(self, run_id: str, api: Api, address: str) -> str:
        """Return the state that a good answer from an address gives for the run, or C('')."""
        return api.state_of(self.body, run_id, address) if self.status == 200 else ""


def parse(body: str) -> dict[str, t.Any]:
    """Return the JSON object that describes a run, without the envelope around it, or an empty one."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    # An envelope has at most one of the two, and its status is that of the request.
    inner = [data[name] for name in _ENVELOPES if isinstance(data.get(name), dict)]
    within = [one for one in inner if ids(one) and "status" in one]
    return within[0] if len(within) == 1 and not (ids(data) and "status" in data) else data


def state_of(run: t.Mapping[str, t.Any]) -> str:
    """Return the run's state in the checklist's word; one that is none of these, as it is; or C('')."""
    said = str(run.get("status") or "")
    return _STATES.get(said.lower().replace("-", "_"), said)


def ids(run: t.Mapping[str, t.Any]) -> list[str]:
    """Return the run's id as text, by each name that it may have."""
    found = [run.get(name) for name in _IDS]
    return [str(value) for value in found if isinstance(value, (str, int)) and not isinstance(value, bool)]


def transcript(text: str) -> list[Poll]:
    """Read a transcript of polls, one a line."""
    found = (_POLL.fullmatch(line) for line in text.split("\n"))
    return [Poll(m["time"], None if m["status"] == "-" else int(m["status"]), m["body"]) for m in found if m]


def is_final(status: int | None) -> bool:
    """Whether an answer with this status, such as 404, 405 or 422, would be the same if it were asked
    again."""
    return status is not None and 400 <= status < 500 and status not in _PASSING


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
