# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend's end of the queue."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import unquote

from arq import ArqRedis, create_pool
from arq.connections import RedisSettings

from app.settings import settings

logger = logging.getLogger(__name__)


def arq_settings(url: str) -> RedisSettings:
    """What arq needs; arq itself takes a percent-encoded password as it stands."""
    given = RedisSettings.from_dsn(url)
    return replace(given, password=unquote(given.password) if given.password else given.password)


async def connect() -> ArqRedis | None:
    """The queue, or None where runs are carried out in-process.

    A queue that cannot be reached must not keep the backend from starting: runs are then carried
    out in-process, and the log says so.
    """
    if settings.recon_runner != "queue":
        return None
    try:
        return await create_pool(replace(arq_settings(settings.redis_url), conn_retries=1, conn_timeout=1))
    except Exception:
        logger.exception("the queue cannot be reached: runs are carried out in-process")
        return None
