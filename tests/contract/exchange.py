# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with GitHub, and what in it goes against the description."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.description import HOST, Document, at, contract, description

# Statuses that GitHub's guides tell of for all operations, though the description names them for few: who
# asks (401, 403, 404), how often (403, 429), GitHub itself (500 to 503).
_ANYWHERE = (401, 403, 404, 429, 500, 502, 503)
# The same for single operations: their method, the end of their path, the status.
_SOMEWHERE = (
    # Conditional requests: the answer that is known still holds. It has no body.
    ("GET", r"", 304),
    # A dispatch that the workflow, its inputs or the ref do not allow; a field that the server does not know.
    ("POST", r"/dispatches", 422),
    ("POST", r"/dispatches", 400),
    # Logs are removed after the repository's retention period.
    ("GET", r"/logs", 410),
)


@dataclass(frozen=True)
class Exchange:
    """A request and its answer.

    Attributes:
        method: in capitals.
        path: below the API's address, percent-encoded as it was sent.
        query: without its question mark.
        status: of the answer.
        headers: the request's.
        answer_headers: the answer's, by names in lower case.
        asked: the request's body.
        answered: the answer's.
    """

    method: str
    path: str
    query: str
    status: int
    headers: t.Mapping[str, str] = field(default_factory=dict)
    answer_headers: t.Mapping[str, str] = field(default_factory=dict)
    asked: bytes = b""
    answered: bytes = b""

    @property
    def kind(self) -> str:
        """The answer's media type."""
        return self.answer_headers.get("content-type", "application/json").partition(";")[0]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.method} {self.path}: {self.status}"


def violations(exchange: Exchange, *, request: bool = True) -> list[str]:
    """Return what in an exchange goes against the contract, in a sentence each.

    Args:
        exchange: what went to and fro.
        request: whether the request is checked, too; not where a test sends a wrong one on purpose.
    """
    asked = MockRequest(
        HOST,
        exchange.method.lower(),
        exchange.path,
        args=dict(parse_qsl(exchange.query, keep_blank_values=True)),
        headers=dict(exchange.headers),
        data=exchange.asked or None,
        content_type="application/json" if exchange.asked else "",
    )
    answered = MockResponse(exchange.answered, exchange.status, dict(exchange.answer_headers), exchange.kind)
    found = [*_said(lambda: contract().validate_request(asked)), *_unknown_words(exchange)] if request else []
    if not _is_known_otherwise(exchange):
        found += _said(lambda: contract().validate_response(asked, answered))
    return [f"{exchange}: {said}" for said in found]


def _said(check: t.Callable[[], None]) -> list[str]:
    try:
        check()
    except OpenAPIError as exc:
        causes = getattr(exc.__cause__, "schema_errors", ())
        return ["; ".join(str(getattr(cause, "message", cause)) for cause in causes) or str(exc)]
    return []


def _unknown_words(exchange: Exchange) -> list[str]:
    """Return the query's parameters and the body's keys that the operation does not have.

    GitHub passes over them in silence: what was meant by them does not happen.
    """
    operation = _operation(exchange)
    if operation is None:
        return []
    parameters = [_resolved(parameter) for parameter in operation.get("parameters", [])]
    names = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    asked = [name for name, _value in parse_qsl(exchange.query, keep_blank_values=True)]
    found = [f"the operation has no parameter {name!r}" for name in asked if name not in names]
    body = _read(exchange.asked)
    if body:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        keys = set(_resolved(schema).get("properties", body))
        found += [f"the operation's body has no key {key!r}" for key in body if key not in keys]
    return found


def _operation(exchange: Exchange) -> Document | None:
    for path, item in description()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), exchange.path):
            operation: Document | None = item.get(exchange.method.lower())
            return operation
    return None


def _resolved(node: Document) -> Document:
    while "$ref" in node:
        node = at(description(), node["$ref"].removeprefix("#/").split("/"))
    return node


def _is_known_otherwise(exchange: Exchange) -> bool:
    """Whether an answer that the description leaves out is one that GitHub's guides tell of."""
    operation = _operation(exchange)
    if operation is None or str(exchange.status) in operation["responses"]:
        return False
    if exchange.status == 304:
        return exchange.method == "GET" and not exchange.answered
    somewhere = any(
        (exchange.method, exchange.status) == (method, status) and re.search(f"{end}$", exchange.path)
        for method, end, status in _SOMEWHERE
    )
    return (somewhere or exchange.status in _ANYWHERE) and "message" in _read(exchange.answered)


def _read(body: bytes) -> Document:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
