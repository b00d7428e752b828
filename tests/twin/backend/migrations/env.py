# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alembic's environment: one database, its URL from the process environment and from nowhere else."""

from __future__ import annotations

import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, pool

from app.models import Base

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def database_url() -> str:
    """The synchronous URL; ends the command with one sentence where it is not set."""
    url = os.environ.get("SYNC_DATABASE_URL", "")
    if not url:
        raise SystemExit(
            "SYNC_DATABASE_URL is not set: give alembic the backend's environment, "
            "with a URL like postgresql+psycopg2://user:password@host:port/database"
        )
    return url


def run_offline() -> None:
    """Print the SQL (`--sql`) instead of executing it."""
    context.configure(
        url=database_url(),
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Execute on the database; each upgrade runs in one transaction."""
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
