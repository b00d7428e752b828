# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each right that migrations need and the database's user lacks is named, with what grants it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import DATABASE_RIGHTS
from ansible_collections.psp.rc_closure.plugins.module_utils._core.steps import Started
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import asked, rights

GOOD = {
    "user": "psp",
    "database": "shop",
    "standby": False,
    "there": False,
    "schema": "public",
    "exists": True,
    "creates": True,
    "makes": False,
    "version_table": "alembic_version",
    "writes": True,
}
BEFORE_THE_FIRST = {"version_table": None, "writes": False}
NO_SCHEMA = {"exists": False, "creates": False, "schema": "billing"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        (BEFORE_THE_FIRST, ""),
        ({**NO_SCHEMA, "makes": True}, ""),
        ({"there": True, "creates": False, "writes": False}, ""),
        ({"standby": True}, "the server of shop is a standby, which takes no migration: name the primary"),
        (
            {"schema": None, "exists": False, "creates": False},
            "the search path of psp leads to no schema of shop",
        ),
        (
            NO_SCHEMA,
            "the database shop has no schema billing, and psp may make none: correct the table's name",
        ),
        (
            {"creates": False},
            "psp may not create tables in the schema public of shop, as migrations do: GRANT",
        ),
        (
            {"writes": False},
            "psp may not write to alembic_version of shop, as each migration does: GRANT SELECT",
        ),
    ],
)
def test_what_is_missing(change: dict[str, t.Any], told: str) -> None:
    row = json.dumps({**GOOD, **change})
    step = Started(DATABASE_RIGHTS, "SELECT").ended(f" rights\n-----\n {row}\n(1 row)\n", exit_status=0)
    found = rights.problems(step)
    assert len(found) == bool(told)
    assert all(one.startswith(told) for one in found)
    assert asked.problems([step]) == found


def test_what_cannot_be_asked() -> None:
    step = Started(DATABASE_RIGHTS, "SELECT").ended(stderr="ERROR: permission denied\n", exit_status=1)
    told = "what the database's user may do cannot be asked: ERROR: permission denied"
    assert asked.problems([step]) == [told]


def test_a_database_that_does_not_answer_is_one_problem() -> None:
    step = Started(DATABASE_RIGHTS, "SELECT").failed("no connection to Postgres: refused")
    assert asked.problems([step]) == ["no connection to Postgres: refused"]
