# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may ask: bearer tokens for people and programs, HMAC signatures for providers."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Header, Request

from app.errors import ApiError
from app.rate_limit import MinuteLimit
from app.settings import settings

_limit = MinuteLimit(settings.rate_limit_per_minute)


async def _require_token(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """401 without a token that is known, 429 above the limit of requests a minute."""
    scheme, _space, token = authorization.partition(" ")
    known = [t for t in (settings.api_token, settings.admin_token) if t]
    if scheme.lower() != "bearer" or not any(_same(token, t) for t in known):
        raise ApiError(401, "UNAUTHORIZED", "a bearer token is needed")
    _limit.count(request.client.host if request.client else "-")


TokenRequired = Depends(_require_token)


def require_signature(provider: str, body: bytes, signature: str) -> None:
    """401 where enforcement is on and `signature` is not the provider's HMAC-SHA256 of `body`."""
    if not settings.webhook_signature_enforced:
        return
    secret = settings.webhook_secrets.get(provider, "")
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not _same(signature, expected):
        raise ApiError(401, "WEBHOOK_SIGNATURE_INVALID", "X-Signature is not the body's signature")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
