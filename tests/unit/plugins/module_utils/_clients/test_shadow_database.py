# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables lead a service to the shadow in place of its own database."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import postgres, shadow_database
from ansible_collections.psp.rc_closure.plugins.modules import alembic_evidence
from tests.unit.collecting import collector

URL = "postgresql+psycopg2://psp:p%40ss@db:5432/psp?sslmode=require"
SHADOW = {"dbname": "shadow"}


@pytest.mark.parametrize(
    ("service", "moved"),
    [
        ({}, {}),
        (
            {"DATABASE_URL": "postgresql+asyncpg://psp:p%40ss@db.internal/psp"},
            {"DATABASE_URL": "postgresql+asyncpg://psp:p%40ss@db.internal/shadow"},
        ),
        ({"REPORTS_URL": "postgresql://psp:p@db/reports", "REDIS_URL": "redis://redis/0"}, {}),
        (
            {"POSTGRES_DB": "psp", "DB_NAME": "psp", "POSTGRES_USER": "psp", "DATABASE": "other"},
            {"POSTGRES_DB": "shadow", "DB_NAME": "shadow"},
        ),
        (
            {"SHADOW_DATABASE_URL": "postgresql://maker:m@other:6000/postgres"},
            {"SYNC_DATABASE_URL": "postgresql+psycopg2://maker:m@other:6000/shadow?sslmode=require"},
        ),
    ],
    ids=["the one URL", "another driver and host", "other services", "parts", "another role and server"],
)
def test_what_names_the_database_names_the_shadow(service: dict[str, str], moved: dict[str, str]) -> None:
    taken = collector(alembic_evidence.ARGUMENT_SPEC, directory="/app")
    taken.env = {"SYNC_DATABASE_URL": URL, **service}
    own = {"SYNC_DATABASE_URL": URL.replace("/psp?", "/shadow?"), "PGDATABASE": "shadow"}
    assert shadow_database.environment(taken, SHADOW) == {**own, **moved}


SOCKET = {"host": "/tmp/psp_rc_shadow_x", "port": "5432", "user": "psp", "dbname": "shadow"}


@pytest.mark.parametrize(
    ("url", "moved"),
    [
        (
            "postgresql+psycopg2://psp:p%40ss@db:5432/psp?sslmode=require&application_name=a",
            "postgresql+psycopg2://psp:p%40ss@/shadow?application_name=a&host=/tmp/psp_rc_shadow_x&port=5432",
        ),
        (
            "postgresql+asyncpg://psp:p%40ss@/psp?host=/run/postgresql&ssl=require",
            "postgresql+asyncpg://psp:p%40ss@/shadow?host=/tmp/psp_rc_shadow_x&port=5432",
        ),
        ("postgresql://db/psp", "postgresql://psp@/shadow?host=/tmp/psp_rc_shadow_x&port=5432"),
    ],
)
def test_a_server_of_its_own_is_reached_by_its_socket(url: str, moved: str) -> None:
    taken = collector(alembic_evidence.ARGUMENT_SPEC, directory="/app")
    taken.env = {"SYNC_DATABASE_URL": url}
    found = shadow_database.environment(taken, SOCKET)
    libpq = {"PGHOST": SOCKET["host"], "PGPORT": "5432", "PGDATABASE": "shadow"}
    assert found == {"SYNC_DATABASE_URL": moved, **libpq}
    same = {name: value for name, value in SOCKET.items() if name != "user"}
    assert postgres.parameters(found, {"database": ["SYNC_DATABASE_URL"]}).items() >= same.items()


def test_the_parts_of_an_address_are_the_shadows() -> None:
    parts = {"host": "L_HOST", "port": "L_PORT", "user": "L_USER", "password": "L_SECRET", "name": "L_WHICH"}
    taken = collector(alembic_evidence.ARGUMENT_SPEC, directory="/app", variables={"database": parts})
    taken.env = {"L_HOST": "db", "L_USER": "psp", "L_SECRET": "p@ss", "L_WHICH": "psp", "OTHER": "psp"}
    same = {"host": "db", "user": "psp", "password": "p@ss", "dbname": "shadow"}
    told = {"L_HOST": "db", "L_USER": "psp", "L_SECRET": "p@ss", "L_WHICH": "shadow", "PGDATABASE": "shadow"}
    assert shadow_database.environment(taken, same) == told
    # Another role may make it, on another server.
    other = {"host": "other", "port": "6000", "user": "maker", "password": "m", "dbname": "shadow"}
    assert shadow_database.environment(taken, other) == {
        "L_HOST": "other",
        "L_PORT": "6000",
        "L_USER": "maker",
        "L_SECRET": "m",
        "L_WHICH": "shadow",
        "PGDATABASE": "shadow",
    }
