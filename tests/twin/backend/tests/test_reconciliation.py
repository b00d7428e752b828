# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliation: what it finds, how a run ends, and that findings are kept once."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import ReconciliationRun
from app.services import reconciliation

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def _differences(engine: Engine) -> None:
    """Four events and four bookings, of which two agree."""
    events = {"same-1": 100, "same-2": 200, "unbooked": 300, "other-amount": 400}
    bookings = {"same-1": 100, "same-2": 200, "other-amount": 401, "untold": 500}
    with engine.begin() as connection:
        for event_id, amount in events.items():
            connection.execute(
                text(
                    "INSERT INTO provider_events (provider, provider_event_id, player_id, amount)"
                    " VALUES ('acmepay', :event_id, 1, :amount)"
                ),
                {"event_id": event_id, "amount": amount},
            )
        for event_id, amount in bookings.items():
            connection.execute(
                text(
                    "WITH t AS (INSERT INTO ledger_transactions (kind, reference)"
                    " VALUES ('deposit', 'acmepay:' || :event_id) RETURNING id)"
                    " INSERT INTO ledger_entries (transaction_id, account, amount)"
                    " SELECT id, account, amount FROM t, (VALUES ('player:1', :amount),"
                    " ('provider:acmepay', -:amount)) AS side (account, amount)"
                ),
                {"event_id": event_id, "amount": amount},
            )


def run_once(sessions: Sessions) -> ReconciliationRun:
    """Ask for a run, carry it out, and read it."""

    async def work() -> ReconciliationRun:
        async with sessions() as session:
            run, _new = await reconciliation.create(session, "acmepay", 24, None)
        assert run.status == "queued"
        await reconciliation.execute(sessions, run.id)
        async with sessions() as session:
            return await session.get_one(ReconciliationRun, run.id)

    return asyncio.run(work())


def findings(engine: Engine) -> list[tuple[str, str | None]]:
    """Type and event of each finding kept."""
    query = "SELECT finding_type, provider_event_id FROM reconciliation_findings ORDER BY id"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.usefixtures("_differences")
def test_differences_are_found(sessions: Sessions, engine: Engine) -> None:
    run = run_once(sessions)
    assert (run.status, run.findings_count, run.error) == ("completed", 3, None)
    assert run.created_at <= run.started_at <= run.finished_at
    assert findings(engine) == [
        ("amount_mismatch", "other-amount"),
        ("missing_in_ledger", "unbooked"),
        ("unknown_to_provider", None),
    ]


@pytest.mark.usefixtures("_differences")
def test_a_finding_of_an_event_is_kept_once(sessions: Sessions, engine: Engine) -> None:
    run_once(sessions)
    run_once(sessions)
    assert findings(engine).count(("missing_in_ledger", "unbooked")) == 1


def test_nothing_to_find(sessions: Sessions) -> None:
    run = run_once(sessions)
    assert (run.status, run.findings_count) == ("completed", 0)


def test_a_failure_is_told_by_the_run(sessions: Sessions, engine: Engine) -> None:
    rename = "ALTER TABLE {} RENAME TO {}"
    with engine.begin() as connection:
        connection.execute(text(rename.format("ledger_entries", "hidden")))
    try:
        run = run_once(sessions)
    finally:
        with engine.begin() as connection:
            connection.execute(text(rename.format("hidden", "ledger_entries")))
    assert run.status == "failed"
    assert run.error.startswith("ProgrammingError: ")
    assert 'relation "ledger_entries" does not exist' in run.error


def test_the_same_key_gives_the_same_run(sessions: Sessions) -> None:
    async def work() -> tuple[tuple[ReconciliationRun, bool], tuple[ReconciliationRun, bool]]:
        async with sessions() as session:
            first = await reconciliation.create(session, "acmepay", 24, "key")
        async with sessions() as session:
            return first, await reconciliation.create(session, "acmepay", 24, "key")

    (first, first_new), (second, second_new) = asyncio.run(work())
    assert first.id == second.id
    assert (first_new, second_new) == (True, False)


@pytest.mark.parametrize(("event_id", "refused"), [("event-1", True), (None, False)])
def test_the_constraint_refuses_duplicates(engine: Engine, event_id: str | None, refused: bool) -> None:
    """Not where the event is unknown: to a unique constraint, no NULL is like another."""
    run_id = uuid.uuid4()
    insert = text(
        "INSERT INTO reconciliation_findings"
        " (run_id, provider, provider_event_id, finding_type, severity, details)"
        " VALUES (:run_id, 'acmepay', :event_id, 'amount_mismatch', 'high', '{}')"
    )
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reconciliation_runs (id, provider, window_hours, status)"
                " VALUES (:run_id, 'acmepay', 24, 'running')"
            ),
            {"run_id": run_id},
        )
        connection.execute(insert, {"run_id": run_id, "event_id": event_id})
    again = {"run_id": run_id, "event_id": event_id}
    with engine.connect() as connection:
        if refused:
            with pytest.raises(IntegrityError, match="uq_recon_findings_provider_event_type"):
                connection.execute(insert, again)
        else:
            assert connection.execute(insert, again).rowcount == 1
