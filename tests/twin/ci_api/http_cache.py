# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ETags: whoever has the answer already is told so with 304."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

Next = Callable[[Request], Awaitable[Response]]


async def answer_not_modified(request: Request, call_next: Next) -> Response:
    """Give each JSON answer to a GET its ETag, and leave its body out where the client has it."""
    response = await call_next(request)
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if request.method != "GET" or response.status_code != 200 or not is_json:
        return response
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
    headers = {**response.headers, "etag": etag, "cache-control": "private, max-age=60, s-maxage=60"}
    if request.headers.get("if-none-match") == etag:
        del headers["content-length"], headers["content-type"]
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)
