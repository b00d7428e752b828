# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: double entry, nothing is ever changed or taken back."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import LedgerEntry, LedgerTransaction, Wallet
from app.settings import settings

logger = logging.getLogger(__name__)


class UnbalancedError(ValueError):
    """The entries of a transaction do not sum to zero."""


class OverdraftError(ValueError):
    """The transaction would take a player's account below zero."""


def player_account(player_id: int) -> str:
    """The name of a player's account."""
    return f"player:{player_id}"


async def balance(session: AsyncSession, account: str) -> int:
    """The sum of an account's entries, in cents."""
    total = select(func.coalesce(func.sum(LedgerEntry.amount), 0))
    return int(await session.scalar(total.where(LedgerEntry.account == account)) or 0)


async def post(session: AsyncSession, kind: str, reference: str, amounts: Mapping[str, int]) -> None:
    """Write one transaction: account to cents. The caller commits.

    Raises UnbalancedError, and OverdraftError where LEDGER_ENFORCE_BALANCE is on.
    """
    if sum(amounts.values()) != 0:
        raise UnbalancedError(f"{kind} {reference}: the entries sum to {sum(amounts.values())}")
    if settings.ledger_enforce_balance:
        await _refuse_overdraft(session, amounts)
    transaction = LedgerTransaction(kind=kind, reference=reference)
    session.add(transaction)
    await session.flush()
    session.add_all(
        LedgerEntry(transaction_id=transaction.id, account=account, amount=amount)
        for account, amount in amounts.items()
    )


async def _refuse_overdraft(session: AsyncSession, amounts: Mapping[str, int]) -> None:
    for account, amount in amounts.items():
        if account.startswith("player:") and amount < 0:
            have = await balance(session, account)
            if have + amount < 0:
                raise OverdraftError(f"{account} holds {have} cents, {-amount} are asked for")


async def log_mismatch(session: AsyncSession, player_id: int) -> None:
    """Warn where wallet and ledger differ, if LEDGER_BALANCE_MISMATCH_LOG is on."""
    if not settings.ledger_balance_mismatch_log:
        return
    held = await session.scalar(select(Wallet.balance).where(Wallet.player_id == player_id))
    booked = await balance(session, player_account(player_id))
    if held is not None and held != booked:
        logger.warning("balance mismatch: player %s, wallet %s, ledger %s", player_id, held, booked)
