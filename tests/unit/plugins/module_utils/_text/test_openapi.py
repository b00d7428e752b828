# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of an OpenAPI description, as FastAPI makes it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import openapi

DESCRIPTION = {
    "paths": {
        "/runs": {
            "post": {
                "parameters": [{"name": "dry", "in": "query"}, {"name": "x-key", "in": "header"}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/R"}}}
                },
            },
            "parameters": [],
        },
        "/ready": {"get": {}},
    },
    "components": {
        "schemas": {
            "R": {
                "required": ["provider"],
                "properties": {"provider": {"$ref": "#/components/schemas/P"}, "h": {"default": 24}},
            },
            "P": {"enum": ["acme", "nord"]},
        }
    },
}


def test_operations_with_query_and_body() -> None:
    post, get = openapi.operations(json.dumps(DESCRIPTION))
    assert post == {
        "method": "POST",
        "path": "/runs",
        "query": ["dry"],
        "headers": [],
        "answer": {},
        "body": {"provider": {"required": True, "example": "acme"}, "h": {"required": False, "example": 24}},
    }
    assert get == {
        "method": "GET",
        "path": "/ready",
        "query": [],
        "headers": [],
        "body": {},
        "answer": {},
    }


def test_what_is_required_in_query_and_headers_and_what_the_answer_has() -> None:
    about = {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/S"}}}}
    description = {
        "paths": {
            "/runs": {
                "post": {
                    "parameters": [
                        {"in": "query", "name": "day", "required": True},
                        {"in": "query", "name": "dry"},
                        {"in": "header", "name": "Idempotency-Key", "required": True},
                        {"in": "header", "name": "X-Trace"},
                    ],
                    "responses": {"422": {}, "201": about},
                }
            }
        },
        "components": {"S": {"properties": {"run": {}, "state": {"enum": ["waiting", "done"]}}}},
    }
    (post,) = openapi.operations(json.dumps(description))
    assert (post["query"], post["headers"]) == (["day"], ["Idempotency-Key"])
    assert post["answer"] == {"run": [], "state": ["waiting", "done"]}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_each_method_is_an_operation(method: str) -> None:
    assert [one["method"] for one in openapi.operations(json.dumps({"paths": {"/": {method: {}}}}))] == [
        method.upper()
    ]
    assert openapi.operations(json.dumps({"paths": {"/": {"options": {}}}})) == []


@pytest.mark.parametrize(
    ("schema", "want"),
    [
        ({"example": "a", "const": "b", "default": "c", "examples": ["d"], "enum": ["e"]}, "a"),
        ({"const": "b", "default": "c", "examples": ["d"], "enum": ["e"]}, "b"),
        ({"default": "c", "examples": ["d"], "enum": ["e"]}, "c"),
        ({"examples": ["d"], "enum": ["e"]}, "d"),
        ({"type": "string", "default": None}, None),
        # What a reference leads to is nothing, or no schema.
        ({"$ref": "#/components/schemas/Gone", "default": "c"}, None),
        ({"$ref": "#/components/schemas/R/required", "default": "c"}, "c"),
        ({"$ref": "#/components/schemas/R/required/0", "default": "c"}, None),
    ],
)
def test_an_example_is_what_the_schema_gives(schema: dict[str, object], want: str | None) -> None:
    body = {"content": {"application/json": {"schema": {"properties": {"x": schema}}}}}
    document = {
        "paths": {"/runs": {"post": {"requestBody": body}}},
        "components": {"schemas": {"R": {"required": ["y"]}}},
    }
    (post,) = openapi.operations(json.dumps(document))
    assert post["body"] == {"x": {"required": False, "example": want}}


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"paths": null}', '{"detail": "Not Found"}'])
def test_what_is_no_description_has_none(text: str) -> None:
    assert openapi.operations(text) == []
