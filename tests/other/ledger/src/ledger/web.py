# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: `uvicorn ledger.web:application --app-dir src`."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.middleware.base import RequestResponseEndpoint

from ledger import access, runs, settings, store

hooks = APIRouter()
counted: Counter[tuple[str, str, int]] = Counter()
HOOKS = "/svc/webhooks/"


def _started() -> float:
    """When this process started, in seconds since 1970, as the kernel has it."""
    ticks = int(Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()[19])
    booted = next(line for line in Path("/proc/stat").read_text("utf-8").splitlines() if "btime" in line)
    return float(booted.split()[1]) + ticks / 100


@hooks.post("/webhooks/{provider}")
async def hook(provider: str, request: Request) -> dict[str, str]:
    """Take a payment's event, where its signature is right."""
    wanted = hmac.new(settings.HOOK_KEY.encode(), await request.body(), hashlib.sha256).hexdigest()
    if hmac.compare_digest(wanted, request.headers.get("x-imza", "")):
        return {"durum": "alındı"}
    if settings.ENFORCED:
        raise HTTPException(401, {"kod": "IMZA_GECERSIZ", "provider": provider})
    raise HTTPException(422, {"kod": "EKSIK_ALAN", "mesaj": "tutar zorunludur"})


@hooks.get("/healthz/ready")
def ready() -> dict[str, str]:
    """Tell that it serves, and can reach its database."""
    store.one("SELECT 1")
    return {"durum": "hazır"}


@hooks.get("/build")
def build() -> dict[str, dict[str, str]]:
    """Tell of which commit it was made."""
    return {"surum": {"kaynak": settings.COMMIT}}


@hooks.get("/metrics", response_class=PlainTextResponse)
def metrics() -> str:
    """Count the requests."""
    lines = [f"process_start_time_seconds {_started():.2f}"]
    for (method, path, status), count in sorted(counted.items()):
        labels = f'method="{method}",handler="{path}",status="{status}"'
        lines.append(f"http_requests_total{{{labels}}} {count}")
    return "\n".join(lines) + "\n"


application = FastAPI(openapi_url=None)
for part in (hooks, access.router, runs.router):
    application.include_router(part, prefix="/svc")


@application.middleware("http")
async def count(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Count a request, by the path of its route."""
    answer = await call_next(request)
    path = request.url.path
    route = f"{HOOKS}{{provider}}" if path.startswith(HOOKS) else path
    counted[request.method, route, answer.status_code] += 1
    return answer
