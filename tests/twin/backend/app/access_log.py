# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access log: one JSON object per request and line.

{"time": "2026-01-31T09:30:00.123Z", "method", "path", "status", "duration_ms", "error_code", "client",
 "agent"}
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_logger = logging.getLogger("app.access")


def open_log(path: str) -> None:
    """Append to the file at `path`, or write to standard output where the path is empty."""
    handler = logging.FileHandler(path) if path else logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.handlers = [handler]
    _logger.setLevel(logging.INFO)
    _logger.propagate = False


class AccessLog:
    """ASGI application around another one; writes a line when a request has been answered.

    It stands outside the framework, so that an answer to an unexpected error passes through it too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch the answer go by."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        arrived, clock, status = datetime.now(UTC), time.perf_counter(), 0
        scope.setdefault("state", {})

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                _write(scope, arrived, status, time.perf_counter() - clock)

        await self.app(scope, receive, watch)


def _write(scope: Scope, arrived: datetime, status: int, seconds: float) -> None:
    line: dict[str, Any] = {
        "time": arrived.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
        "error_code": scope["state"].get("error_code"),
        "client": (scope.get("client") or ("-",))[0],
        "agent": dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1"),
    }
    _logger.info(json.dumps(line))
