# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage, which is no part of GitHub's API: it knows signatures, and minds any token."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ci_api.routes.common import OfApplication

router = APIRouter(prefix="/_storage")


@router.get("/{job_id}.txt")
async def log(job_id: int, request: Request, parts: OfApplication, se: str = "", sig: str = "") -> Response:
    """A log, for whoever comes with the address that was given out, and with nothing else."""
    if "authorization" in request.headers:
        return _refusal(400, "InvalidAuthenticationInfo", "Authentication information is invalid.")
    if not parts.storage.opens(job_id, se, sig):
        return _refusal(403, "AuthenticationFailed", "The signature is wrong, or its time is over.")
    return Response(parts.storage.path(job_id).read_bytes(), media_type="text/plain")


def _refusal(status: int, code: str, message: str) -> Response:
    text = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(text, status, media_type="application/xml")
