# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of Package-3's run: the API's states, the worker's lines and arq's record on one axis.

It is read by the readers that the judge uses, and judged by nobody here.
"""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from .....module_utils._core import step_names
from .....module_utils._core.evidence import ENDED, Evidence, Step, parse_time
from .....module_utils._text import arq_log, arq_record, log_line
from ....judge import clocks, recon_run
from ....judge.base import Policy
from .axis import Axis, Span, Tick
from .words import words

_CLOCK = re.compile(r"(?P<clock>(?:[01]\d|2[0-3])(?::[0-5]\d){2})(?:[.,](?P<fraction>\d{1,6}))?")
_DATED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)")
# Zones differ from one another by a multiple of it, so that a time of day is known but for these.
_ZONE = timedelta(minutes=15)


@dataclass(frozen=True)
class Event:
    """A stretch of time in which something was seen: a moment, or as exact as its source says."""

    first: datetime
    last: datetime
    kind: str  # C(queued), C(running), C(started), C(completed), C(failed) or another word of its source
    said: str  # what shows it
    step: str  # the name of the step that shows it
    is_vague: bool = False  # whether it was a moment somewhere in the stretch


@dataclass(frozen=True)
class Mark:
    """An event as it is drawn."""

    span: Span
    kind: str
    is_vague: bool  # whether it is somewhere in the span


@dataclass(frozen=True)
class Row:
    """A source of events, and its marks in percent of the width."""

    name: str
    marks: t.Sequence[Mark]


@dataclass(frozen=True)
class Life:
    """The drawing, and the events that are its text."""

    run: str
    start: str
    ticks: t.Sequence[Tick]
    rows: t.Sequence[Row]
    events: t.Sequence[tuple[str, Event]]
    unplaced: t.Sequence[str]  # lines of the worker's log whose time cannot be told


def build(evidence: Evidence, policy: Policy) -> Life:
    """Return the drawing of the run.

    Raises:
        MissingStepError: no run was asked for, or what shows it was not kept.
    """
    run = recon_run.find(evidence, policy)
    worker, unplaced = _worker(evidence, run)
    sources = {
        "API": [*_api(evidence, run)],
        "Worker log": worker,
        "arq's record": [*_records(evidence, run)],
    }
    found = [(name, event) for name, events in sources.items() for event in events]
    axis = Axis.over(moment for _name, event in found for moment in (event.first, event.last))
    rows = [
        Row(name, [Mark(axis.span(one.first, one.last), one.kind, one.is_vague) for one in events])
        for name, events in sources.items()
        if events
    ]
    ordered = sorted(found, key=lambda one: one[1].first)
    return Life(run.id, _text(axis.start), axis.ticks(), rows, ordered, unplaced)


def _api(evidence: Evidence, run: recon_run.Run) -> t.Iterator[Event]:
    """Yield the POST, then each state from the answer that first has it until the one that has another."""
    post = evidence.get(step_names.RECON_POST)
    if post is None:
        return
    ahead = clocks.of(evidence, post.host).ahead
    asked, answered = (parse_time(moment) - ahead for moment in (post.started, post.ended))
    yield Event(asked, answered, "POST", words("POST, answered {status}", status=post.exit_status), post.name)
    shown = [
        (parse_time(poll.time) - ahead, run.state_in(poll) or f"{poll.status or '-'}") for poll in run.polls
    ]
    states = [
        (state, [moment for moment, _state in same]) for state, same in groupby(shown, lambda one: one[1])
    ]
    for (state, moments), then in zip(states, [*states[1:], None], strict=True):
        until = then[1][0] if then else moments[-1]
        yield Event(
            moments[0],
            until,
            state,
            words("GET, {count} × {state}", count=len(moments), state=words(state)),
            step_names.RECON_LIFECYCLE,
        )


def _worker(evidence: Evidence, run: recon_run.Run) -> tuple[list[Event], list[str]]:
    """Return the lines that the worker's logs have of the run's jobs, and those that have no place."""
    events, unplaced = [], []
    known = {one for attempt in run.attempts for one in (attempt.start, attempt.end) if one}
    for log in evidence.steps:
        if log.name != step_names.RECON_WORKER_LOG or log.outcome != ENDED:
            continue
        for one in arq_log.events(log.stdout):
            if one not in known:
                continue
            place, line = _place(evidence, log, one.line), one.line.strip()
            if place:
                events.append(Event(*place, one.kind, line, log.name, place[0] != place[1]))
            else:
                unplaced.append(line)
    return events, unplaced


def _place(evidence: Evidence, log: Step, line: str) -> tuple[datetime, datetime] | None:
    """Return when a line was written, as exact as it says, on the controller's clock."""
    ahead = clocks.of(evidence, log.host).ahead
    stamps = log_line.message(line).stamps
    dated = next((stamp for stamp in reversed(stamps) if _DATED.fullmatch(stamp)), "")
    with suppress(ValueError):  # it has the form of a time, and is none
        moment = parse_time(dated.replace(",", ".").replace(" ", "T")) - ahead
        return moment, moment
    found = next(filter(None, map(_CLOCK.search, reversed(stamps))), None)
    return found and _within(parse_time(log.started), parse_time(log.ended), found, ahead)


def _within(
    first: datetime, last: datetime, found: re.Match[str], ahead: timedelta
) -> tuple[datetime, datetime] | None:
    """Return where a time without a zone falls while a log was read; None where that cannot be told."""
    give = timedelta() if found["fraction"] else timedelta(seconds=1)
    clock = datetime.strptime(found["clock"], "%H:%M:%S")
    time = clock.replace(microsecond=int(f"{found['fraction'] or 0:0<6}"), tzinfo=UTC)
    # A line of the second in which the log was marked has that second alone.
    moment = first - give + (time - (first - give)) % _ZONE
    if last - first > _ZONE or moment > last:
        return None
    return max(moment, first) - ahead, min(moment + give, last) - ahead


def _records(evidence: Evidence, run: recon_run.Run) -> t.Iterator[Event]:
    """Yield when arq's record has it that the run's jobs were queued, started and finished."""
    step = evidence.get(step_names.RECON_RECORDS)
    if step is None or step.outcome != ENDED:
        return
    jobs = {attempt.start.job for attempt in run.attempts}
    off = clocks.of_steps(evidence, step_names.WORKER_ENVIRONMENT)[0].ahead
    for record in arq_record.parse(step.stdout):
        end = "completed" if record.success else "failed"
        times = (("queued", record.enqueued), ("started", record.started), (end, record.finished))
        for kind, moment in times if not jobs or record.job in jobs else ():
            if moment:
                at = parse_time(moment) - off
                yield Event(
                    at,
                    at,
                    kind,
                    words("job {job} {kind} {moment}", job=record.job, kind=words(kind), moment=moment),
                    step.name,
                )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
