# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds an application to GitHub's published OpenAPI description.

Both sides are checked: what a client sends to C(Held), and what the application answers.
"""

from __future__ import annotations

import typing as t

from tests.contract.exchange import Exchange, violations

Scope = t.MutableMapping[str, t.Any]
Message = t.MutableMapping[str, t.Any]
Receive = t.Callable[[], t.Awaitable[Message]]
Send = t.Callable[[Message], t.Awaitable[None]]
Application = t.Callable[[Scope, Receive, Send], t.Awaitable[None]]


class Held:
    """An application whose every exchange is checked.

    Attributes:
        violations: what goes against the contract.
        exchanges: those that were checked, in the order in which they ended.
    """

    def __init__(self, application: Application) -> None:
        """Take the application."""
        self._application = application
        self.violations: list[str] = []
        self.exchanges: list[Exchange] = []

    @property
    def checked(self) -> int:
        """How many exchanges were checked."""
        return len(self.exchanges)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the exchange on, and check it once it is over."""
        path = _path(scope)
        if not path.startswith("/repos/"):
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

        try:
            await self._application(scope, receiving, sending)
        finally:
            if head:
                exchange = Exchange(
                    scope["method"],
                    path,
                    scope["query_string"].decode(),
                    head["status"],
                    _headers(scope),
                    _headers(head),
                    bytes(asked),
                    bytes(answered),
                )
                self._check(exchange)

    def _check(self, exchange: Exchange) -> None:
        broken_off = int(exchange.answer_headers.get("content-length", 0)) > len(exchange.answered)
        # A page that stands before the API, or an answer cut off on purpose, is no answer of the API's.
        if exchange.kind == "text/html" or broken_off:
            return
        self.exchanges.append(exchange)
        self.violations += violations(exchange)


def _path(scope: Scope) -> str:
    """Return the path as it was sent, below where the application is mounted; C('') where there is none."""
    if scope["type"] != "http":
        return ""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode().removeprefix(scope.get("root_path", ""))


def _headers(message: Message) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in message["headers"]}
