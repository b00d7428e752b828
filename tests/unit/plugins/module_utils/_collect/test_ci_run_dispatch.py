# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is dispatched once or found, is never another one, and what stands in the way is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import ci_run_dispatch
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from tests.unit.plugins.module_utils._clients.fake_github import (
    AFTER,
    BEFORE,
    COMMIT,
    DISPATCHES,
    OTHER,
    REPOSITORY,
    RUNS,
    WORKFLOW,
    WORKFLOWS,
    FakeGitHub,
    QuickDeadline,
    Reply,
    dispatching,
    ready,
    run,
    runs,
    serve,
    workflow,
)

NO_DETAILS = Reply(204)
OLD = run(id=41, created_at=BEFORE)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Return a repository whose main branch is at the release's commit."""
    monkeypatch.setattr(ci_run_dispatch, "Deadline", QuickDeadline)
    with serve() as server:
        ready(server)
        yield server


def names(started: Collector) -> list[str]:
    return [step.name for step in started.steps]


def failure(started: Collector) -> str:
    with pytest.raises(CollectError) as raised:
        ci_run_dispatch.collect(started)
    return str(raised.value)


def test_a_dispatch_that_is_answered_with_its_run(fake: FakeGitHub) -> None:
    started = dispatching(fake, inputs={"suite": "all"})
    assert ci_run_dispatch.collect(started) == {
        "changed": True,
        "run_id": 42,
        "html_url": "https://github.com/psp/backend/actions/runs/42",
    }
    assert names(started) == [
        "ci_workflow",
        "ci_repository",
        "ci_commit",
        "ci_runs_before",
        "ci_dispatch_intent",
        "ci_dispatch",
    ]
    sent = fake.asked("POST", DISPATCHES)
    assert [request.body for request in sent] == [
        {"ref": "main", "inputs": {"suite": "all"}, "return_run_details": True}
    ]
    assert fake.asked("GET", RUNS)[0].query["head_sha"] == COMMIT


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(400, {"message": "Invalid request."}),
        Reply(422, {"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'}),
    ],
)
def test_a_server_that_does_not_know_the_field(fake: FakeGitHub, refusal: Reply) -> None:
    fake.on("POST", DISPATCHES, refusal, NO_DETAILS)
    fake.on("GET", RUNS, runs(OLD), runs(OLD), runs(run(), OLD))
    started = dispatching(fake)
    assert ci_run_dispatch.collect(started)["run_id"] == 42
    assert names(started)[-3:] == ["ci_dispatch_refused", "ci_dispatch", "ci_runs"]
    assert [request.body for request in fake.asked("POST", DISPATCHES)][1] == {"ref": "main", "inputs": {}}


@pytest.mark.parametrize(
    "others",
    [
        [run(id=43, head_sha=OTHER)],
        [run(id=43, event="push")],
        [run(id=43, created_at=BEFORE)],
        [run(id=41, created_at=AFTER)],
    ],
    ids=["another commit", "another event", "older", "known before"],
)
def test_no_other_run_is_ever_taken(fake: FakeGitHub, others: list[dict[str, Any]]) -> None:
    fake.on("POST", DISPATCHES, NO_DETAILS)
    fake.on("GET", RUNS, runs(OLD), runs(OLD, *others))
    assert "no run of it appeared within 60 s; it is not sent again" in failure(dispatching(fake))
    assert len(fake.asked("POST", DISPATCHES)) == 1


def test_of_two_runs_that_may_be_it_none_is_taken(fake: FakeGitHub) -> None:
    fake.on("POST", DISPATCHES, NO_DETAILS)
    fake.on("GET", RUNS, runs(), runs(run()), runs(run(), run(id=43)))
    started = dispatching(fake)
    assert "42, 43 may all be it" in failure(started)
    assert names(started)[-1] == "ci_runs"


def test_a_marker_tells_the_run_from_all_others(fake: FakeGitHub) -> None:
    fake.on("POST", DISPATCHES, NO_DETAILS)
    mine = run(id=43, display_title="Postgres tests 20261124T025200Z")
    fake.on("GET", RUNS, runs(), runs(run(), mine))
    started = dispatching(fake, marker="20261124T025200Z", marker_input="marker")
    assert ci_run_dispatch.collect(started)["run_id"] == 43
    assert fake.asked("POST", DISPATCHES)[0].body["inputs"] == {"marker": "20261124T025200Z"}


def test_what_was_dispatched_before_is_taken_up_and_not_sent_twice(fake: FakeGitHub) -> None:
    fake.on("GET", RUNS, runs(run(id=40, display_title="tests 20261124T025200Z"), run(id=41)))
    result = ci_run_dispatch.collect(dispatching(fake, marker="20261124T025200Z"))
    assert (result["run_id"], result["changed"]) == (40, False)
    assert fake.asked("POST", DISPATCHES) == []


