# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two URLs name the same, or they do not."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import endpoint


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://psp:p%40ss@DB/psp",
        "postgresql+psycopg2://psp:other@db:5432/psp?sslmode=require",
        "postgres://psp@db/psp",
        "postgresql:///psp?host=db&user=psp",
        "postgresql://psp@db?dbname=psp",
        "postgresql://psp@db?db=psp&dbname=other&port=5432",
    ],
)
def test_the_same_database(url: str) -> None:
    assert endpoint(url) == "postgresql://psp@db:5432/psp"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://psp:p@db/psp_other",
        "postgresql://psp:p@db2/psp",
        "postgresql://psp:p@db:5433/psp",
        "postgresql://admin:p@db/psp",
        "mysql://psp:p@db:5432/psp",
    ],
)
def test_another_database(url: str) -> None:
    assert endpoint(url) != "postgresql://psp@db:5432/psp"


@pytest.mark.parametrize(
    "url", ["redis://:pw@h", "redis://:pw@h:6379/0", "redis://:%70w@h/", "rediss://h:6379?db=0"]
)
def test_the_same_redis(url: str) -> None:
    assert endpoint(url) == "redis://@h:6379/0"


@pytest.mark.parametrize("text", ["host=db dbname=psp", "", "postgresql://h:port/x", "queue"])
def test_what_is_no_url_stays_as_it_is(text: str) -> None:
    assert endpoint(text) == text


def test_no_password_is_left() -> None:
    assert "secret" not in endpoint("postgresql://psp:secret@db/psp?password=secret&host=db")
