# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
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

# Where the description itself is wrong: the enum at that place, and what it lacks. Each is put right here and
# nowhere else, and a test says when a newer description no longer needs it.
FLAWS: dict[tuple[str, ...], t.Any] = {
    # Said to be nullable, and GitHub answers null until the job has ended; but an enum that does not name
    # null refuses it (OpenAPI 3.0.3, "nullable").
    ("components", "schemas", "job", "properties", "conclusion", "enum"): None,
}


@cache
def description() -> Document:
    """Return the vendored description, its flaws put right."""
    found: Document = json.loads(DESCRIPTION.read_text("utf-8"))
    for path, lacking in FLAWS.items():
        place: t.Any = found
        for key in path:
            place = place[key]
        place.append(lacking)
    return found


@cache
def contract() -> OpenAPI:
    """Return what checks against the description."""
    return OpenAPI.from_dict(description())
