# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Oturum: who signs in gets a token that soon ends."""

from __future__ import annotations

import secrets
import time

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel

from ledger import settings

router = APIRouter()
_good_until: dict[str, float] = {}


class SignIn(BaseModel):
    """Who signs in."""

    kullanici: str
    parola: str


@router.post("/auth/login")
def login(given: SignIn) -> dict[str, dict[str, str | float]]:
    """Give a token."""
    if (given.kullanici, given.parola) != settings.SIGN_IN:
        raise HTTPException(403, {"kod": "GIRIS_REDDEDILDI", "mesaj": "kullanıcı adı veya parola yanlış"})
    token = secrets.token_urlsafe(24)
    _good_until[token] = time.monotonic() + settings.TOKEN_SECONDS
    return {"veri": {"erisim": token, "omur": settings.TOKEN_SECONDS}}


def operator(authorization: str = Header("")) -> None:
    """Let in who has a token that is still good."""
    if _good_until.get(authorization.removeprefix("Bearer "), 0) < time.monotonic():
        raise HTTPException(401, {"kod": "OTURUM_BITTI", "mesaj": "oturum açın"})
