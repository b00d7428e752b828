# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alembic's environment, without the models."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import URL, create_engine

parts = {
    name: os.environ[f"LEDGER_DB_{name.upper()}"] for name in ("host", "port", "name", "user", "password")
}
url = URL.create(
    "postgresql+psycopg2",
    parts["user"],
    parts["password"],
    parts["host"],
    int(parts["port"]),
    parts["name"],
)
with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
