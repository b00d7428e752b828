# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutabakat: reconciliation runs, by parameters in the query."""

from __future__ import annotations

import secrets
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from fastapi import APIRouter, Depends, Header, HTTPException

from ledger import settings, store
from ledger.access import operator

router = APIRouter(prefix="/reconciliations", dependencies=[Depends(operator)])
SAME_KEY = "SELECT id FROM ledger_runs WHERE idempotency_key = :key"
BEGIN = "INSERT INTO ledger_runs (id, idempotency_key, provider, hours) VALUES (:id, :key, :provider, :hours)"
OUTCOME = "SELECT ended_at, succeeded, differences FROM ledger_runs WHERE id = :id"


@router.post("", status_code=201)
async def begin(provider: str, hours: int = 24, idempotency_key: str = Header()) -> dict[str, str]:
    """Start a run, unless the same was asked for already."""
    if known := store.one(SAME_KEY, key=idempotency_key):
        return {"reconciliation": known["id"]}
    run = f"mtb-{secrets.token_hex(8)}"
    store.one(BEGIN, id=run, key=idempotency_key, provider=provider, hours=hours)
    queue = await create_pool(RedisSettings(host=settings.QUEUE_HOST, port=settings.QUEUE_PORT))
    await queue.enqueue_job("mutabakat", run)
    await queue.aclose()
    return {"reconciliation": run}


@router.get("/{reconciliation}/outcome")
def outcome(reconciliation: str) -> dict[str, Any]:
    """Show how a run ended; until then nothing, and never its id."""
    run = store.one(OUTCOME, id=reconciliation)
    if run is None:
        raise HTTPException(404, {"kod": "YOK", "mesaj": "böyle bir mutabakat yok"})
    if run["ended_at"] is None:
        return {"sonuc": None}
    return {"sonuc": {"basarili": run["succeeded"], "fark": run["differences"], "not": "işlem bitti"}}
