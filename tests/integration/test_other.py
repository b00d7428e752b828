# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closure of a staging unlike the twin, by its inventory alone, and what it is FAIL for there."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.other_site import OTHER, Other, Run

GROUP_VARS = yaml.safe_load((OTHER / "inventory/group_vars/rc_closure.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def first(other: Other, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The closure on the staging as it came up."""
    return other.close(tmp_path_factory.mktemp("first") / "evidence")


def test_the_gate_opens_and_says_what_was_left_out(first: Run) -> None:
    assert first.status == 0, first.output[-4000:]
    assert {name: one["status"] for name, one in first.report["packages"].items()} == {
        f"package_{number}": "PASS" for number in range(4)
    }
    left_out = first.report["gate"]["left_out"]
    assert first.report["gate"]["status"] == "PASS"
    assert len(left_out) == 2
    assert "the ledger always queues" in left_out[1]
    assert "the ledger has no address for its flags" in left_out[0]
    assert "left out by policy" in first.output


def test_what_proves_it_is_the_stagings_own(first: Run) -> None:
    queued = first.criterion(3, "post_queued")["reason"]
    assert "the answer has id mtb-" in queued
    assert "package_3_queue_api says" in queued
    # By connections, and by the digests of addresses made of parts.
    database = first.criterion(3, "same_database")["reason"]
    assert "name the same host, port, user and database" in database
    assert ") in one database, defter" in database
    assert "digests of all" in first.criterion(3, "same_redis_url")["reason"]
    assert "processed=90 updated=30" in first.criterion(2, "real_run_ok")["reason"]
    assert "environment of every process" in first.criterion(2, "flags_set")["reason"]


def test_no_secret_is_in_the_evidence(first: Run, other: Other) -> None:
    operator = Path(other.state["operator_password_file"]).read_text("utf-8").strip()
    shown = first.output + str(first.report)
    assert operator not in shown
    assert "p@ss/w:rd" not in shown


def test_a_worker_on_another_database_named_in_parts_fails(first: Run, other: Other, tmp_path: Path) -> None:
    other.move_worker("defter_eski")
    try:
        run = other.close(tmp_path, "--tags=package_3", package_3_queue_limit=6)
    finally:
        other.move_worker("defter")
    assert run.status != 0
    assert run.criterion(3, "same_database")["result"] == "not_met"
    assert run.criterion(3, "api_lifecycle")["result"] != "met"


def test_a_run_that_its_api_shows_failed_fails_where_completed_is_required(
    first: Run, other: Other, tmp_path: Path
) -> None:
    api: dict[str, t.Any] = GROUP_VARS["package_3_queue_api"]
    query = {**api["request"]["query"], "provider": "bozuk"}
    broken = {**api, "request": {**api["request"], "query": query}}
    run = other.close(
        tmp_path, "--tags=package_3", package_3_queue_api=broken, package_3_queue_require_completed=True
    )
    assert run.status != 0
    lifecycle = run.criterion(3, "api_lifecycle")
    assert lifecycle["result"] == "not_met"
    assert "ended failed, and completed is required" in lifecycle["reason"]
