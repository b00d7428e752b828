# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Double entry, and what the flags of the ledger do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.services import deposits, ledger

Sessions = async_sessionmaker[AsyncSession]
DEPOSIT = deposits.Deposit("acmepay", "event-1", player_id=1, amount=500)


def post(sessions: Sessions, reference: str, amounts: Mapping[str, int]) -> None:
    """Post one transaction and commit it."""

    async def work() -> None:
        async with sessions.begin() as session:
            await ledger.post(session, "test", reference, amounts)

    asyncio.run(work())


def take(sessions: Sessions, deposit: deposits.Deposit) -> bool:
    """Take one deposit and commit it."""

    async def work() -> bool:
        async with sessions.begin() as session:
            return await deposits.take(session, deposit)

    return asyncio.run(work())


def one(engine: Engine, query: str) -> object:
    """The one value that a query answers."""
    with engine.connect() as connection:
        return connection.scalar(text(query))


def test_unbalanced_entries_are_refused(sessions: Sessions, engine: Engine) -> None:
    with pytest.raises(ledger.UnbalancedError, match="sum to 1"):
        post(sessions, "1", {"player:1": 100, "opening": -99})
    assert one(engine, "SELECT count(*) FROM ledger_transactions") == 0


def test_every_transaction_sums_to_zero(sessions: Sessions, engine: Engine) -> None:
    post(sessions, "1", {"player:1": 100, "opening": -100})
    post(sessions, "2", {"player:1": -30, "player:2": 10, "payouts": 20})
    sums = "SELECT sum(amount) AS s FROM ledger_entries GROUP BY transaction_id"
    assert one(engine, f"SELECT count(*) FROM ({sums}) AS sums WHERE s <> 0") == 0
    assert one(engine, "SELECT sum(amount) FROM ledger_entries WHERE account = 'player:1'") == 70


@pytest.mark.parametrize("enforced", [True, False])
def test_overdraft(sessions: Sessions, set_flags: Callable[..., None], enforced: bool) -> None:
    set_flags(ledger_enforce_balance=enforced)
    overdraft = {"player:1": -1, "payouts": 1}
    if enforced:
        with pytest.raises(ledger.OverdraftError, match="player:1 holds 0 cents"):
            post(sessions, "1", overdraft)
    else:
        post(sessions, "1", overdraft)


@pytest.mark.parametrize(("shadow", "booked"), [(True, 500), (False, None)])
def test_deposit_is_booked_in_the_shadow_ledger(
    sessions: Sessions, engine: Engine, set_flags: Callable[..., None], shadow: bool, booked: object
) -> None:
    set_flags(ledger_shadow_write=shadow)
    assert take(sessions, DEPOSIT)
    assert one(engine, "SELECT balance FROM wallets WHERE player_id = 1") == 500
    account = "SELECT sum(amount) FROM ledger_entries WHERE account = 'player:1'"
    assert one(engine, account) == booked


def test_deposit_told_twice_counts_once(sessions: Sessions, engine: Engine) -> None:
    assert take(sessions, DEPOSIT)
    assert not take(sessions, DEPOSIT)
    assert one(engine, "SELECT balance FROM wallets WHERE player_id = 1") == 500


def test_mismatch_is_logged(
    sessions: Sessions,
    engine: Engine,
    set_flags: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE wallets SET balance = 7 WHERE player_id = 1"))
    set_flags(ledger_shadow_write=True, ledger_balance_mismatch_log=True)
    with caplog.at_level(logging.WARNING):
        take(sessions, DEPOSIT)
    assert "balance mismatch: player 1, wallet 507, ledger 500" in caplog.text
