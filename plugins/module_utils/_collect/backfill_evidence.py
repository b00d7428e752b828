# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the backfill: dry, real and dry again, with the rows counted between them."""

from __future__ import annotations

import os
import typing as t
from contextlib import closing

from .._clients import postgres
from .._core import command
from .._core.collector import CollectError, Collector
from .._core.evidence import Step
from .._text import backfill

DRY_RUN = ("backfill_dry_run", "Backfill, dry run")
REAL_RUN = ("backfill_real_run", "Backfill, real run")
SECOND_DRY_RUN = ("backfill_second_dry_run", "Backfill, dry run after the real run")
ROWS_BEFORE = ("backfill_rows_before", "Rows before the dry run")
ROWS_AFTER_DRY_RUN = ("backfill_rows_after_dry_run", "Rows after the dry run")
ROWS_AFTER = ("backfill_rows_after", "Rows after the real run")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(candidates), C(updated) and C(left)."""
    if not postgres.HAS_PSYCOPG2:
        raise CollectError("the Python library psycopg2 is not installed on the host")
    work = _Backfill(collector)
    if collector.check_mode:
        for step in (DRY_RUN, REAL_RUN, SECOND_DRY_RUN):
            work.leave_out(step, "check mode: a dry run may write too")
        return _result()
    before = work.count(ROWS_BEFORE)
    dry = work.run(DRY_RUN)
    refusal = _refusal(dry, before, work.count(ROWS_AFTER_DRY_RUN))
    if refusal:
        work.leave_out(REAL_RUN, refusal)
        return _result(candidates=_changed(dry))
    real = work.run(REAL_RUN)
    work.count(ROWS_AFTER)
    again = work.run(SECOND_DRY_RUN)
    return _result(candidates=_changed(dry), updated=_changed(real), left=_changed(again), ran=True)


def _result(
    *,
    candidates: int | None = None,
    updated: int | None = None,
    left: int | None = None,
    ran: bool = False,
) -> dict[str, t.Any]:
    """What is not known to have changed nothing counts as a change."""
    changed = ran and updated != 0
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


def _changed(step: Step) -> int | None:
    found = backfill.summary(step)
    return found.changed if found else None


class _Backfill:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        path = os.pathsep.join(self._params["pythonpath"])
        self._env = {"PYTHONPATH": path} if path else {}

    def run(self, step: tuple[str, str]) -> Step:
        """Run the backfill as this step asks for it."""
        return self._collector.command(
            self._argv(step),
            name=step[0],
            title=step[1],
            limit=self._params["limit"],
            directory=self._params["directory"],
            env=self._env,
        )

    def leave_out(self, step: tuple[str, str], reason: str) -> None:
        """Keep the step of a run that is left out, with the reason."""
        self._collector.add(
            command.not_run(
                self._argv(step),
                name=step[0],
                title=step[1],
                reason=reason,
                directory=self._params["directory"],
            )
        )

    def count(self, step: tuple[str, str]) -> Step:
        """Count the rows, in a session that can only read."""
        (name, title), sql = step, self._params["rows_query"]
        try:
            where = postgres.parameters(self._collector.env, self._params["url_variables"])
            seconds = self._params["query_limit"]
            with closing(postgres.connect(where, statement_seconds=seconds)) as connection:
                found = postgres.query(connection, sql, name=name, title=title, redact=self._collector.redact)
        except postgres.NoDatabaseError as exc:
            reason = self._collector.redact(f"no connection to Postgres: {exc}")
            found = postgres.unreachable(sql, name=name, title=title, reason=reason)
        return self._collector.add(found)

    def _argv(self, step: tuple[str, str]) -> list[str]:
        return list(self._params["real_run" if step == REAL_RUN else "dry_run"])
