# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON Schema of report.json takes what is written, and nothing that is no such report."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, provenance
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document
from tests.unit.captured import NOW, RELEASE, captured, step

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/report-1.schema.json").read_text("utf-8"))


def _problems(report: t.Any) -> list[str]:
    # Only its formats, such as uuid, are checked by what is installed: the schema uses none.
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(report)]


@pytest.fixture
def report(tmp_path: Path) -> dict[str, t.Any]:
    """What is written of real output, of an output that is large, and of a step that could not be taken."""
    known = {"ansible_play_hosts_all": ["backend"], "ansible_inventory_sources": [__file__, "one,"]}
    origin = provenance.gather(known, {"check": True, "tags": ("package_1",)}, Redactor({}))
    attempt = locker.open_attempt(str(tmp_path), RELEASE, NOW, provenance=origin)
    locker.open_package(attempt, 1, {"table": "reconciliation_findings", "columns": ["provider"]})
    steps = [
        captured("alembic_current", "alembic/current_behind"),
        captured("alembic_upgrade", "alembic/upgrade_head"),
        step("large", stdout="password=Zx81kLmq90\n" + "line\n" * 400_000),
        step("absent", exit_status=None, outcome="failed", reason="psql was not found"),
    ]
    locker.keep(attempt, 1, steps)
    written = locker.as_json(document.build(attempt, locker.load(attempt), NOW))
    return t.cast("dict[str, t.Any]", json.loads(written))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_takes_what_is_written(report: dict[str, t.Any]) -> None:
    assert _problems(report) == []
    large = report["packages"]["package_1"]["steps"][2]
    assert {"whole", "masks"} <= set(large)
    assert {"sha256"} <= set(report["provenance"]["inventory"][0])


def test_it_takes_a_report_of_an_earlier_version(report: dict[str, t.Any]) -> None:
    del report["provenance"]
    assert _problems(report) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.pop("gate"),
        lambda one: one["gate"].update(status="OK"),
        lambda one: one["gate"].update(status="PASS"),
        lambda one: one["gate"].update(reasons=[]),
        lambda one: one["packages"].pop("package_3"),
        lambda one: one["packages"]["package_1"]["criteria"][0].update(result="maybe"),
        lambda one: one["packages"]["package_1"]["steps"][0].update(exit_status="0"),
        lambda one: one["packages"]["package_1"]["steps"][0].pop("host"),
        lambda one: one["release"].update(commit="main"),
        lambda one: one["attempt"].update(reported="yesterday"),
        lambda one: one.update(more=1),
    ],
)
def test_it_refuses_what_is_no_such_report(
    report: dict[str, t.Any], change: Callable[[dict[str, t.Any]], object]
) -> None:
    change(report)
    assert len(_problems(report)) == 1
