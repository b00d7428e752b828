# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend's end of the queue."""

from __future__ import annotations

import logging
from dataclasses import replace

from arq import ArqRedis, create_pool
from arq.connections import RedisSettings

from app.settings import settings

logger = logging.getLogger(__name__)


async def connect() -> ArqRedis | None:
    """The queue, or None where runs are carried out in-process.

    A queue that cannot be reached must not keep the backend from starting: runs are then carried
    out in-process, and the log says so.
    """
    if settings.recon_runner != "queue":
        return None
    try:
        dsn = RedisSettings.from_dsn(settings.redis_url)
        return await create_pool(replace(dsn, conn_retries=1, conn_timeout=1))
    except Exception:
        logger.exception("the queue cannot be reached: runs are carried out in-process")
        return None
