# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deposits: a provider tells of money it took for a player."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import ApiError
from app.models import Player, ProviderEvent, Wallet
from app.services import ledger
from app.settings import settings


@dataclass(frozen=True)
class Deposit:
    """What the provider says; the amount in cents."""

    provider: str
    event_id: str
    player_id: int
    amount: int


async def take(session: AsyncSession, deposit: Deposit) -> bool:
    """Store the event and move the money; False where the event was known already.

    With LEDGER_SHADOW_WRITE the ledger is written beside the wallet. The caller commits.
    """
    if await session.get(Player, deposit.player_id) is None:
        raise ApiError(404, "PLAYER_UNKNOWN", f"there is no player {deposit.player_id}")
    if not await _store(session, deposit):
        return False
    await session.execute(
        # A wallet without a balance stays without: the backfill works it out from the ledger.
        update(Wallet)
        .where(Wallet.player_id == deposit.player_id, Wallet.balance.is_not(None))
        .values(balance=Wallet.balance + deposit.amount)
    )
    if settings.ledger_shadow_write:
        await ledger.post(
            session,
            "deposit",
            f"{deposit.provider}:{deposit.event_id}",
            {
                ledger.player_account(deposit.player_id): deposit.amount,
                f"provider:{deposit.provider}": -deposit.amount,
            },
        )
        await ledger.log_mismatch(session, deposit.player_id)
    return True


async def _store(session: AsyncSession, deposit: Deposit) -> bool:
    stored = await session.scalar(
        insert(ProviderEvent)
        .values(
            provider=deposit.provider,
            provider_event_id=deposit.event_id,
            player_id=deposit.player_id,
            amount=deposit.amount,
        )
        .on_conflict_do_nothing(constraint="uq_provider_events_provider_event")
        .returning(ProviderEvent.id)
    )
    return stored is not None
