# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Postgres' words for what exists already name a table, by itself or through the migrations' SQL."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import catalog, existing

SQL = """\
-- Running upgrade  -> 0001

CREATE TABLE app.players (
    id INTEGER NOT NULL,
    CONSTRAINT uq_players UNIQUE (id)
);

CREATE INDEX ix_players ON app.players (id);

"""


@pytest.mark.parametrize(
    ("said", "table"),
    [
        ('psycopg2.errors.DuplicateTable: relation "players" already exists', "app.players"),
        ('psycopg2.errors.DuplicateTable: relation "ix_players" already exists', "app.players"),
        ('psycopg2.errors.DuplicateTable: relation "uq_players" already exists', "app.players"),
        ('asyncpg.exceptions.DuplicateTableError: relation "other" already exists', "other"),
        ('column "age" of relation "players" already exists', "app.players"),
        ('constraint "ck" for relation "other" already exists', "other"),
        ('psycopg2.errors.DuplicateObject: type "mood" already exists', ""),
        ('schema "app" already exists', ""),
    ],
)
def test_the_table_is_found(said: str, table: str) -> None:
    assert existing.table(said, SQL) == table


def test_without_the_sql_a_relation_is_taken_for_a_table() -> None:
    assert existing.table('relation "players" already exists', "") == "players"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("t", "s.t"),
        ("uq", "s.t"),
        ("ix", "s.t"),
        ("ck", "u"),
        ("u", "u"),
        ("id", ""),
        ("seq", ""),
    ],
)
def test_the_table_that_a_name_belongs_to_is_found(name: str, table: str) -> None:
    sql = (
        "-- Running upgrade a -> b\nCREATE TABLE s.t (\n id INTEGER,\n CONSTRAINT uq UNIQUE (id)\n);\n\n"
        "CREATE UNIQUE INDEX ix ON s.t (id);\n\nCREATE SEQUENCE seq;\n\n"
        'ALTER TABLE "u" ADD CONSTRAINT "ck" CHECK (id > 0);\n'
    )
    assert existing.table(f'relation "{name}" already exists', sql) == (table or name)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("t", "t", True),
        ("public.t", "t", True),
        ("public.t", "public.t", True),
        ("public.t", "audit.t", False),
        ("t", "u", False),
    ],
)
def test_names_of_one_table_are_told_from_others(one: str, other: str, same: bool) -> None:
    assert catalog.same_table(one, other) is same
