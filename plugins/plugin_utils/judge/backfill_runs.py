# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-2's backfill: what its runs say, what the database counts, and what is in its rows must agree."""

from __future__ import annotations

import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence, Step, parse_time
from ...module_utils._text import backfill, row_content
from ...module_utils._text.row_content import Content
from .base import (
    MET,
    TRACEBACK,
    Finding,
    MissingStepError,
    Policy,
    ended,
    met,
    not_met,
    not_proven,
    succeeded,
    with_earlier,
)

Row = t.Mapping[str, str]  # what a query of one row found, by the columns' names

# Other traffic wrote at this many times its rate while the dry run ran, and this many rows more, at most.
_TIMES, _MORE = 3, 5


def dry_run_ok(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run … OK". Its output is minimum evidence."""
    return _run_ok(evidence, steps.BACKFILL_DRY_RUN, dry=True)


def dry_run_is_dry(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run … OK": it writes nothing, which only sessions that cannot and the rows can show."""
    names = (steps.BACKFILL_ROWS_BEFORE, steps.BACKFILL_ROWS_AFTER_DRY_RUN)
    looks = (steps.BACKFILL_CONTENT_BEFORE, steps.BACKFILL_CONTENT_AFTER_DRY_RUN)
    ended(evidence, steps.BACKFILL_DRY_RUN)
    sessions = row_content.sessions(evidence.get(steps.BACKFILL_DRY_RUN_SESSIONS))
    rows = [_row(succeeded(evidence, name)) for name in names]
    before, after = map(_told, rows)
    if sessions.own and sessions.read_only:
        return _could_only_read(evidence, sessions.own, *rows)
    if before != after:
        return not_met(f"the dry run wrote: {before} before it, {after} after it", *names)
    content, since = (_content(evidence, name) for name in looks)
    if since.of_run:
        reason = f"the dry run wrote: {_rows_of(since.of_run)} of {since.names} by transactions of its own"
        return not_met(reason, *looks)
    if since.unchanged_since(content):
        return met(f"{before} before it and after it, and {_same(since)}", *names, *looks)
    if sessions.own and sessions.transactions:
        count = sessions.transactions
        seen = f"the {count} {'transaction' if count == 1 else 'transactions'} in which it was seen to write"
        rest = "not excluded: one too short to be seen"
        return met(f"{_changed(since)} while it ran, none of them by {seen} ({rest})", *names, *looks)
    return _repeated(evidence, since)


def real_run_ok(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "… and real run OK". Its output, with the "processed, updated and skipped counts", is kept."""
    return _run_ok(evidence, steps.BACKFILL_REAL_RUN)


def real_run_as_announced(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run and real run OK": the real run wrote what the dry run said that it would."""
    names = (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN)
    announced, written = (counts(evidence, name).changed for name in names)
    if announced != written:
        return not_met(f"the dry run announced {announced} rows, the real run wrote {written}", *names)
    return met(f"{written} rows, as the dry run announced", *names)


@with_earlier(
    "backfill_evidence", idle=lambda evidence: not counts(evidence, steps.BACKFILL_REAL_RUN).changed
)
def real_run_in_database(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "real run OK": the database shows the rows that it says it wrote, or that none were left.

    Of the query's counts, the first is of all rows, the second of those that have what the backfill writes.
    """
    repeated = evidence.get(steps.BACKFILL_ROWS_REPEATED) is not None
    since = steps.BACKFILL_ROWS_REPEATED if repeated else steps.BACKFILL_ROWS_AFTER_DRY_RUN
    names = (since, steps.BACKFILL_ROWS_AFTER)
    written = counts(evidence, steps.BACKFILL_REAL_RUN).changed or 0
    before, after = (_row(succeeded(evidence, name)) for name in names)
    went = f"the database went from {_told(before)} to {_told(after)}"
    if written:
        if written not in _moved(before, after):
            return not_met(f"it says that it wrote {written} rows, and {went}", *names)
        told = f"{went}, by the {written} rows that it wrote"
    else:
        done = [int(count) for count in list(after.values())[:2] if count.isdigit()]
        if before != after or len(done) != 2 or done[0] != done[1] or not done[0]:
            return not_proven(f"it wrote nothing, and {went}, which does not show that all is done", *names)
        told = f"nothing was left to write: {_told(after)}"
    return _rows_written(evidence, written, told)


def nothing_left(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "real run OK": a second dry run finds nothing left to write."""
    name = steps.BACKFILL_SECOND_DRY_RUN
    finding, left = _run_ok(evidence, name, dry=True), counts(evidence, name).changed
    if finding.result != MET:
        return finding
    if left:
        return not_met(f"after the real run, a dry run still finds {left} rows", name)
    return met("after the real run, a dry run finds none", name)


def counts(evidence: Evidence, name: str) -> backfill.Summary:
    """Return what a run says of its rows.

    Raises:
        MissingStepError: it does not say how many it wrote.
    """
    step = ended(evidence, name)
    found = backfill.summary(step)
    if found is None:
        raise MissingStepError(f"{step.title}: it printed no summary of its rows")
    if found.changed is None:
        raise MissingStepError(f"{step.title}: it does not say how many rows it wrote: {found.text}")
    return found


def _run_ok(evidence: Evidence, name: str, *, dry: bool = False) -> Finding:
    """A backfill's run: status 0, one summary, no row in error, none in no count, no failure after it."""
    step = ended(evidence, name)
    if step.exit_status != 0:
        return not_met(f"exit status {step.exit_status}: {backfill.error(step)}", name)
    if TRACEBACK in step.output:
        return not_met(f"a traceback in spite of status 0: {backfill.error(step)}", name)
    found = counts(evidence, name)
    if found.errors:
        return not_met(f"status 0, but {found.errors} errors: {found.text}", name)
    doubt = _doubt(step, found, dry)
    return not_proven(doubt, name) if doubt else met(found.text, name)


def _doubt(step: Step, found: backfill.Summary, dry: bool) -> str:
    """Return what else a run says that its summary does not agree with, or C('')."""
    other, failure = backfill.contradiction(step), backfill.failure(step, rolls_back=dry)
    if found.unaccounted < 0:
        return f"the counts add up to {found.total - found.unaccounted} of {found.total} rows: {found.text}"
    if found.unaccounted:
        return f"{found.unaccounted} rows are in no other count: {found.text}"
    if other:
        return f"two summaries contradict each other: {found.text}, and {other}"
    return f"beside its summary, {found.text}, it says: {failure}" if failure else ""


def _could_only_read(evidence: Evidence, sessions: int, before: Row, after: Row) -> Finding:
    """Judge a dry run by its sessions, among which one that did not take the options over is not."""
    names = (
        steps.BACKFILL_DRY_RUN_SESSIONS,
        steps.BACKFILL_ROWS_BEFORE,
        steps.BACKFILL_ROWS_AFTER_DRY_RUN,
        steps.BACKFILL_CONTENT_BEFORE,
        steps.BACKFILL_CONTENT_AFTER_DRY_RUN,
    )
    own = f"its {sessions} {'session' if sessions == 1 else 'sessions'} could only read"
    said = backfill.summary(ended(evidence, steps.BACKFILL_DRY_RUN))
    if said and said.changed and said.changed in _moved(before, after):
        went = f"the database went from {_told(before)} to {_told(after)}, by the rows that it announced"
        return not_proven(f"{own}, but {went}", *names)
    return met(f"{own}; {_told(after)} after it{_traffic(evidence)}", *names)


def _repeated(evidence: Evidence, first: Content) -> Finding:
    """Judge the second look at a dry run, after which rows were not what they were before it."""
    names = (steps.BACKFILL_CONTENT_AFTER_DRY_RUN, steps.BACKFILL_CONTENT_REPEATED)
    changed = f"{_changed(first)} while the dry run ran"
    again = _content(evidence, steps.BACKFILL_CONTENT_REPEATED)
    runs = (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REPEATED_DRY_RUN)
    said, said_again = (counts(evidence, name) for name in runs)
    if again.of_run:
        return not_met(f"repeated, the dry run wrote {_rows_of(again.of_run)} of {again.names}", *names)
    if not again.unchanged_since(first):
        who = "by other traffic or by itself, which cannot be told apart"
        return not_proven(f"{changed}, and {_changed(again)} while it was repeated, {who}", *names)
    if said != said_again:
        reason = f"{changed}; repeated, it says {said_again.text} in place of {said.text}"
        return not_proven(reason, *names, *runs)
    rest = "not excluded: that it wrote at first what it need not write again"
    return met(f"{changed}, and none while it was repeated, with the same summary ({rest})", *names, *runs)


def _rows_written(evidence: Evidence, written: int, told: str) -> Finding:
    """Judge how many rows changed while the real run ran, and by whom."""
    names = (steps.BACKFILL_ROWS_AFTER, steps.BACKFILL_CONTENT_AFTER, steps.BACKFILL_REAL_RUN_SESSIONS)
    now = _content(evidence, steps.BACKFILL_CONTENT_AFTER)
    own, changed = now.of_run or 0, now.changed
    if changed is None:
        return not_proven(f"{told}, but how many rows changed is not known: nobody looked before", *names)
    if own > written:
        reason = f"it says that it wrote {written} rows, and its transactions wrote {own} of {now.names}"
        return not_met(reason, *names)
    if changed < written:
        return not_met(f"it says that it wrote {written} rows, and {_changed(now)}", *names)
    return _others_wrote(evidence, now, written, told)


def _others_wrote(evidence: Evidence, now: Content, written: int, told: str) -> Finding:
    """Judge the rows that changed beside those that the real run says it wrote."""
    names = (steps.BACKFILL_ROWS_AFTER, steps.BACKFILL_CONTENT_AFTER, steps.BACKFILL_REAL_RUN_SESSIONS)
    more = (now.changed or 0) - written
    if not more:
        return met(f"{told}; no other row of {now.names} changed", *names)
    sessions = row_content.sessions(evidence.get(steps.BACKFILL_REAL_RUN_SESSIONS))
    if sessions.own and now.of_run == written:
        mine = "in its own transactions" if written else "none of its sessions was seen to write"
        return met(f"{told}, {mine}, and {_rows_of(more)} by other traffic", *names)
    beside = f"{_rows_of(more)} of {now.names} more changed"
    if more > _usual(evidence):
        return not_proven(f"{told}, but {beside}, by itself or by other traffic", *names)
    return met(f"{told}; {beside}, as by other traffic before (not excluded: that it wrote them)", *names)


def _usual(evidence: Evidence) -> float:
    """Return how many rows other traffic may have written since, going by the stretch before."""
    names = (
        steps.BACKFILL_CONTENT_BEFORE,
        steps.BACKFILL_CONTENT_AFTER_DRY_RUN,
        steps.BACKFILL_CONTENT_AFTER,
    )
    start, middle, end = (parse_time(succeeded(evidence, name).started).timestamp() for name in names)
    look = _content(evidence, steps.BACKFILL_CONTENT_AFTER_DRY_RUN)
    others = (look.changed or 0) - (look.of_run or 0)
    others_now = row_content.sessions(evidence.get(steps.BACKFILL_REAL_RUN_SESSIONS)).others
    if not others and not others_now:
        return 0
    return _TIMES * others * (end - middle) / max(middle - start, 1) + _MORE


def _content(evidence: Evidence, name: str) -> Content:
    """Return a look at the content; one that shows nothing is missing."""
    step = succeeded(evidence, name)
    found = row_content.read(step)
    if found is None:
        raise MissingStepError(f"{step.title}: it shows no content")
    return found


def _traffic(evidence: Evidence) -> str:
    """Return what changed while the dry run could only read, for a sentence."""
    step = evidence.get(steps.BACKFILL_CONTENT_AFTER_DRY_RUN)
    found = row_content.read(step) if step is not None else None
    if found is None:
        return ", content not compared"
    return f", {_changed(found)}, by other traffic" if found.changed else f", and {_same(found)}"


def _same(content: Content) -> str:
    if content.compared:
        return f"the content of {content.names} is the same"
    return f"content not compared, but no row changed of {content.names}"


def _changed(content: Content) -> str:
    return f"{_rows_of(content.changed)} of {content.names} changed"


def _rows_of(count: int | None) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _row(step: Step) -> Row:
    """Return what a query of one row found, by the columns' names."""
    lines = [*step.stdout.splitlines(), "", "", ""]
    cells = zip(lines[0].split("|"), lines[2].split("|"), strict=False)
    return {name.strip(): value.strip() for name, value in cells}


def _moved(before: Row, after: Row) -> list[int]:
    """Return how far each count went up; of several not the first, which any new row moves."""
    both = [(count, after.get(name, "")) for name, count in before.items()]
    return [
        int(then) - int(count) for count, then in both[len(both) > 1 :] if count.isdigit() and then.isdigit()
    ]


def _told(row: Row) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items())
