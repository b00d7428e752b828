# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's worker, except that it lets a running job end, and that a job takes as long as a file says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from app.queue import reconciliation_worker

SECONDS = Path("/etc/psp/job_seconds")


async def reconcile_run(ctx: dict[str, Any], run_id: str) -> int | None:
    """Carry out the run after a while."""
    await asyncio.sleep(float(SECONDS.read_text("ascii")) if SECONDS.exists() else 0)
    return await reconciliation_worker.reconcile_run(ctx, run_id)


class WorkerSettings:
    """What arq reads."""

    functions = [reconcile_run]
    on_shutdown = reconciliation_worker.close_database
    redis_settings = reconciliation_worker.WorkerSettings.redis_settings
    job_timeout = 120
    health_check_interval = reconciliation_worker.WorkerSettings.health_check_interval
    job_completion_wait = 20
