# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: `arq app.queue.reconciliation_worker.WorkerSettings`."""

from __future__ import annotations

import uuid
from typing import Any

from app.db import engine, sessions
from app.queue.connection import arq_settings
from app.services import reconciliation
from app.settings import settings


async def reconcile_run(ctx: dict[str, Any], run_id: str) -> int | None:
    """Carry out the run; arq logs the number of findings as the job's result."""
    return await reconciliation.execute(sessions, uuid.UUID(run_id))


async def close_database(ctx: dict[str, Any]) -> None:
    """Give the connections back."""
    await engine.dispose()


class WorkerSettings:
    """What arq reads."""

    functions = [reconcile_run]
    on_shutdown = close_database
    redis_settings = arq_settings(settings.redis_url)
    job_timeout = 120
    health_check_interval = settings.worker_heartbeat_seconds
