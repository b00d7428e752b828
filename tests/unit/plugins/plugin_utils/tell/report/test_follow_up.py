# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Developers analyse what is not met; what could not be collected is put to those who run the closure."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence, Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import HELD_BACK, Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, markdown
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.follow_up import FollowUp, follow_up
from tests.unit.captured import NOW, RELEASE, captured, evidence, step
from tests.unit.reports import report

HELD = step("role_failed", outcome="failed", exit_status=None, reason=f"Open Package-1: {HELD_BACK}no token")
SET_UP = step("queue_enablement", outcome="failed", exit_status=None, reason=f"redis: {HELD_BACK}no password")
BROKEN = step("alembic_evidence_failed", outcome="failed", exit_status=None, reason="no alembic.ini")
ROLE = step("role_failed", outcome="failed", exit_status=None, reason="a task: it failed")
STOPPED = step("alembic_upgrade", outcome="timed_out", exit_status=-15, reason="stopped at its limit of 4 s")
NO_PSQL = step("describe_table", outcome="failed", exit_status=None, reason="psql was not found")
LEFT_OUT = step("alembic_downgrade", outcome="not_run", exit_status=None, reason="left out")


def criterion(said: str) -> dict[str, t.Any]:
    """Return a criterion of that result, with its reason behind a colon if it matters."""
    result, _colon, reason = said.partition(": ")
    return {"text": "c", "result": result, "reason": reason or "r", "steps": [], "detail": ""}


@pytest.mark.parametrize(
    ("steps", "criteria", "why"),
    [
        # What is not met is the release's, whatever else broke down.
        ([step("alembic_upgrade", exit_status=1)], ["not_met"], ""),
        ([step("alembic_upgrade", exit_status=1), BROKEN], ["met", "not_met", "not_proven"], ""),
        # So may be what did not end, or says nothing.
        ([STOPPED], ["not_proven"], ""),
        ([STOPPED, BROKEN], ["not_proven"], ""),
        ([step("alembic_upgrade")], ["met", "not_proven"], ""),
        ([LEFT_OUT], ["not_proven: alembic_downgrade: left out"], ""),
        # What broke down, and nothing rests on.
        ([NO_PSQL], ["not_proven"], ""),
        # What could not be collected is not.
        ([BROKEN], ["not_proven: no step x was kept; no alembic.ini", "not_proven"], "no alembic.ini"),
        ([step("alembic_heads"), ROLE], ["met", "not_proven: a task: it failed"], "a task: it failed"),
        ([ROLE, NO_PSQL], ["not_proven: describe_table: psql was not found"], "psql was not found"),
        ([], ["not_proven"], "nothing of it was kept"),
        ([step("backend_env_intent")], ["met", "not_proven"], "nothing of it was kept"),
        ([], [], "nothing of it was kept"),
        # What the preflight held back, a role reports as not met, too.
        ([HELD], ["not_proven"], HELD.reason),
        ([SET_UP], ["not_met", "not_proven"], SET_UP.reason),
    ],
)
def test_whom_a_package_s_fail_is_put_to(steps: list[Step], criteria: list[str], why: str) -> None:
    given = report(1, steps={1: steps})
    given["packages"]["package_1"]["criteria"] = [criterion(one) for one in criteria]
    asked = follow_up(given)
    assert asked == (FollowUp((), {1: why}, ()) if why else FollowUp((1,), {}, ()))


@pytest.mark.parametrize(
    ("failing", "packages", "not_collected"),
    [((), (0, 1, 2, 3), ()), ((), (1,), (0, 2, 3)), ((1,), (1, 2), (0, 3)), ((), (), (0, 1, 2, 3))],
)
def test_what_was_not_part_of_the_run_is_nobody_s_fault(
    failing: tuple[int, ...], packages: tuple[int, ...], not_collected: tuple[int, ...]
) -> None:
    assert follow_up(report(*failing, packages=packages)) == FollowUp(failing, {}, not_collected)


UPGRADE = captured("alembic_upgrade", "alembic/upgrade_duplicate_table")


@pytest.mark.parametrize(("steps", "analysed"), [([HELD], False), ([UPGRADE], True), ([], False)])
def test_so_it_is_with_the_judge_s_own_criteria(steps: list[Step], analysed: bool) -> None:
    kept: dict[int, tuple[Evidence, dict[str, t.Any]]] = {
        1: (evidence(1, steps), {"table": "reconciliation_findings", "columns": ["provider"]})
    }
    built = document.build(Attempt("/evidence/x", NOW, RELEASE), kept, NOW)
    asked = follow_up(built)
    assert (asked.analyse, bool(asked.collect_again)) == ((1,) if analysed else (), not analysed)
    head = markdown.sections(built)[0]
    assert ("root-cause analysis" in head) == analysed
    assert "Not collected in this run: Package-0 and Package-2 and Package-3." in head


def test_each_is_said_in_a_sentence_of_its_own() -> None:
    assert FollowUp((0, 2), {1: "no token."}, (3,)).sentences == [
        "The root-cause analysis of Package-0 and Package-2 goes on in this ticket.",
        "Package-1 could not be collected: no token. Correct that, and run the closure again.",
        "Not collected in this run: Package-3. The gate requires all four in one run.",
    ]
