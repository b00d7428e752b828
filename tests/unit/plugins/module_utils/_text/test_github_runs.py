# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's documents are read as GitHub means them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import github_runs
from tests.unit.plugins.module_utils._clients.fake_github import (
    AFTER,
    BEFORE,
    COMMIT,
    OTHER,
    WORKFLOW,
    job,
    run,
    workflow,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
    ],
)
def test_documents(text: str, found: list[dict[str, Any]]) -> None:
    assert github_runs.documents(text) == found


@pytest.mark.parametrize("text", ["[1]", "<html>", '{"a": 1} oops'])
def test_what_is_no_document(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        github_runs.documents(text)


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        (WORKFLOW, True),
        ("backend-psp03d-postgres.yml", True),
        (".github/workflows/backend-psp03d-postgres.yml", True),
        ("psp03d-postgres.yml", False),
        ("Backend", False),
        ("backend-psp03d-postgres.yaml", False),
    ],
)
def test_a_workflow_by_file_or_display_name(wanted: str, *, same: bool) -> None:
    assert github_runs.is_workflow(workflow(), wanted) is same


def test_a_workflow_s_file_may_end_in_yaml() -> None:
    assert github_runs.is_workflow(workflow(path=".github/workflows/tests.yaml"), "tests.yaml")


def test_an_attempt_that_still_runs_has_no_color_whatever_it_was_before() -> None:
    assert github_runs.color({"status": "in_progress", "conclusion": "success"}) == ""


@pytest.mark.parametrize(
    ("names", "wanted", "chosen"),
    [
        (["postgres-tests"], "", [0]),
        (["postgres-tests", "lint"], "postgres-tests", [0]),
        (["postgres-tests", "lint"], "", []),
        (["lint"], "postgres-tests", []),
        (["postgres-tests", "postgres-tests"], "postgres-tests", []),
        ([], "", []),
        (["postgres-tests (15, 3.11)", "lint", "postgres-tests (16, 3.12)"], "postgres-tests", [0, 2]),
        (["postgres-tests (15)", "postgres-tests (16)"], "", []),
        (["postgres-tests (15)", "postgres-tests (16)"], "postgres-tests (16)", [1]),
        (["call / postgres-tests", "call / lint"], "postgres-tests", [0]),
        (["a / b / postgres-tests (15)", "b / postgres-tests (15)"], "postgres-tests", [0, 1]),
        (["postgres-tests (15)", "postgres-tests (15)"], "postgres-tests", []),
        (["postgres-tests-old", "old-postgres-tests", "call/postgres-tests"], "postgres-tests", []),
        (["postgres tests", "postgres-tests (15) and more"], "postgres-tests", []),
        (["a.b"], "a+b", []),
    ],
)
def test_the_required_job(names: list[str], wanted: str, chosen: list[int]) -> None:
    jobs = [job(name=name) for name in names]
    assert github_runs.select_jobs(jobs, wanted) == [jobs[index] for index in chosen]


def test_of_release_wants_commit_and_event() -> None:
    assert github_runs.is_of_release(run(), COMMIT, ["workflow_dispatch"])
    assert not github_runs.is_of_release(run(head_sha=OTHER), COMMIT, ["workflow_dispatch"])
    assert not github_runs.is_of_release(run(event="schedule"), COMMIT, ["workflow_dispatch"])


def test_the_newest_run() -> None:
    assert github_runs.newest([run(id=9, created_at=BEFORE), run(id=3, created_at=AFTER)])["id"] == 3  # type: ignore[index]
    assert github_runs.newest([]) is None


@pytest.mark.parametrize(
    ("conclusion", "color", "meaning"),
    [
        ("success", "GREEN", "it passed"),
        ("failure", "RED", "it failed"),
        ("timed_out", "RED", "time limit"),
        ("startup_failure", "RED", "could not start"),
        ("cancelled", "", "cancelled before its end"),
        ("skipped", "", "no test ran"),
        ("neutral", "", "neither passed nor failed"),
        ("action_required", "", "approval"),
        ("stale", "", "stale"),
        ("brand_new", "", "not known to mean that it passed"),
    ],
)
def test_conclusions(conclusion: str, color: str, meaning: str) -> None:
    found = job(conclusion=conclusion)
    assert github_runs.color(found) == color
    assert meaning in github_runs.meaning(found)


def test_what_has_not_ended_has_no_color() -> None:
    waiting = job(status="queued", conclusion=None)
    assert github_runs.color(waiting) == ""
    assert github_runs.meaning(waiting) == "it is still queued"


@pytest.mark.parametrize(("run", "number"), [({}, 1), ({"run_attempt": None}, 1), ({"run_attempt": 3}, 3)])
def test_a_run_that_was_never_run_again_had_one_attempt(run: dict[str, int | None], number: int) -> None:
    assert github_runs.attempt_of(run) == number
