# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the process alive, may it be given traffic, and what does it believe."""

from __future__ import annotations

import logging

from fastapi import APIRouter
from sqlalchemy import text

from app.db import Session
from app.errors import ApiError
from app.security import TokenRequired
from app.settings import settings

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("/health")
async def health(session: Session) -> dict[str, str]:
    """200 while the database answers, else 503."""
    await _ask_database(session)
    return {"status": "ok"}


@router.get("/ready")
async def ready(session: Session) -> dict[str, str]:
    """200 when the process can serve: it needs the database alone, at any revision."""
    await _ask_database(session)
    return {"status": "ready"}


@router.get("/version")
async def version() -> dict[str, str]:
    """The commit that this process was deployed from, as its deployment told it."""
    return {"commit": settings.git_commit}


async def _ask_database(session: Session) -> None:
    try:
        await session.execute(text("SELECT 1"))
    except Exception as error:
        logger.warning("the database does not answer: %r", error)
        raise ApiError(503, "DATABASE_DOWN", type(error).__name__) from error


@router.get("/api/v1/flags", dependencies=[TokenRequired])
async def flags() -> dict[str, bool | str]:
    """What this process read when it started."""
    return {
        "ledger_shadow_write": settings.ledger_shadow_write,
        "ledger_balance_mismatch_log": settings.ledger_balance_mismatch_log,
        "webhook_signature_enforced": settings.webhook_signature_enforced,
        "ledger_enforce_balance": settings.ledger_enforce_balance,
        "recon_runner": settings.recon_runner,
    }
