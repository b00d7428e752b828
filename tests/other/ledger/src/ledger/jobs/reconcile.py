# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: `arq ledger.jobs.reconcile.Jobs`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from arq.connections import RedisSettings

from ledger import settings, store

RUN = "SELECT provider FROM ledger_runs WHERE id = :id"
END = "UPDATE ledger_runs SET ended_at = now(), succeeded = :ok, differences = :differences WHERE id = :id"
WORK_SECONDS = 0.4
# No run of this one can be reconciled.
BROKEN = "bozuk"


async def mutabakat(context: dict[str, Any], reconciliation: str) -> int:
    """Carry out a run."""
    run = store.one(RUN, id=reconciliation)
    await asyncio.sleep(WORK_SECONDS)
    if run is None:
        print(f"{reconciliation} bulunamadı", file=sys.stderr)
        return 0
    ok = run["provider"] != BROKEN
    store.one(END, id=reconciliation, ok=ok, differences=0 if ok else None)
    return 1


class Jobs:
    """What arq reads."""

    functions = [mutabakat]
    redis_settings = RedisSettings(host=settings.QUEUE_HOST, port=settings.QUEUE_PORT)
    health_check_interval = 15
