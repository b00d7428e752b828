# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of Postgres' catalog, and how its answer is read."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import catalog, psql_text

TABLE = "public.reconciliation_findings"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("findings", True),
        ("public.findings_2", True),
        ("_x$1", True),
        ("", False),
        ("2findings", False),
        ("a.b.c", False),
        ("findings; DROP TABLE x", False),
        ("findings'", False),
        ("find ings", False),
        ("findings\n", False),
        ("x" * 63, True),
        ("x" * 64, False),
    ],
)
def test_a_name_that_may_stand_in_sql(name: str, good: bool) -> None:
    assert catalog.is_table_name(name) is good


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("findings", "findings", True),
        ("public.findings", "findings", True),
        ("findings", "public.findings", True),
        ("public.findings", "other.findings", False),
        ("findings", "runs", False),
    ],
)
def test_two_names_of_one_table(one: str, other: str, same: bool) -> None:
    assert catalog.same_table(one, other) is same


def test_the_checklists_query() -> None:
    assert catalog.constraints_query(TABLE) == (
        "SELECT conname, pg_get_constraintdef(oid)\nFROM pg_constraint\n"
        f"WHERE conrelid = '{TABLE}'::regclass\n  AND contype = 'u';"
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (catalog.places_query, "WHERE c.relname = 'findings' AND"),
        (catalog.places_query, "to_regclass('App.Findings')"),
        (catalog.unique_query, "to_regclass('App.Findings') AND i.indisunique"),
        (catalog.revisions_query, "\nFROM App.Findings, pg_control_system()\n"),
        (lambda table: catalog.sizes_query([table, "it's"]), "ARRAY['App.Findings', 'it''s']"),
        (catalog.schema_query, "App.Findings"),
    ],
)
def test_a_query_names_the_table_in_its_schema(query: t.Callable[[str], str], said: str) -> None:
    assert said in query("App.Findings")


def test_a_size_that_is_none_is_left_out() -> None:
    shown = psql_text.table(["name", "bytes"], [["a", 8192], ["gone", None]])
    assert catalog.sizes(shown) == {"a": 8192}


def test_each_query_names_the_table_and_nothing_is_left_to_fill_in() -> None:
    for sql in (catalog.unique_query(TABLE), *catalog.description_queries(TABLE)):
        assert f"to_regclass('{TABLE}')" in sql
        assert "{" not in sql


def test_the_kinds_of_constraints() -> None:
    _columns, _indexes, checks, foreign_keys = catalog.description_queries(TABLE)
    assert "contype = 'c'" in checks
    assert "contype = 'f'" in foreign_keys


def test_the_entries_of_an_answer() -> None:
    entries = [{"index": "uq_x", "columns": ["a", "b"], "constraint": None}, {"index": "é"}]
    cells = [[json.dumps(entry, ensure_ascii=False)] for entry in entries]
    assert catalog.objects(psql_text.table(["unique_index"], cells)) == entries


@pytest.mark.parametrize("text", ["", " unique_index\n---\n(0 rows)\n", "ERROR: no such table\n"])
def test_an_answer_without_entries(text: str) -> None:
    assert catalog.objects(text) == []


def test_an_entry_that_is_broken_is_an_error() -> None:
    with pytest.raises(json.JSONDecodeError):
        catalog.objects(' {"index": \n')
