# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's database: role, databases, the schema some revisions back, and data."""

from __future__ import annotations

import subprocess
import sys

import psycopg2
from psycopg2 import sql

from twinlib import postgres
from twinlib.errors import TwinError
from twinlib.layout import SOURCES
from twinlib.processes import wait_until
from twinlib.settings import DATABASE, OTHER_DATABASE, Settings

# The release's own migrations, MIG-01A to MIG-01C, come after this one.
START_REVISION = "0004_provider_events"
START_SECONDS = 15
MIGRATE_SECONDS = 60


def create(settings: Settings) -> None:
    """Wait for the server, then make the role and its two databases."""
    password, port = settings.secrets.superuser, settings.ports.postgres
    if not wait_until(lambda: _accepts(password, port), START_SECONDS):
        raise TwinError(f"Postgres does not answer: see {settings.layout.log / 'postgres.log'}")
    connection = _connect(postgres.SUPERUSER, password, port, "postgres")
    connection.autocommit = True
    role = sql.Identifier(DATABASE)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                role, sql.Literal(settings.secrets.database)
            )
        )
        for name in (DATABASE, OTHER_DATABASE):
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), role))
    connection.close()


def migrate(settings: Settings) -> None:
    """Bring the schema to where the release finds it."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", START_REVISION],
        cwd=settings.layout.backend,
        env={
            "HOME": str(settings.layout.home),
            "SYNC_DATABASE_URL": settings.database_url("psycopg2"),
            "DATABASE_URL": settings.database_url("asyncpg"),
        },
        capture_output=True,
        text=True,
        timeout=MIGRATE_SECONDS,
        check=False,
    )
    log = settings.layout.log / "migration.log"
    log.write_text(done.stderr, encoding="utf-8")
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise TwinError(f"alembic upgrade {START_REVISION} failed: {reason[0]} (all of it: {log})")


def seed(settings: Settings) -> None:
    """Players, wallets, ledger and a day of deposits."""
    connection = _connect(DATABASE, settings.secrets.database, settings.ports.postgres, DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute((SOURCES / "seed.sql").read_text(encoding="utf-8"))
    connection.close()


def _accepts(password: str, port: int) -> bool:
    try:
        _connect(postgres.SUPERUSER, password, port, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _connect(user: str, password: str, port: int, name: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(
        host="127.0.0.1", port=port, user=user, password=password, dbname=name, connect_timeout=5
    )
