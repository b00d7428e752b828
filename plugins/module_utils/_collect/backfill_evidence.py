# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the backfill: dry, real and dry again, with the rows counted and read between them.

The dry run is tried first in sessions that may only read, for what ends well there has written nothing,
whatever other traffic writes meanwhile. One that is refused, since it writes and rolls back, runs as it is.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import ENDED, Step
from .._text import backfill
from .backfill_rows import Look, Ran, Rows, environment


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(candidates), C(updated) and C(left)."""
    dry_run, real_run = collector.params["dry_run"], collector.params["real_run"]
    if collector.check_mode:
        for step, argv in (
            (steps.BACKFILL_DRY_RUN, dry_run),
            (steps.BACKFILL_REAL_RUN, real_run),
            (steps.BACKFILL_SECOND_DRY_RUN, dry_run),
        ):
            collector.leave_out(argv, step, "check mode: a dry run may write too")
        return _result(None, None, None)
    rows = Rows(collector)
    before = rows.look(steps.BACKFILL_ROWS_BEFORE, steps.BACKFILL_CONTENT_BEFORE)
    dry, marked = _dry_run(collector, rows)
    after = rows.look(
        steps.BACKFILL_ROWS_AFTER_DRY_RUN, steps.BACKFILL_CONTENT_AFTER_DRY_RUN, dry.transactions
    )
    refusal = _refusal(_known(collector, dry.step), dry, before, after) or _repeat(
        collector, rows, dry, before, after
    )
    if refusal:
        collector.leave_out(real_run, steps.BACKFILL_REAL_RUN, refusal)
        return _result(_known(collector, dry.step), None, None)
    names = (steps.BACKFILL_REAL_RUN, steps.BACKFILL_REAL_RUN_SESSIONS)
    real = _kept(collector, rows.run(real_run, *names, read_only=False, marked=marked))
    rows.look(steps.BACKFILL_ROWS_AFTER, steps.BACKFILL_CONTENT_AFTER, real.transactions)
    again = collector.add(collector.run(dry_run, steps.BACKFILL_SECOND_DRY_RUN, env=environment(collector)))
    return _result(*(_known(collector, step) for step in (dry.step, real.step, again)))


def _result(*runs: Step | None) -> dict[str, t.Any]:
    """Return what the dry, the real and the second dry run report, None of those that were left out."""
    found = [backfill.summary(run) if run else None for run in runs]
    candidates, updated, left = (summary.changed if summary else None for summary in found)
    # What is not known to have changed nothing counts as a change.
    changed = runs[1] is not None and updated != 0
    return {"changed": changed, "candidates": candidates, "updated": updated, "left": left}


def _dry_run(collector: Collector, rows: Rows) -> tuple[Ran, bool]:
    """Keep the dry run, and return it, and whether the project's sessions take libpq's options over."""
    argv = collector.params["dry_run"]
    names = (steps.BACKFILL_DRY_RUN, steps.BACKFILL_DRY_RUN_SESSIONS)
    first = rows.run(argv, *names, read_only=True)
    marked = bool(first.sessions.own)
    if first.step.outcome != ENDED or backfill.ended_well(first.step):
        return _kept(collector, first), marked
    other = steps.BACKFILL_DRY_RUN_REFUSED
    collector.add(replace(first.step, name=str(other), title=other.heading))
    return _kept(collector, rows.run(argv, *names, read_only=False, marked=marked)), marked


def _repeat(collector: Collector, rows: Rows, dry: Ran, before: Look, after: Look) -> str:
    """Repeat a dry run that may have written what changed; return why no real run must follow, or C('')."""
    told = dry.could_only_read or (dry.sessions.own and dry.sessions.transactions)
    if told or not before.content or not after.content:
        return ""
    if after.content.unchanged_since(before.content):
        return ""
    names = (steps.BACKFILL_REPEATED_DRY_RUN, steps.BACKFILL_REPEATED_SESSIONS)
    again = rows.run(collector.params["dry_run"], *names, read_only=False, marked=bool(dry.sessions.own))
    _kept(collector, again)
    found = rows.look(steps.BACKFILL_ROWS_REPEATED, steps.BACKFILL_CONTENT_REPEATED, again.transactions)
    if found.content and found.content.unchanged_since(after.content):
        return ""
    return "left out, for rows changed while the dry run ran, and whether it wrote them is not known"


def _known(collector: Collector, step: Step) -> Step:
    return backfill.in_known_words(step, collector.params["words"])


def _refusal(step: Step, dry: Ran, before: Look, after: Look) -> str:
    """Return why the real run must not follow this dry run, or C('')."""
    if not step.ok:
        why = step.reason or f"exit status {step.exit_status}"
        return f"left out, for the dry run did not end well: {why}"
    counted = before.rows.ok and after.rows.ok and before.rows.stdout != after.rows.stdout
    if (counted and not dry.could_only_read) or (after.content and after.content.of_run):
        return "left out, for the dry run wrote: what the real run would do is not known"
    found = backfill.summary(step)
    if found and found.errors:
        return f"left out, for the dry run reports errors: {found.text}"
    return ""


def _kept(collector: Collector, ran: Ran) -> Ran:
    collector.add(ran.step)
    collector.add(ran.watched)
    return ran
