# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database: one engine per process, one session per request or run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.settings import settings

CONNECT_SECONDS = 5

engine = create_async_engine(
    settings.database_url,
    pool_size=10,
    # A database that was restarted leaves dead connections in the pool.
    pool_pre_ping=True,
    connect_args={"timeout": CONNECT_SECONDS},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def _session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
