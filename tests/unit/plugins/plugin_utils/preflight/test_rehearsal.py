# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode shows what would be run and the migrations' SQL, and what would fail."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names as steps
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from ansible_collections.psp.rc_closure.plugins.module_utils._core.steps import Started
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import rehearsal

SQL = "BEGIN;\n\nALTER TABLE x ADD UNIQUE (a);\n\nCOMMIT;\n"
LEFT_OUT = "check mode: nothing is changed"
ARGUMENTS = "usage: alembic\nalembic: error: unrecognized arguments: --nope\n"


def ended(step: StepName, stdout: str = "", stderr: str = "", status: int = 0) -> Step:
    return Started(step, f"alembic {step}").ended(stdout, stderr, exit_status=status)


def test_what_would_be_run_and_the_sql_are_shown() -> None:
    upgrade = Started(steps.ALEMBIC_UPGRADE, "alembic upgrade head")
    taken = [
        ended(steps.ALEMBIC_CURRENT, "0004_x\n"),
        ended(steps.ALEMBIC_UPGRADE_PREVIEW, SQL),
        upgrade.not_run(LEFT_OUT),
    ]
    assert rehearsal.lines("backend", taken) == [
        "backend: alembic alembic_upgrade_preview",
        "    BEGIN;",
        "",
        "    ALTER TABLE x ADD UNIQUE (a);",
        "",
        "    COMMIT;",
        "backend would run: alembic upgrade head",
    ]


def test_what_several_steps_are_read_from_is_shown_once() -> None:
    taken = [Started(step, "GET /runs/{id}") for step in (steps.RECON_LIFECYCLE, steps.RECON_GET)]
    shown = rehearsal.lines("api", [one.not_run(LEFT_OUT) for one in taken])
    assert shown == ["api would run: GET /runs/{id}"]


def test_what_is_left_out_for_another_reason_is_not_shown() -> None:
    assert rehearsal.lines("x", [Started(steps.RECON_GET, "GET").not_run("the POST gave no run id")]) == []


@pytest.mark.parametrize("step", [steps.ALEMBIC_CURRENT, steps.ALEMBIC_HEADS, steps.ALEMBIC_HISTORY])
def test_alembic_that_fails_would_fail(step: StepName) -> None:
    said = "alembic: error: unrecognized arguments: --nope"
    failed = ended(step, stderr=ARGUMENTS, status=2)
    assert rehearsal.problems("alembic_evidence", [failed]) == [f"alembic {step} ended with 2: {said}"]
    silent = ended(step, status=1)
    assert rehearsal.problems("alembic_evidence", [silent])[0].endswith("ended with 1: it wrote no error")
    assert rehearsal.problems("alembic_evidence", [ended(step)]) == []


def test_sql_that_cannot_be_shown_is_no_failure() -> None:
    guarded = ended(steps.ALEMBIC_UPGRADE_PREVIEW, stderr="sqlalchemy.exc.NoInspectionAvailable", status=1)
    assert rehearsal.problems("alembic_evidence", [guarded]) == []
    assert rehearsal.lines("backend", [guarded])[1] == "    its SQL cannot be shown beforehand"


@pytest.mark.parametrize(("module", "problems"), [("redis_evidence", 0), ("webhook_401_evidence", 1)])
def test_what_the_run_sets_up_itself_may_not_answer_yet(module: str, problems: int) -> None:
    refused = Started(steps.REDIS_PING, "PING").failed("127.0.0.1:6379 refused the connection")
    assert len(rehearsal.problems(module, [refused])) == problems
