# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database, as server and worker use it: one pool in each process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, text

from ledger import settings

engine = create_engine(settings.DATABASE, pool_size=2)


def one(statement: str, **values: Any) -> Any:
    """Carry out a statement and return its first row, None where it has none."""
    with engine.begin() as connection:
        done = connection.execute(text(statement), values)
        return done.mappings().first() if done.returns_rows else None
