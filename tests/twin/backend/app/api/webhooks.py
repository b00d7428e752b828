# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks of the payment providers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from app.db import Session
from app.errors import ApiError
from app.security import require_signature
from app.services import deposits
from app.settings import settings

router = APIRouter(prefix="/api/v1/payments/webhook")


class DepositEvent(BaseModel):
    """A deposit; the amount in cents."""

    event_id: str = Field(min_length=1, max_length=100)
    player_id: int
    amount: int = Field(gt=0)


@router.post("/{provider}")
async def webhook(
    provider: str, request: Request, session: Session, x_signature: Annotated[str, Header()] = ""
) -> dict[str, str]:
    """Take a provider's event; telling it again is harmless."""
    body = await request.body()
    require_signature(provider, body, x_signature)
    if provider not in settings.webhook_secrets:
        raise ApiError(404, "PROVIDER_UNKNOWN", f"there is no provider {provider}")
    event = _event(body)
    async with session.begin():
        new = await deposits.take(
            session, deposits.Deposit(provider, event.event_id, event.player_id, event.amount)
        )
    return {"status": "accepted" if new else "known"}


def _event(body: bytes) -> DepositEvent:
    """The body is parsed by hand: its signature is over its bytes, and is looked at first."""
    try:
        return DepositEvent.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_context=False)) from error
