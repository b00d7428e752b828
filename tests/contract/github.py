# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's published OpenAPI description, and a layer that holds an ASGI application to it.

Both sides are checked: what a client sends to C(Held), and what the application answers.
"""

from __future__ import annotations

import json
import typing as t
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

DESCRIPTION = Path(__file__).with_name("github.json")
HOST = "https://api.github.com"
# Statuses that any operation may answer, though the description does not name them for each.
_ANYWHERE = (401, 403, 404, 429, 500, 502, 503)

Scope = t.MutableMapping[str, t.Any]
Message = t.MutableMapping[str, t.Any]
Receive = t.Callable[[], t.Awaitable[Message]]
Send = t.Callable[[Message], t.Awaitable[None]]
Application = t.Callable[[Scope, Receive, Send], t.Awaitable[None]]


@cache
def contract() -> OpenAPI:
    """Return the description."""
    return OpenAPI.from_dict(json.loads(DESCRIPTION.read_text("utf-8")))


class Held:
    """An application whose every exchange is checked; C(violations) says what goes against the contract."""

    def __init__(self, application: Application) -> None:
        """Take the application."""
        self._application = application
        self.violations: list[str] = []
        self.checked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the exchange on, and check it once it is over."""
        if scope["type"] != "http" or not scope["path"].startswith("/repos/"):
            await self._application(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()
        head: Message = {}

        async def receiving() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            head.update(message if message["type"] == "http.response.start" else {})
            answered.extend(message.get("body", b""))
            await send(message)

        await self._application(scope, receiving, sending)
        self._check(scope, bytes(asked), head, bytes(answered))

    def _check(self, scope: Scope, asked: bytes, head: Message, answered: bytes) -> None:
        headers = {name.decode(): value.decode() for name, value in head["headers"]}
        request = MockRequest(
            HOST,
            scope["method"].lower(),
            scope["path"],
            args=dict(parse_qsl(scope["query_string"].decode())),
            headers={name.decode(): value.decode() for name, value in scope["headers"]},
            data=asked or None,
            content_type="application/json" if asked else "",
        )
        kind = headers.get("content-type", "application/json").partition(";")[0]
        if kind == "text/html":
            return  # a page that stands before the API is no answer of the API's
        self.checked += 1
        response = MockResponse(answered, head["status"], headers, kind)
        for check in (
            lambda: contract().validate_request(request),
            lambda: self._check_response(request, response),
        ):
            try:
                check()
            except OpenAPIError as exc:
                causes = getattr(exc.__cause__, "schema_errors", ())
                said = "; ".join(str(getattr(cause, "message", cause)) for cause in causes) or str(exc)
                self.violations.append(f"{scope['method']} {scope['path']}: {head['status']}: {said}")

    @staticmethod
    def _check_response(request: MockRequest, response: MockResponse) -> None:
        try:
            contract().validate_response(request, response)
        except OpenAPIError as exc:
            undescribed = type(exc).__name__ == "ResponseNotFound"
            if not undescribed or response.status_code not in _ANYWHERE or "message" not in _read(response):
                raise


def _read(response: MockResponse) -> dict[str, t.Any]:
    document = json.loads(response.data or b"{}")
    return document if isinstance(document, dict) else {}
