# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bakiyeleri doldurur: fills in balances, and only shows them without --apply."""

from __future__ import annotations

import argparse
import os

import psycopg2

COUNT = "SELECT count(*), count(amount) FROM accounts"
FILL = "UPDATE accounts SET amount = 0 WHERE amount IS NULL"


def main() -> None:
    """Say in other words what was done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--apply", action="store_true")
    apply = parser.parse_args().apply
    parts = {part: os.environ[f"LEDGER_DB_{part.upper()}"] for part in ("host", "port", "user", "password")}
    with psycopg2.connect(dbname=os.environ["LEDGER_DB_NAME"], **parts) as connection:
        cursor = connection.cursor()
        cursor.execute(COUNT)
        rows, filled = cursor.fetchone()
        written = rows - filled
        if apply:
            cursor.execute(FILL)
            written = cursor.rowcount
    print(f"işlenen: {rows}, {'yazılan' if apply else 'yazılacak'}: {written}, atlanan: {filled}, hatalı: 0")


if __name__ == "__main__":
    main()
