# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows as psql prints them, written and read back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import psql_text
from tests.unit.captured import read_case

UNIQUE = "uq_recon_findings_provider_event_type"
COLUMNS = ["conname", "pg_get_constraintdef"]


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        ("unique_constraints_head", [[UNIQUE, "UNIQUE (provider, provider_event_id, finding_type)"]]),
        ("unique_constraints_wrong_columns", [[UNIQUE, "UNIQUE (provider, finding_type)"]]),
        ("unique_constraints_none", []),
        ("unique_constraints_index_only", []),
        ("describe_table_missing", []),
        ("wrong_password", []),
        ("sqlalchemy_url_refused", []),
    ],
)
def test_the_rows_that_psql_printed(case: str, rows: list[list[str]]) -> None:
    assert psql_text.rows_of(read_case(f"psql/{case}").stdout) == rows


@pytest.mark.parametrize("case", ["head", "none", "wrong_columns"])
def test_a_table_is_written_as_psql_writes_it(case: str) -> None:
    printed = read_case(f"psql/unique_constraints_{case}").stdout
    written = psql_text.table(COLUMNS, psql_text.rows_of(printed))
    assert [line.rstrip() for line in written.splitlines()] == [
        line.rstrip() for line in printed.rstrip("\n").splitlines()
    ]


@pytest.mark.parametrize(
    ("columns", "rows", "want"),
    [
        (["n"], [], " n\n---\n(0 rows)\n"),
        (["n"], [[1]], " n\n---\n 1\n(1 row)\n"),
        (
            ["a", "long"],
            [[None, "x"], ["yyyy", 2]],
            "  a   | long\n------+------\n      | x\n yyyy | 2\n(2 rows)\n",
        ),
    ],
)
def test_the_form_of_a_table(columns: list[str], rows: list[list[t.Any]], want: str) -> None:
    assert psql_text.table(columns, rows) == want


def test_what_was_written_is_read_back() -> None:
    rows = [["a", "1"], ["b c", ""]]
    assert psql_text.rows_of(psql_text.table(["x", "y"], rows)) == rows
