# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Withdrawals over HTTP, and the page on which a person approves them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from app.db import Session
from app.models import Withdrawal
from app.security import TokenRequired
from app.services import withdrawals

PAGE = Path(__file__).parent.parent / "admin" / "withdrawals.html"

page = APIRouter()
router = APIRouter(prefix="/api/v1/withdrawals", dependencies=[TokenRequired])


class WithdrawalRequest(BaseModel):
    """Who wants how many cents."""

    player_id: int
    amount: int = Field(gt=0)


@page.get("/admin/withdrawals", include_in_schema=False)
async def admin() -> FileResponse:
    """The page holds no data: its script fetches them with the token that was typed in."""
    return FileResponse(PAGE, media_type="text/html")


@router.post("", status_code=201)
async def create(wanted: WithdrawalRequest, session: Session) -> dict[str, Any]:
    """Ask for a withdrawal."""
    async with session.begin():
        return _shown(await withdrawals.request(session, wanted.player_id, wanted.amount))


@router.get("")
async def listed(session: Session, status: str = "pending") -> list[dict[str, Any]]:
    """The withdrawals of a status, the newest first."""
    return [_shown(withdrawal) for withdrawal in await withdrawals.listed(session, status)]


@router.post("/{withdrawal_id}/approve")
async def approve(withdrawal_id: int, session: Session) -> dict[str, Any]:
    """Pay out."""
    async with session.begin():
        return _shown(await withdrawals.approve(session, withdrawal_id))


def _shown(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "id": withdrawal.id,
        "player_id": withdrawal.player_id,
        "amount": withdrawal.amount,
        "status": withdrawal.status,
        "created_at": withdrawal.created_at,
        "paid_at": withdrawal.paid_at,
    }
