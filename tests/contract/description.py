# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's published OpenAPI description, as it is vendored here, and where it is wrong."""

from __future__ import annotations

import json
import typing as t
from functools import cache
from pathlib import Path

from openapi_core import OpenAPI

Document = dict[str, t.Any]

DESCRIPTION = Path(__file__).with_name("github.json")
HOST = "https://api.github.com"


def _with_null(schema: Document) -> Document:
    return schema if None in schema["enum"] else {**schema, "enum": [*schema["enum"], None]}


def _without_format(schema: Document) -> Document:
    return {key: value for key, value in schema.items() if key != "format"}


# Where the description itself is wrong: the schema at that place, and what puts it right. This is done here
# and nowhere else, and a test says when a newer description no longer needs it.
FLAWS: dict[tuple[str, ...], t.Callable[[Document], Document]] = {
    # Said to be nullable, and GitHub answers null until the job has ended; but an enum that does not name
    # null refuses it (OpenAPI 3.0.3, "nullable").
    ("components", "schemas", "job", "properties", "conclusion"): _with_null,
    # Said to be one date and time; but its own words, and GitHub's guide to its search syntax, have ranges
    # and comparisons, too.
    ("components", "parameters", "created", "schema"): _without_format,
}


def at(place: Document, path: t.Sequence[str]) -> Document:
    """Return what stands at a path of keys."""
    for key in path:
        place = place[key]
    return place


@cache
def description() -> Document:
    """Return the vendored description, its flaws put right."""
    found: Document = json.loads(DESCRIPTION.read_text("utf-8"))
    for path, mended in FLAWS.items():
        at(found, path[:-1])[path[-1]] = mended(at(found, path))
    return found


@cache
def contract() -> OpenAPI:
    """Return what checks against the description."""
    return OpenAPI.from_dict(description())
