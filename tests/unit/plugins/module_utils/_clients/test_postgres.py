# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the database is: by a URL as SQLAlchemy takes it, or by community.postgresql's options."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import postgres


@pytest.mark.parametrize(
    ("options", "libpq"),
    [
        ({}, {}),
        ({"login_host": "", "login_port": None, "ssl_mode": None}, {}),
        (
            {
                "login_host": "db",
                "login_port": 5433,
                "login_user": "psp",
                "login_password": "p@ss",
                "login_db": "x",
            },
            {"host": "db", "port": "5433", "user": "psp", "password": "p@ss", "dbname": "x"},
        ),
        ({"login_host": "db", "login_unix_socket": "/run/postgresql"}, {"host": "/run/postgresql"}),
        (
            {"ssl_mode": "verify-full", "ca_cert": "/etc/ca.pem"},
            {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"},
        ),
    ],
)
def test_options_are_libpqs_parameters(options: dict[str, t.Any], libpq: dict[str, str]) -> None:
    assert postgres.login(options) == libpq


@pytest.mark.parametrize(
    ("url", "libpq"),
    [
        (
            "postgresql+asyncpg://psp:p%40ss@db/x",
            {"host": "db", "user": "psp", "password": "p@ss", "dbname": "x"},
        ),
        (
            "postgres://db:5433/x?ssl=require",
            {"host": "db", "port": "5433", "dbname": "x", "sslmode": "require"},
        ),
        ("postgresql:///x?host=/run/pg", {"host": "/run/pg", "dbname": "x"}),
    ],
)
def test_a_url_is_libpqs_parameters(url: str, libpq: dict[str, str]) -> None:
    assert postgres.parameters({"DATABASE_URL": url}) == libpq


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "none of SYNC_DATABASE_URL, DATABASE_URL is set"),
        ({"DATABASE_URL": "mysql://db/x"}, "DATABASE_URL is not the URL of a Postgres database"),
        ({"DATABASE_URL": "postgresql://db:port/x"}, "DATABASE_URL is not a URL that can be read"),
    ],
)
def test_a_url_that_does_not_name_postgres(env: dict[str, str], said: str) -> None:
    with pytest.raises(postgres.NoDatabaseError, match=said):
        postgres.parameters(env)
