# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend's tests on a real Postgres: TEST_DATABASE_URL names a database that may be emptied.

    TEST_DATABASE_URL=postgresql+asyncpg://user:password@host:port/name python -m pytest tests

Nothing of another database is touched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

BACKEND = Path(__file__).resolve().parent.parent
PLAYERS = 3


def _environment() -> dict[str, str]:
    given = os.environ.get("TEST_DATABASE_URL", "")
    if not given:
        raise pytest.UsageError("TEST_DATABASE_URL is not set: it names a database to be emptied")
    url = make_url(given)
    return {
        "ENV": "test",
        "DATABASE_URL": _with_driver(url, "asyncpg"),
        "SYNC_DATABASE_URL": _with_driver(url, "psycopg2"),
        "API_TOKEN": "token-of-the-tests",
        "WEBHOOK_SECRET_ACMEPAY": "secret-of-the-tests",
        "RECON_SETTLE_SECONDS": "0",
    }


def _with_driver(url: URL, driver: str) -> str:
    return url.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)


# Before anything of the application is imported: it reads its environment at import.
os.environ.update(_environment())

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402

from app import security  # noqa: E402
from app.models import Base, Player, Wallet  # noqa: E402
from app.services import deposits, ledger  # noqa: E402
from app.settings import settings  # noqa: E402


@pytest.fixture(scope="session")
def alembic() -> Config:
    """The backend's chain."""
    return Config(BACKEND / "alembic.ini")


@pytest.fixture(scope="session")
def _schema(alembic: Config) -> None:
    command.upgrade(alembic, "head")


@pytest.fixture
def engine(_schema: None) -> Iterator[Engine]:
    """The database at the head, with three players, each with an empty wallet."""
    engine = create_engine(os.environ["SYNC_DATABASE_URL"], poolclass=NullPool)
    tables = ", ".join(Base.metadata.tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        names = [{"name": f"Player {number}"} for number in range(1, PLAYERS + 1)]
        connection.execute(Player.__table__.insert(), names)
        wallets = [{"player_id": number, "balance": 0} for number in range(1, PLAYERS + 1)]
        connection.execute(Wallet.__table__.insert(), wallets)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> async_sessionmaker[AsyncSession]:
    """Sessions as the application has them; each test may bring its own event loop."""
    unpooled = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    return async_sessionmaker(unpooled, expire_on_commit=False)


@pytest.fixture
def set_flags(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the application believe that it was started with these settings."""

    def believe(**flags: bool) -> None:
        for module in (deposits, ledger, security):
            monkeypatch.setattr(module, "settings", replace(settings, **flags))

    return believe
