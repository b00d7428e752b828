# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision to reset or to stamp: complete or refused, kept as a step, and no reason for a PASS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import package_1
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown, migration_decision
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.migration_decision import (
    Choice,
)
from tests.unit.captured import NOW, captured, evidence
from tests.unit.reports import report

POLICY = {
    "table": "reconciliation_findings",
    "columns": ["provider", "provider_event_id", "finding_type"],
}
STAMP = Choice("stamp", "A. Operator", "The table is that of the trial run.")
STEP = replace(migration_decision.step(STAMP), host="controller", started=NOW, ended=NOW)


@pytest.mark.parametrize(
    ("texts", "choice"),
    [
        (("", "", ""), None),
        ((None, None, None), None),
        (("reset", "A. Operator", "It is\n empty."), Choice("reset", "A. Operator", "It is empty.")),
        (("stamp", STAMP.by, STAMP.reason), STAMP),
    ],
)
def test_a_decision_is_read(texts: tuple[str, str, str], choice: Choice | None) -> None:
    assert migration_decision.given(*texts) == choice


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("drop", "me", "so"), "rc_closure_decision is 'drop', not reset or stamp"),
        (("reset", " ", "so"), "rc_closure_decision_by is missing: a decision to reset requires it"),
        (("stamp", "me", None), "rc_closure_decision_reason is missing: a decision to stamp"),
        (
            ("", "me", ""),
            "rc_closure_decision_by is given, and rc_closure_decision is missing",
        ),
        (("", "", "so"), "rc_closure_decision_reason is given"),
    ],
)
def test_an_incomplete_one_is_refused(texts: tuple[str, str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        migration_decision.given(*texts)


def test_the_last_decision_kept_is_the_one() -> None:
    reset = migration_decision.step(Choice("reset", "B: Lead", "decision: no, it is not"))
    found = migration_decision.kept((STEP, reset))
    assert found == Choice("reset", "B: Lead", "decision: no, it is not", reset.started)
    assert migration_decision.kept([]) is None


def _steps(upgrade: str, current: str) -> list[Step]:
    return [
        captured("alembic_current", "alembic/current_behind"),
        captured("alembic_heads", "alembic/heads"),
        captured("alembic_history", "alembic/history"),
        captured("alembic_upgrade", f"alembic/{upgrade}"),
        captured("alembic_current_after", f"alembic/{current}"),
        captured("describe_table", "psql/describe_table_head"),
        captured("unique_constraints", "psql/unique_constraints_head"),
    ]


@pytest.mark.parametrize(
    ("upgrade", "current"),
    [
        ("upgrade_duplicate_table", "current_after_duplicate_table"),
        # Stamped by hand, as decided: nothing ran, and that the schema is the migrations' is to be shown.
        ("upgrade_head_after_stamp", "current_after_stamp"),
    ],
)
@pytest.mark.parametrize("what", migration_decision.DECISIONS)
def test_a_decision_turns_nothing_into_a_pass(upgrade: str, current: str, what: str) -> None:
    steps = _steps(upgrade, current)
    decided = migration_decision.step(Choice(what, "A. Operator", "It is to pass."))
    before = package_1.judge(evidence(1, steps), POLICY)
    after = package_1.judge(evidence(1, [*steps, decided]), POLICY)
    assert before.status == "FAIL"
    assert after == before


def test_the_report_shows_the_decision_beside_the_verdict_and_as_evidence() -> None:
    text = markdown.render(report(1, steps={1: [STEP]}))
    assert "### Reset or stamp" in text
    assert f"Decided: stamp, by A. Operator, recorded {NOW}: The table is that of the trial run." in text
    assert "That decision turns nothing into PASS" in text
    assert "decision: stamp\ndecided by: A. Operator\nbecause: The table is that of the trial run.\n" in text
