# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations that an OpenAPI description has, each with what a request of it requires. Pure."""

from __future__ import annotations

import json
import typing as t

_METHODS = ("get", "post", "put", "patch", "delete")


def operations(text: str) -> list[dict[str, t.Any]]:
    """Return the operations: method, path, query, headers, body and answer.

    Query and headers are lists of names, the body is property → required and an example, and the answer is
    property → the words that it may be.

    A text that is no such description has none.
    """
    try:
        document = json.loads(text)
    except ValueError:
        return []
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return []
    return [
        {
            "method": method.upper(),
            "path": path,
            "query": _parameters(given, "query"),
            "headers": _parameters(given, "header"),
            "answer": _answer(document, given.get("responses") or {}),
            "body": _body(document, given.get("requestBody") or {}),
        }
        for path, methods in paths.items()
        for method, given in methods.items()
        if method in _METHODS
    ]


def _parameters(given: dict[str, t.Any], where: str) -> list[str]:
    """Return the names of those that are required, or where none is, of those of the query."""
    there = [one for one in given.get("parameters", []) if isinstance(one, dict) and one.get("in") == where]
    required = [one["name"] for one in there if one.get("required")]
    return required or ([one["name"] for one in there] if where == "query" else [])


def _answer(document: dict[str, t.Any], responses: dict[str, t.Any]) -> dict[str, t.Any]:
    good = [given for status, given in sorted(responses.items()) if str(status).startswith("2")]
    content = (good[0] if good else {}).get("content") or {}
    schema = _resolved(document, (content.get("application/json") or {}).get("schema") or {})
    return {
        name: _resolved(document, given).get("enum") or []
        for name, given in (schema.get("properties") or {}).items()
    }


def _body(document: dict[str, t.Any], body: dict[str, t.Any]) -> dict[str, t.Any]:
    content = body.get("content") or {}
    schema = _resolved(document, (content.get("application/json") or {}).get("schema") or {})
    required = schema.get("required") or []
    return {
        name: {"required": name in required, "example": _example(_resolved(document, given))}
        for name, given in (schema.get("properties") or {}).items()
    }


def _resolved(document: dict[str, t.Any], schema: dict[str, t.Any]) -> dict[str, t.Any]:
    target: t.Any = document
    parts = str(schema.get("$ref", "")).split("/")[1:]
    for part in parts:
        target = target.get(part, {}) if isinstance(target, dict) else {}
    return target if parts and isinstance(target, dict) else schema


def _example(schema: dict[str, t.Any]) -> t.Any:
    """Return a value that the schema itself gives, or None."""
    listed = [*(schema.get("examples") or []), *(schema.get("enum") or [])]
    given = [schema[name] for name in ("example", "const", "default") if schema.get(name) is not None]
    return next(iter([*given, *listed]), None)
