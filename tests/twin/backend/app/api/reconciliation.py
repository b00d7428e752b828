# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliation runs over HTTP."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from arq import ArqRedis
from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from pydantic import BaseModel, Field
from redis.exceptions import RedisError

from app.db import Session, sessions
from app.errors import ApiError
from app.models import ReconciliationRun
from app.security import TokenRequired
from app.services import reconciliation
from app.settings import settings

router = APIRouter(prefix="/api/v1/reconciliation/runs", dependencies=[TokenRequired])


class RunRequest(BaseModel):
    """Which provider, how far back, and a key by which a repeated request is recognised."""

    provider: str
    window_hours: int = Field(default=24, ge=1, le=24 * 31)
    idempotency_key: str | None = Field(default=None, max_length=100)


def _queue(request: Request) -> ArqRedis | None:
    queue: ArqRedis | None = request.app.state.queue
    return queue


@router.post("", status_code=202)
async def start(
    wanted: RunRequest,
    session: Session,
    queue: Annotated[ArqRedis | None, Depends(_queue)],
    background: BackgroundTasks,
    response: Response,
) -> dict[str, Any]:
    """Ask for a run: 202 with its id, or 200 with the run that has the key already."""
    if wanted.provider not in settings.webhook_secrets:
        raise ApiError(422, "PROVIDER_UNKNOWN", f"there is no provider {wanted.provider}")
    run, new = await reconciliation.create(
        session, wanted.provider, wanted.window_hours, wanted.idempotency_key
    )
    if not new:
        response.status_code = 200
    elif queue is None:
        background.add_task(reconciliation.execute, sessions, run.id)
    else:
        await _enqueue(queue, run.id)
    return _shown(run)


async def _enqueue(queue: ArqRedis, run_id: uuid.UUID) -> None:
    try:
        await queue.enqueue_job("reconcile_run", str(run_id))
    except RedisError as error:
        await reconciliation.fail(sessions, run_id, f"not queued: {type(error).__name__}")
        raise ApiError(503, "QUEUE_DOWN", "the queue does not answer") from error


@router.get("/{run_id}")
async def look(run_id: uuid.UUID, session: Session) -> dict[str, Any]:
    """Where a run stands."""
    run = await session.get(ReconciliationRun, run_id)
    if run is None:
        raise ApiError(404, "RUN_UNKNOWN", f"there is no run {run_id}")
    return _shown(run)


def _shown(run: ReconciliationRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.status,
        "provider": run.provider,
        "window_hours": run.window_hours,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "findings": run.findings_count,
        "error": run.error,
    }
