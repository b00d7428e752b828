# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the backfill: dry, real and dry again, with the rows counted between them."""

from __future__ import annotations

import os
import typing as t

from .._clients import postgres
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import backfill


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(candidates), C(updated) and C(left)."""
    work = _Backfill(collector)
    if collector.check_mode:
        for step in (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN, steps.BACKFILL_SECOND_DRY_RUN):
            work.leave_out(step, "check mode: a dry run may write too")
        return _result(None, None, None)
    before = work.count(steps.BACKFILL_ROWS_BEFORE)
    dry = work.run(steps.BACKFILL_DRY_RUN)
    refusal = _refusal(dry, before, work.count(steps.BACKFILL_ROWS_AFTER_DRY_RUN))
    if refusal:
        work.leave_out(steps.BACKFILL_REAL_RUN, refusal)
        return _result(dry, None, None)
    real = work.run(steps.BACKFILL_REAL_RUN)
    work.count(steps.BACKFILL_ROWS_AFTER)
    again = work.run(steps.BACKFILL_SECOND_DRY_RUN)
    return _result(dry, real, again)


def _result(dry: Step | None, real: Step | None, again: Step | None) -> dict[str, t.Any]:
    """Return what the runs report, None of those that were left out."""
    candidates, updated, left = map(_changed, (dry, real, again))
    # What is not known to have changed nothing counts as a change.
    changed = real is not None and updated != 0
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


def _changed(step: Step | None) -> int | None:
    found = backfill.summary(step) if step else None
    return found.changed if found else None


class _Backfill:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        path = os.pathsep.join(self._params["pythonpath"])
        self._env = {"PYTHONPATH": path} if path else {}

    def run(self, step: StepName) -> Step:
        """Run the backfill as this step asks for it."""
        return self._collector.add(self._collector.run(self._argv(step), step, env=self._env))

    def leave_out(self, step: StepName, reason: str) -> None:
        """Keep the step of a run that is left out, with the reason."""
        self._collector.leave_out(self._argv(step), step, reason)

    def count(self, step: StepName) -> Step:
        """Count the rows, in a session that can only read."""
        return postgres.ask(self._collector, self._params["rows_query"], step)

    def _argv(self, step: StepName) -> list[str]:
        return list(self._params["real_run" if step == steps.BACKFILL_REAL_RUN else "dry_run"])
