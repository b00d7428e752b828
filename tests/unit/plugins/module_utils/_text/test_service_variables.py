# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of a service's database and Redis, by URL or in parts."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import service_variables
from ansible_collections.psp.rc_closure.plugins.module_utils._text.service_variables import DATABASE, REDIS

ENV = {
    "DATABASE_URL": "postgresql+asyncpg://a",
    "SYNC_DATABASE_URL": "postgresql://b",
    "DB_HOST": "db",
    "DB_PORT": "5433",
    "DB_PASSWORD": "p@ss/w:rd",
    "DB_USER": "me",
    "Q_HOST": "::1",
}
PARTS = {
    "host": "DB_HOST",
    "port": "DB_PORT",
    "user": "DB_USER",
    "password": "DB_PASSWORD",
    "name": "=ledger",
}


@pytest.mark.parametrize(
    ("given", "kind", "url"),
    [
        (None, DATABASE, "postgresql://b"),
        ({"database": "DATABASE_URL"}, DATABASE, "postgresql+asyncpg://a"),
        ({"database": ["NONE", "DATABASE_URL"]}, DATABASE, "postgresql+asyncpg://a"),
        ({"database": PARTS}, DATABASE, "postgresql://me:p%40ss%2Fw%3Ard@db:5433/ledger"),
        ({"database": {**PARTS, "host": "NONE"}}, DATABASE, ""),
        ({"redis": {"host": "Q_HOST", "port": "NONE"}}, REDIS, "redis://[::1]/"),
        ({"redis": {"host": "=q", "scheme": "=rediss", "password": "DB_USER"}}, REDIS, "rediss://:me@q/"),
        ({}, REDIS, ""),
    ],
)
def test_an_address(given: dict[str, t.Any] | None, kind: str, url: str) -> None:
    assert service_variables.url(given, kind, ENV) == url


def test_a_process_goes_by_the_last_of_several() -> None:
    assert service_variables.own_url(None, DATABASE, ENV) == "postgresql+asyncpg://a"
    assert service_variables.own_url(None, DATABASE, {"SYNC_DATABASE_URL": "x"}) == ""
    assert service_variables.required(None, DATABASE) == "DATABASE_URL"
    assert (
        service_variables.required({"database": PARTS}, DATABASE) == "DB_HOST, DB_PORT, DB_USER, DB_PASSWORD"
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"database": {"hostname": "X"}}, "database has no hostname"),
        ({"redis": {"port": "X"}}, "redis has no host, which"),
        ({"database": 7}, "database is neither"),
        ({"redis": "REDIS URL"}, "'REDIS URL' is not a variable's name"),
        ({"database": {"host": "db.example"}}, "'db.example' is not a variable's name; = stands"),
    ],
)
def test_what_is_wrong(given: dict[str, t.Any], told: str) -> None:
    assert told in "; ".join(service_variables.problems(given))


def test_nothing_is_wrong() -> None:
    assert service_variables.problems({}) == []
    assert service_variables.problems({"database": PARTS, "redis": "Q_URL", "decodes": True}) == []
