# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Withdrawals: a player asks, a person approves, the money goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import ApiError
from app.models import Player, Wallet, Withdrawal
from app.services import ledger


async def request(session: AsyncSession, player_id: int, amount: int) -> Withdrawal:
    """Note a player's wish for `amount` cents. The caller commits."""
    if await session.get(Player, player_id) is None:
        raise ApiError(404, "PLAYER_UNKNOWN", f"there is no player {player_id}")
    withdrawal = Withdrawal(player_id=player_id, amount=amount, status="pending")
    session.add(withdrawal)
    await session.flush()
    await session.refresh(withdrawal)
    return withdrawal


async def listed(session: AsyncSession, status: str) -> Sequence[Withdrawal]:
    """All withdrawals of a status, the newest first."""
    query = select(Withdrawal).where(Withdrawal.status == status)
    return (await session.scalars(query.order_by(Withdrawal.id.desc()))).all()


async def approve(session: AsyncSession, withdrawal_id: int) -> Withdrawal:
    """Pay out: wallet, ledger and status in one transaction. The caller commits.

    Refuses with 404, 409 WITHDRAWAL_NOT_PENDING or 409 BALANCE_INSUFFICIENT.
    """
    withdrawal = await session.get(Withdrawal, withdrawal_id, with_for_update=True)
    if withdrawal is None:
        raise ApiError(404, "WITHDRAWAL_UNKNOWN", f"there is no withdrawal {withdrawal_id}")
    if withdrawal.status != "pending":
        raise ApiError(409, "WITHDRAWAL_NOT_PENDING", f"it is {withdrawal.status} already")
    await _take_from_wallet(session, withdrawal)
    try:
        await ledger.post(
            session,
            "withdrawal",
            str(withdrawal.id),
            {
                ledger.player_account(withdrawal.player_id): -withdrawal.amount,
                "payouts": withdrawal.amount,
            },
        )
    except ledger.OverdraftError as error:
        raise ApiError(409, "BALANCE_INSUFFICIENT", str(error)) from error
    withdrawal.status = "paid"
    withdrawal.paid_at = datetime.now(UTC)
    await session.flush()
    await ledger.log_mismatch(session, withdrawal.player_id)
    return withdrawal


async def _take_from_wallet(session: AsyncSession, withdrawal: Withdrawal) -> None:
    left = await session.scalar(
        update(Wallet)
        .where(Wallet.player_id == withdrawal.player_id, Wallet.balance >= withdrawal.amount)
        .values(balance=Wallet.balance - withdrawal.amount)
        .returning(Wallet.balance)
    )
    if left is None:
        raise ApiError(409, "BALANCE_INSUFFICIENT", "the wallet does not hold that much")
