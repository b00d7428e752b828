# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend: `uvicorn app.main:app`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import access_log, errors
from app.api import health, reconciliation, webhooks, withdrawals
from app.db import engine
from app.queue import connection
from app.settings import settings


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    access_log.open_log(settings.access_log)
    app.state.queue = await connection.connect()
    yield
    if app.state.queue is not None:
        await app.state.queue.aclose()
    await engine.dispose()


def create_app() -> access_log.AccessLog:
    """Put the parts together."""
    api = FastAPI(title="PSP backend", lifespan=_life)
    errors.install(api)
    for router in (
        health.router,
        webhooks.router,
        reconciliation.router,
        withdrawals.router,
        withdrawals.page,
    ):
        api.include_router(router)
    return access_log.AccessLog(api)


app = create_app()
