# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give each wallet without a balance the balance that the ledger holds for its player.

    python -m backend.scripts.backfill_wallet_balances [--dry-run] [--batch-size 1000]

Runs in the parent of `backend/`, with `backend/` on PYTHONPATH. The summary is the last line on
standard output. A row that cannot be filled is counted, logged and left as it is.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from app.models import LedgerEntry, Wallet
from app.services.ledger import player_account
from app.settings import settings

logger = logging.getLogger("backfill_wallet_balances")


@dataclass
class Summary:
    """What was done, or would be done, in wallets."""

    processed: int = 0
    updated: int = 0
    skipped: int = 0
    errors: int = 0


class NegativeBalanceError(ValueError):
    """The ledger holds less than nothing for a player: a person has to look."""


def backfill(session: Session, batch_size: int, dry_run: bool) -> Summary:
    """Go through all wallets in batches, each committed on its own."""
    summary = Summary()
    for batch in _batches(session, batch_size):
        for wallet in batch:
            _fill(session, wallet, summary, dry_run)
        session.commit()
        logger.info("%s wallets seen, %s to fill", summary.processed, summary.updated)
    return summary


def _batches(session: Session, size: int) -> Iterator[list[Wallet]]:
    last = 0
    query = select(Wallet).order_by(Wallet.player_id).limit(size)
    while batch := list(session.scalars(query.where(Wallet.player_id > last))):
        yield batch
        last = batch[-1].player_id


def _fill(session: Session, wallet: Wallet, summary: Summary, dry_run: bool) -> None:
    summary.processed += 1
    if wallet.balance is not None:
        summary.skipped += 1
        return
    try:
        balance = _ledger_balance(session, wallet.player_id)
    except NegativeBalanceError as error:
        logger.error("%s", error)
        summary.errors += 1
        return
    if not dry_run:
        _write(session, wallet.player_id, balance)
    summary.updated += 1


def _ledger_balance(session: Session, player_id: int) -> int:
    total = select(func.coalesce(func.sum(LedgerEntry.amount), 0))
    balance = session.scalar(total.where(LedgerEntry.account == player_account(player_id))) or 0
    if balance < 0:
        raise NegativeBalanceError(f"player {player_id}: the ledger holds {balance} cents")
    return int(balance)


def _write(session: Session, player_id: int, balance: int) -> None:
    missing = update(Wallet).where(Wallet.player_id == player_id, Wallet.balance.is_(None))
    session.execute(missing.values(balance=balance))


def main() -> None:
    """Parse the arguments, do the work, print the summary."""
    parser = argparse.ArgumentParser(description="Fill in missing wallet balances.")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    parser.add_argument("--batch-size", type=int, default=1000, help="wallets per transaction")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    engine = create_engine(settings.sync_database_url)
    with Session(engine, expire_on_commit=False) as session:
        done = backfill(session, arguments.batch_size, arguments.dry_run)
    print(
        f"processed={done.processed} updated={done.updated} skipped={done.skipped} "
        f"errors={done.errors} dry_run={str(arguments.dry_run).lower()}"
    )


if __name__ == "__main__":
    main()
