# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables. They say exactly what the migrations say: `alembic check` is clean at the head.

Amounts are whole cents. A positive amount on a player's account is money owed to the player.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, String, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Common to all tables."""

    type_annotation_map = {datetime: DateTime(timezone=True)}


class Player(Base):
    """Someone who plays."""

    __tablename__ = "players"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))


class Wallet(Base):
    """A player's money; the balance is empty until the backfill has worked it out."""

    __tablename__ = "wallets"

    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"), primary_key=True)
    balance: Mapped[int | None] = mapped_column(BigInteger)


class LedgerTransaction(Base):
    """A movement of money; `reference` is what caused it, such as `acmepay:EVENT` of a deposit."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (UniqueConstraint("kind", "reference", name="uq_ledger_transactions_kind_reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LedgerEntry(Base):
    """One side of a movement; the entries of a transaction sum to zero."""

    __tablename__ = "ledger_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"), index=True)
    account: Mapped[str] = mapped_column(String(80), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class Withdrawal(Base):
    """A player's wish to be paid: `pending`, then `paid`."""

    __tablename__ = "withdrawals"

    id: Mapped[int] = mapped_column(primary_key=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    paid_at: Mapped[datetime | None]


class ProviderEvent(Base):
    """A deposit as the payment provider told it; a provider tells the same event more than once."""

    __tablename__ = "provider_events"
    __table_args__ = (
        UniqueConstraint("provider", "provider_event_id", name="uq_provider_events_provider_event"),
        Index("ix_provider_events_provider_received_at", "provider", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    provider_event_id: Mapped[str] = mapped_column(String(100))
    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReconciliationRun(Base):
    """One comparison of ledger and provider: queued, running, then completed or failed."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (UniqueConstraint("idempotency_key", name="uq_reconciliation_runs_idempotency_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    window_hours: Mapped[int]
    idempotency_key: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    findings_count: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)


class ReconciliationFinding(Base):
    """A difference; `provider_event_id` is empty where the provider knows of no event."""

    __tablename__ = "reconciliation_findings"
    __table_args__ = (
        UniqueConstraint(
            "provider",
            "provider_event_id",
            "finding_type",
            name="uq_recon_findings_provider_event_type",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), index=True)
    provider: Mapped[str] = mapped_column(String(40))
    provider_event_id: Mapped[str | None] = mapped_column(String(100))
    finding_type: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(10))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
