# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows around a backfill: how many, what is in them, and whose transactions wrote them."""

from __future__ import annotations

import os
import secrets
import typing as t
from contextlib import closing
from dataclasses import replace

from .._clients import postgres, sessions
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import row_content


class Look(t.NamedTuple):
    """The counts and the content at one moment."""

    rows: Step
    content: row_content.Content | None


class Ran(t.NamedTuple):
    """A run, not kept yet, and what was seen of its sessions."""

    step: Step
    sessions: row_content.Sessions
    transactions: t.Collection[int]
    watched: Step

    @property
    def could_only_read(self) -> bool:
        """Whether its sessions were seen, and could write nothing."""
        return self.sessions.read_only and self.sessions.own > 0


class Rows:
    """The tables that the query of counts reads, looked at between the runs."""

    def __init__(self, collector: Collector) -> None:
        """Begin; the first look shows what there is, the others what was written since, too."""
        self._collector = collector
        self._since = ""
        # Sessions are named so, and no other is.
        self._mark = f"rc_closure_{secrets.token_hex(4)}"

    def look(self, rows: StepName, content: StepName, own: t.Collection[int] = ()) -> Look:
        """Keep the counts and the content of one snapshot; C(own) are the last run's transactions."""
        collector, sql = self._collector, self._collector.params["rows_query"]
        try:
            with closing(postgres.connect(self._params())) as connection:
                connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
                counted = collector.add(postgres.query(connection, sql, rows, collector.redact))
                if not counted.ok:
                    return Look(counted, None)
                looked = collector.add(self._content(connection, content, own))
        except postgres.NoDatabaseError as exc:
            return Look(collector.failed(rows, sql, f"no connection to Postgres: {exc}"), None)
        self._since = row_content.snapshot(looked)
        return Look(counted, row_content.read(looked))

    def run(
        self, argv: t.Sequence[str], step: StepName, seen: StepName, *, read_only: bool, marked: bool = True
    ) -> Ran:
        """Run a command and watch its sessions, which take their name and what they may do from libpq."""
        collector = self._collector
        guard = " -c default_transaction_read_only=on" if read_only else ""
        options = f"-c application_name={self._mark}{guard}" if marked else ""
        started = collector.start(seen, f"PGOPTIONS={options!r}\n{sessions.QUERY}")
        try:
            with sessions.watched(self._params(), self._mark) as found:
                done = collector.run(argv, step, env=environment(collector, options))
        except postgres.NoDatabaseError as exc:
            done = collector.run(argv, step, env=environment(collector))
            found = sessions.Seen(problem=str(exc))
        told = row_content.Sessions(
            len(found.own), read_only, len(found.transactions), len(found.others - found.transactions)
        )
        if found.problem:
            watched = started.failed(f"the database's sessions cannot be seen: {found.problem}")
        else:
            watched = started.ended(row_content.sessions_table(told), exit_status=0)
        return Ran(done, told, found.transactions, watched)

    def _content(self, connection: t.Any, step: StepName, own: t.Collection[int]) -> Step:
        sql = self._collector.params["rows_query"]
        tables = row_content.relations(postgres.plan(connection, sql))
        if not tables:
            return self._collector.start(step, sql).failed("content not compared: the plan names no table")
        redact = self._collector.redact
        whole = postgres.query(connection, row_content.query(tables, self._since, own), step, redact)
        if whole.ok:
            return whole
        # A table that is too large, or of which only some columns may be read, still shows what was written.
        connection.rollback()
        written = row_content.query(tables, self._since, own, digest=False)
        return replace(postgres.query(connection, written, step, redact), stderr=whole.stderr)

    def _params(self) -> dict[str, str]:
        return postgres.parameters(self._collector.env, self._collector.params["variables"])


def environment(collector: Collector, options: str = "") -> dict[str, str]:
    """Return a run's own variables; C(options) are for its sessions, added to those of the service."""
    path = os.pathsep.join(collector.params["pythonpath"])
    given = f"{collector.env.get('PGOPTIONS', '')} {options}".strip()
    return {**({"PYTHONPATH": path} if path else {}), **({"PGOPTIONS": given} if options else {})}
