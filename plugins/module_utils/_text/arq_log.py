# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an arq worker logs of itself and of its jobs, read from the text alone.

arq writes C(0.39s → JOB:function('ARGUMENT')) where a job starts and C(0.05s ← JOB:function ● RESULT)
where it ends. The arguments stand on the first of the two only, the job's id on both: the id joins
them. The words started and completed are nowhere.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

STARTED = "started"
COMPLETED = "completed"
FAILED = "failed"

_MARKS = {"→": STARTED, "←": COMPLETED, "!": FAILED, "⊘": "aborted", "↻": "retried"}
_MARKED = re.compile(rf"(?:^|\s)\d+\.\d\ds (?P<mark>[{''.join(_MARKS)}]) (?P<rest>.*)")
# A job's id may hold colons, a function's name none.
_CALL = re.compile(r"(?P<job>.+?):[\w.<>]+\((?P<arguments>.*)\)(?: (?:try|delayed)=\S+)*")
_NAMED = re.compile(r"(?P<job>.+?):[\w.<>]+(?: ●)?(?:$| +(?P<detail>.*))")
# Why a job could not be started.
NEVER_STARTED = {
    "function not found": re.compile(r"(?:^|\s)job (?P<job>\S+), function '[^']+' not found$"),
    "expired": re.compile(r"(?:^|\s)job (?P<job>\S+) expired$"),
}

_STARTING = re.compile(r"Starting worker for \d+ functions: ")
_REDIS = re.compile(r"redis_version=\S+ mem_usage=\S+ clients_connected=\S+ db_keys=\S+")
_CONNECTING = re.compile(r"redis connection (error .* retries remaining|successful)")


@dataclass(frozen=True)
class Event:
    """One line about a job."""

    kind: str  # C(started), C(completed), C(failed), C(aborted) or C(retried)
    line: str  # the whole line
    job: str  # the job's id
    arguments: str = ""  # as Python shows them, cut by arq after 80 characters; on C(started) only
    detail: str = ""  # the result, or what went wrong


@dataclass(frozen=True)
class Attempt:
    """A job's start and what became of it, or None where the log does not say."""

    start: Event
    end: Event | None = None

    @property
    def finished(self) -> bool:
        """Whether it ended for good, completed or failed."""
        return self.end is not None and self.end.kind in (COMPLETED, FAILED)


def events(text: str) -> list[Event]:
    """Return what the log says of jobs, in its order."""
    found = (_event(line.rstrip("\r")) for line in text.split("\n"))
    return [event for event in found if event is not None]


def attempts(text: str) -> list[Attempt]:
    """Return every start in the log, joined to the next line that ends that job.

    A job that has been retried too often fails without another start: that line ends its last attempt.
    """
    found: list[Attempt] = []
    latest: dict[str, int] = {}
    for event in events(text):
        if event.kind == STARTED:
            latest[event.job] = len(found)
            found.append(Attempt(event))
        elif event.job in latest and not found[latest[event.job]].finished:
            index = latest[event.job]
            found[index] = replace(found[index], end=event)
    return found


def attempts_for(text: str, run_id: str) -> list[Attempt]:
    """Return the attempts whose start line contains the run's id, in the arguments or as the job's id."""
    if not run_id:
        return []
    contains = re.compile(rf"(?<![\w-]){re.escape(run_id)}(?![\w-])")
    return [one for one in attempts(text) if contains.search(f"{one.start.job}\n{one.start.arguments}")]


def start_of(lines: t.Sequence[str]) -> int | None:
    """Return the index of the first line of the last start in these lines, or None.

    Trouble with connecting is logged before the line that says that a worker starts, and belongs to it.
    """
    starts = [index for index, line in enumerate(lines) if _STARTING.search(line)]
    if not starts:
        return None
    first = starts[-1]
    while first and _CONNECTING.search(lines[first - 1]):
        first -= 1
    return first


def says_start(text: str) -> bool:
    """Whether a worker says that it starts."""
    return _STARTING.search(text) is not None


def redis_line(text: str) -> str:
    """Return the line by which a worker shows that it is connected with Redis, or C('')."""
    return next((line.strip() for line in text.split("\n") if _REDIS.search(line)), "")


def _event(line: str) -> Event | None:
    if marked := _MARKED.search(line):
        kind = _MARKS[marked["mark"]]
        parts = (_CALL if kind == STARTED else _NAMED).fullmatch(marked["rest"].rstrip())
        return Event(kind, line, **parts.groupdict("")) if parts else None
    for why, pattern in NEVER_STARTED.items():
        if never := pattern.search(line):
            return Event(FAILED, line, detail=why, **never.groupdict())
    return None