@pytest.mark.parametrize("lost", [Reply(502, "bad gateway"), Reply(200, {"workflow_run_id": 42}, cut=True)])
def test_a_dispatch_whose_answer_was_lost_is_looked_for(fake: FakeGitHub, lost: Reply) -> None:
    fake.on("POST", DISPATCHES, lost)
    fake.on("GET", RUNS, runs(OLD), runs(OLD, run()))
    assert ci_run_dispatch.collect(dispatching(fake))["run_id"] == 42
    assert len(fake.asked("POST", DISPATCHES)) == 1


def test_check_mode_dispatches_nothing_and_says_what_it_would(fake: FakeGitHub) -> None:
    started = dispatching(fake, check_mode=True)
    assert ci_run_dispatch.collect(started) == {"changed": True}
    assert fake.asked("POST", DISPATCHES) == []
    preview = started.steps[-1]
    assert (preview.name, preview.outcome, preview.exit_status) == ("ci_dispatch", "not_run", None)
    assert preview.command.startswith(f"POST {fake.url}{DISPATCHES} ")
    assert '"ref": "main"' in preview.command


def test_a_ref_that_is_at_another_commit_is_not_dispatched(fake: FakeGitHub) -> None:
    fake.on("GET", f"{REPOSITORY}/commits/release%2F1", Reply(body={"sha": OTHER}))
    assert f"release/1 is at {OTHER}, not at the release's commit {COMMIT}" in failure(
        dispatching(fake, ref="release/1")
    )
    assert fake.asked("POST", DISPATCHES) == []


@pytest.mark.parametrize(
    ("workflows", "wanted", "sentence"),
    [
        ([], WORKFLOW, f"psp/backend has no workflow '{WORKFLOW}'; it has none"),
        ([workflow(name="Lint")], WORKFLOW, "it has 'Lint'"),
        ([workflow(state="disabled_manually")], WORKFLOW, "is disabled_manually: enable it"),
        ([workflow(), workflow(id=8, path=".github/workflows/b.yml")], WORKFLOW, "name it by its file"),
    ],
)
def test_a_workflow_that_is_not_one(
    fake: FakeGitHub, workflows: list[dict[str, Any]], wanted: str, sentence: str
) -> None:
    fake.on("GET", WORKFLOWS, Reply(body={"workflows": workflows}))
    assert sentence in failure(dispatching(fake, workflow=wanted))


def test_an_archived_repository(fake: FakeGitHub) -> None:
    fake.on("GET", REPOSITORY, Reply(body={"default_branch": "main", "archived": True}))
    assert "psp/backend is archived" in failure(dispatching(fake))


def test_a_refused_dispatch_is_kept_and_explained(fake: FakeGitHub) -> None:
    fake.on("POST", DISPATCHES, Reply(422, {"message": "Workflow does not have 'workflow_dispatch' trigger"}))
    started = dispatching(fake)
    assert "no workflow_dispatch trigger" in failure(started)
    assert (started.steps[-1].name, started.steps[-1].exit_status) == ("ci_dispatch", 422)


def test_the_newest_run_of_the_commit_is_found(fake: FakeGitHub) -> None:
    pull_request = run(id=50, event="pull_request", created_at=AFTER)
    fake.on(
        "GET", RUNS, runs(), runs(pull_request, run(id=60, event="schedule"), run(id=51, head_sha=OTHER), OLD)
    )
    started = dispatching(fake, mode="find")
    result = ci_run_dispatch.collect(started)
    assert (result["run_id"], result["changed"]) == (50, False)
    assert names(started) == ["ci_workflow", "ci_commit", "ci_runs"]
    assert fake.asked("POST", DISPATCHES) == []


def test_no_run_of_the_commit(fake: FakeGitHub) -> None:
    fake.on("GET", RUNS, runs())
    started = dispatching(fake, mode="find", events=["pull_request"], limit=5)
    assert f"no run of '{WORKFLOW}' for {COMMIT}, started by pull_request, appeared within 5 s" in failure(
        started
    )
    assert names(started)[-1] == "ci_runs"


def test_a_commit_that_is_not_there(fake: FakeGitHub) -> None:
    fake.on(
        "GET", f"{REPOSITORY}/commits/{OTHER}", Reply(422, {"message": f"No commit found for SHA: {OTHER}"})
    )
    assert "the repository has no such commit" in failure(dispatching(fake, mode="find", commit=OTHER))
