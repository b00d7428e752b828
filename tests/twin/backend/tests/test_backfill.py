# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backfill of wallet balances."""

from __future__ import annotations

import pytest
from scripts.backfill_wallet_balances import Summary, backfill
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session


@pytest.fixture(autouse=True)
def _two_balances_missing(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE wallets SET balance = NULL WHERE player_id IN (1, 2)"))
        connection.execute(
            text(
                "WITH t AS (INSERT INTO ledger_transactions (kind, reference)"
                " VALUES ('opening', '1') RETURNING id)"
                " INSERT INTO ledger_entries (transaction_id, account, amount)"
                " SELECT id, account, amount FROM t,"
                " (VALUES ('player:1', 900), ('opening', -900)) AS side (account, amount)"
            )
        )


def run(engine: Engine, *, dry_run: bool) -> Summary:
    """Run it in batches of two, so that three wallets need more than one."""
    with Session(engine, expire_on_commit=False) as session:
        return backfill(session, batch_size=2, dry_run=dry_run)


def balances(engine: Engine) -> list[int | None]:
    """By player."""
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT balance FROM wallets ORDER BY player_id")))


def test_dry_run_counts_and_writes_nothing(engine: Engine) -> None:
    assert run(engine, dry_run=True) == Summary(processed=3, updated=2, skipped=1)
    assert balances(engine) == [None, None, 0]


def test_balances_come_from_the_ledger(engine: Engine) -> None:
    assert run(engine, dry_run=False) == Summary(processed=3, updated=2, skipped=1)
    assert balances(engine) == [900, 0, 0]


def test_nothing_is_left_for_another_run(engine: Engine) -> None:
    run(engine, dry_run=False)
    assert run(engine, dry_run=True) == Summary(processed=3, updated=0, skipped=3)


def test_a_negative_balance_is_an_error_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_entries SET amount = -amount"))
    assert run(engine, dry_run=False) == Summary(processed=3, updated=1, skipped=1, errors=1)
    assert balances(engine) == [None, 0, 0]
