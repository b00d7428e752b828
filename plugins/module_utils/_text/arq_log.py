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

from . import log_line

STARTED = "started"
COMPLETED = "completed"
FAILED = "failed"

# What comes of each mark where the stream's encoding does not have it: its escape, or a C(?).
_MARKS = {"→": STARTED, "←": COMPLETED, "!": FAILED, "⊘": "aborted", "↻": "retried"}
_ESCAPED = re.compile(r"\\u(2190|2192|21bb|2298|25cf)")
_MARKED = re.compile(rf"(?P<seconds> *\d+\.\d\d)s (?P<mark>[{''.join(_MARKS)}?]) (?P<rest>.*)")
# So wide C(%6.2f) is: a sentence with a time in it has no such blanks.
_WIDTH = 6
# A job's id may hold colons, a function's name none.
_CALL = re.compile(r"(?P<job>.+?):[\w.<>]+\((?P<arguments>.*)\)(?: (?:try|delayed)=\S+)*")
_NAMED = re.compile(r"(?P<job>.+?):[\w.<>]+(?: [●?](?= |$))?(?:$| +(?P<detail>.*))")
# Where a mark is lost, what follows it tells which it was.
_LOST = (
    ("retried", re.compile(r"[^\s'\"()]+:[\w.<>]+ (?:retrying job in [\d.]+s|cancelled, will be run again)")),
    ("aborted", re.compile(r"[^\s'\"()]+:[\w.<>]+ aborted(?: before start)?")),
    (COMPLETED, re.compile(r"[^\s'\"()]+:[\w.<>]+ \?(?: .*)?")),
    (STARTED, re.compile(r"[^\s'\"()]+:[\w.<>]+\(.*")),
)
# Why a job could not be started.
NEVER_STARTED = {
    "function not found": re.compile(r"job (?P<job>\S+), function '[^']+' not found"),
    "expired": re.compile(r"job (?P<job>\S+) expired"),
}
# A line that is none of a job's is not looked into any further.
_PERHAPS = re.compile(rf"\d\.\d\ds (?:[{''.join(_MARKS)}?]|\\+u2)|job \S+ ?(?:expired|function)")

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
    if not _PERHAPS.search(line):
        return None
    found = log_line.message(line)
    own = found.logger.partition(".")[0] == "arq"
    # What another logger writes is no worker's, whatever it looks like.
    if found.logger and not own:
        return None
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found.text)
    marked = _MARKED.fullmatch(text)
    if marked and (own or len(marked["seconds"]) >= _WIDTH):
        return _marked(line, marked["mark"], marked["rest"].rstrip())
    for why, pattern in NEVER_STARTED.items():
        if never := pattern.fullmatch(text.strip()):
            return Event(FAILED, line, detail=why, **never.groupdict())
    return None


def _marked(line: str, mark: str, rest: str) -> Event | None:
    lost = next((kind for kind, pattern in _LOST if pattern.fullmatch(rest)), "")
    kind = _MARKS.get(mark, lost)
    parts = (_CALL if kind == STARTED else _NAMED).fullmatch(rest) if kind else None
    return Event(kind, line, **parts.groupdict("")) if parts else None
