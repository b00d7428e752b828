# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of a plan, the query for their content, and what a look at it says."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import row_content
from tests.unit.captured import step

PLAN = [
    {
        "Plan": {
            "Node Type": "Aggregate",
            "Plans": [
                {"Node Type": "Seq Scan", "Relation Name": "wallets", "Schema": "public", "Alias": "w"},
                {"Node Type": "Index Only Scan", "Relation Name": 'odd"name', "Schema": "ledger"},
                {"Node Type": "Seq Scan", "Relation Name": "wallets", "Schema": "public", "Alias": "w_1"},
            ],
        }
    }
]
LOOK = """\
 relation | rows |              digest              | changed | of_run |  snapshot
----------+------+----------------------------------+---------+--------+------------
 wallets  | 1200 | 9bd60c2e4c3f7199be0143d1d28a80d4 | 348     | 339    | 1171:1171:
(1 row)
"""
FIRST = """\
 relation | rows |              digest              | changed | of_run |  snapshot
----------+------+----------------------------------+---------+--------+------------
 wallets  | 1200 | d0ca3b36622a25670a30ba543cc62d7c |         |        | 1150:1150:
 ledger.x | 7    |                                  |         |        | 1150:1150:
(2 rows)
"""


@pytest.mark.parametrize("plan", [PLAN, json.dumps(PLAN)])
def test_the_tables_of_a_plan(plan: t.Any) -> None:
    assert row_content.relations(plan) == ['"ledger"."odd""name"', '"public"."wallets"']


def test_a_plan_without_tables() -> None:
    assert row_content.relations([{"Plan": {"Node Type": "Function Scan", "Function Name": "counts"}}]) == []


def test_the_first_query_asks_for_no_change() -> None:
    sql = row_content.query(['"public"."it\'s"', '"ledger"."x"'], "", [])
    assert sql.count("NULL AS changed") == sql.count("NULL AS of_run") == 2
    assert "SELECT 'it''s' AS relation" in sql
    assert "SELECT 'ledger.x' AS relation" in sql


def test_a_later_query_counts_from_the_snapshot_in_32_bits() -> None:
    sql = row_content.query(['"public"."wallets"'], f"90:{2**32 + 100}:{2**32 + 90},95", [120, 110])
    assert (
        "(r.xid - 100 + 4294967296) % 4294967296 < txid_snapshot_xmax(txid_current_snapshot()) - 4294967396"
        in sql
    )
    assert "OR r.xid IN (90, 95)" in sql
    assert "r.xid IN (110, 120)" in sql
    assert "md5" not in row_content.query(['"public"."wallets"'], "1:1:", [], digest=False)
    assert "IN ()" not in row_content.query(['"public"."wallets"'], "1:1:", [])


def test_what_a_look_says() -> None:
    look = step("look", stdout=LOOK)
    found = row_content.read(look)
    assert found == row_content.Content({"wallets": (1200, "9bd60c2e4c3f7199be0143d1d28a80d4")}, 348, 339)
    assert found.compared
    assert found.names == "wallets (1200 rows)"
    assert row_content.snapshot(look) == "1171:1171:"
    first = row_content.read(step("look", stdout=FIRST))
    assert first is not None
    assert (first.changed, first.of_run, first.compared) == (None, None, False)


@pytest.mark.parametrize("more", [{"stdout": ""}, {"stdout": LOOK, "exit_status": 1}])
def test_a_look_that_says_nothing(more: dict[str, t.Any]) -> None:
    look = step("look", **more)
    assert row_content.read(look) is None
    assert row_content.snapshot(look) == ""


def test_sessions_are_read_back() -> None:
    seen = row_content.Sessions(2, read_only=True, transactions=0, others=3)
    assert row_content.sessions(step("sessions", stdout=row_content.sessions_table(seen))) == seen
    assert row_content.sessions(None) == row_content.Sessions(0, read_only=False, transactions=0, others=0)
