# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: `arq ledger.jobs.reconcile.Jobs`."""

from __future__ import annotations

from typing import Any

from arq.connections import RedisSettings

from ledger import settings


async def mutabakat(context: dict[str, Any], reconciliation: str) -> None:
    """Carry out a run."""


class Jobs:
    """What arq reads."""

    functions = [mutabakat]
    redis_settings = RedisSettings(host=settings.QUEUE_HOST)
    health_check_interval = 15
