# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the backfill: dry, real and dry again, with the rows counted between them."""

from __future__ import annotations

import os
import typing as t
from functools import partial

from .._clients import postgres
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import backfill


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(candidates), C(updated) and C(left)."""
    if collector.check_mode:
        for step in (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN, steps.BACKFILL_SECOND_DRY_RUN):
            collector.leave_out(_argv(collector, step), step, "check mode: a dry run may write too")
        return _result(None, None, None)
    count = partial(postgres.ask, collector, collector.params["rows_query"])
    before = count(steps.BACKFILL_ROWS_BEFORE)
    dry = _run(collector, steps.BACKFILL_DRY_RUN)
    refusal = _refusal(dry, before, count(steps.BACKFILL_ROWS_AFTER_DRY_RUN))
    if refusal:
        collector.leave_out(collector.params["real_run"], steps.BACKFILL_REAL_RUN, refusal)
        return _result(dry, None, None)
    real = _run(collector, steps.BACKFILL_REAL_RUN)
    count(steps.BACKFILL_ROWS_AFTER)
    again = _run(collector, steps.BACKFILL_SECOND_DRY_RUN)
    return _result(dry, real, again)


def _result(*runs: Step | None) -> dict[str, t.Any]:
    """Return what the dry, the real and the second dry run report, None of those that were left out."""
    found = [backfill.summary(run) if run else None for run in runs]
    candidates, updated, left = (summary.changed if summary else None for summary in found)
    # What is not known to have changed nothing counts as a change.
    changed = runs[1] is not None and updated != 0
    return {"changed": changed, "candidates": candidates, "updated": updated, "left": left}


def _refusal(dry: Step, before: Step, after_dry: Step) -> str:
    """Return why the real run must not follow this dry run, or C('')."""
    if not dry.ok:
        why = dry.reason or f"exit status {dry.exit_status}"
        return f"left out, for the dry run did not end well: {why}"
    if before.ok and after_dry.ok and before.stdout != after_dry.stdout:
        return "left out, for the dry run wrote: what the real run would do is not known"
    found = backfill.summary(dry)
    if found and found.errors:
        return f"left out, for the dry run reports errors: {found.text}"
    return ""


def _run(collector: Collector, step: StepName) -> Step:
    path = os.pathsep.join(collector.params["pythonpath"])
    env = {"PYTHONPATH": path} if path else {}
    return collector.add(collector.run(_argv(collector, step), step, env=env))


def _argv(collector: Collector, step: StepName) -> list[str]:
    return list(collector.params["real_run" if step == steps.BACKFILL_REAL_RUN else "dry_run"])
