# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliation runs. Both runners, in-process and queue, carry one out by `execute`."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import (
    LedgerEntry,
    LedgerTransaction,
    ProviderEvent,
    ReconciliationFinding,
    ReconciliationRun,
)
from app.services.comparison import Difference, compare
from app.settings import settings

logger = logging.getLogger(__name__)
Sessions = async_sessionmaker[AsyncSession]


async def create(
    session: AsyncSession, provider: str, window_hours: int, idempotency_key: str | None
) -> tuple[ReconciliationRun, bool]:
    """A new queued run and True; or the run that has the key already, and False."""
    created = await session.scalar(
        insert(ReconciliationRun)
        .values(
            id=uuid.uuid4(),
            provider=provider,
            window_hours=window_hours,
            idempotency_key=idempotency_key,
            status="queued",
        )
        .on_conflict_do_nothing(constraint="uq_reconciliation_runs_idempotency_key")
        .returning(ReconciliationRun)
    )
    await session.commit()
    if created is not None:
        return created, True
    same = ReconciliationRun.idempotency_key == idempotency_key
    return (await session.scalars(select(ReconciliationRun).where(same))).one(), False


async def execute(sessions: Sessions, run_id: uuid.UUID) -> int | None:
    """Carry out a run: queued, running, then completed with its findings or failed with its error.

    Returns the number of findings. What goes wrong is told by the run alone: the exception ends
    here, and the answer is None.
    """
    try:
        await _mark(sessions, run_id, status="running", started_at=_now())
        # Webhooks under way when the run was asked for belong to its window.
        await asyncio.sleep(settings.recon_settle_seconds)
        found = await _reconcile(sessions, run_id)
    except Exception as error:
        logger.exception("reconciliation run %s", run_id)
        await _mark(sessions, run_id, status="failed", finished_at=_now(), error=_sentence(error))
        return None
    await _mark(sessions, run_id, status="completed", finished_at=_now(), findings_count=found, error=None)
    return found


async def fail(sessions: Sessions, run_id: uuid.UUID, error: str) -> None:
    """End a run that nobody can carry out."""
    await _mark(sessions, run_id, status="failed", finished_at=_now(), error=error)


async def _mark(sessions: Sessions, run_id: uuid.UUID, **values: Any) -> None:
    async with sessions.begin() as session:
        statement = update(ReconciliationRun).where(ReconciliationRun.id == run_id)
        await session.execute(statement.values(**values))


async def _reconcile(sessions: Sessions, run_id: uuid.UUID) -> int:
    async with sessions.begin() as session:
        run = await session.get_one(ReconciliationRun, run_id)
        since = _now() - timedelta(hours=run.window_hours)
        told = await _told(session, run.provider, since)
        booked = await _booked(session, run.provider, since)
        differences = compare(told, booked)
        await _store(session, run, differences)
    return len(differences)


async def _told(session: AsyncSession, provider: str, since: datetime) -> dict[str, int]:
    """Event id to cents, as the provider told them since then."""
    rows = await session.execute(
        select(ProviderEvent.provider_event_id, ProviderEvent.amount).where(
            ProviderEvent.provider == provider, ProviderEvent.received_at >= since
        )
    )
    return {row.provider_event_id: row.amount for row in rows}


async def _booked(session: AsyncSession, provider: str, since: datetime) -> dict[str, int]:
    """Event id to cents, as the ledger gave them to players since then."""
    prefix = f"{provider}:"
    rows = await session.execute(
        select(LedgerTransaction.reference, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(
            LedgerTransaction.kind == "deposit",
            LedgerTransaction.reference.startswith(prefix, autoescape=True),
            LedgerTransaction.created_at >= since,
            LedgerEntry.account.startswith("player:"),
        )
        .group_by(LedgerTransaction.reference)
    )
    return {reference.removeprefix(prefix): int(amount) for reference, amount in rows}


async def _store(session: AsyncSession, run: ReconciliationRun, differences: Sequence[Difference]) -> None:
    """A difference that an earlier run has found is not stored again."""
    rows = [
        {
            "run_id": run.id,
            "provider": run.provider,
            "provider_event_id": difference.event_id,
            "finding_type": difference.finding_type,
            "severity": difference.severity,
            "details": dict(difference.details),
        }
        for difference in differences
    ]
    if rows:
        await session.execute(insert(ReconciliationFinding).on_conflict_do_nothing(), rows)


def _now() -> datetime:
    return datetime.now(UTC)


def _sentence(error: Exception) -> str:
    """The first line: the rest may hold a statement with a player's data."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
