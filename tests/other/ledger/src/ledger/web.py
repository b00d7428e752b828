# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: `uvicorn ledger.web:application --app-dir src`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from ledger import runs, settings

hooks = APIRouter()
journal = Path(settings.JOURNAL).open("a", encoding="ascii", buffering=1)  # noqa: SIM115  Open while it runs.


@hooks.post("/webhooks/{provider}")
def hook(provider: str) -> None:
    """Refuse: there is no signature."""
    raise HTTPException(401, {"kod": "IMZA_GECERSIZ", "provider": provider})


@hooks.get("/healthz/ready")
def ready() -> dict[str, str]:
    """Tell that it serves."""
    return {"durum": "hazir"}


@hooks.post("/auth/login")
def login() -> dict[str, str]:
    """Give a token."""
    return {"access": "none"}


application = FastAPI(openapi_url=None)
for part in (hooks, runs.router):
    application.include_router(part, prefix="/svc")


@application.middleware("http")
async def write(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Write a line of the combined format."""
    answer = await call_next(request)
    now = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S %z")
    line = f'"{request.method} {request.url.path} HTTP/1.1" {answer.status_code} 2 "-" "-"'
    journal.write(f"127.0.0.1 - - [{now}] {line}\n")
    return answer
