# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is meant is said before it is sent; what was meant before is looked for, and never sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import ci_run_dispatch
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from tests.unit.plugins.module_utils._clients.fake_github import (
    COMMIT,
    DISPATCHES,
    OTHER,
    REPOSITORY,
    RUNS,
    TOKEN,
    FakeGitHub,
    QuickDeadline,
    Reply,
    dispatching,
    intent,
    ready,
    run,
    runs,
    serve,
)

MARKER = "20261124T025200.1Z"
LATER = "Tue, 24 Nov 2026 05:00:00 GMT"
MUCH_LATER = "2026-11-24T04:59:00Z"
ANSWERED = {"exit_status": 200, "stdout": json.dumps({"workflow_run_id": 42, "html_url": "https://x/42"})}
INTENT = intent()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Return a repository whose main branch is at the release's commit."""
    monkeypatch.setattr(ci_run_dispatch, "Deadline", QuickDeadline)
    QuickDeadline.pauses = []
    with serve() as server:
        ready(server)
        yield server


def start(fake: FakeGitHub, stage: str, **params: Any) -> Collector:
    inputs = {"suite": "all", "api_token": "not-a-secret-of-ours"}
    return dispatching(fake, **{"inputs": inputs, "stage": stage, **params})


def look(fake: FakeGitHub, *replies: Reply, **params: Any) -> Collector:
    fake.on("GET", RUNS, *replies)
    return start(fake, "look", **{"intent": INTENT, **params})


def failure(started: Collector) -> str:
    with pytest.raises(CollectError) as raised:
        ci_run_dispatch.collect(started)
    return str(raised.value)


def test_what_is_meant_is_said_and_not_sent(fake: FakeGitHub) -> None:
    started = start(fake, "intend", marker=MARKER, marker_input="marker")
    assert ci_run_dispatch.collect(started) == {"changed": False}
    assert fake.asked("POST", DISPATCHES) == []
    meant = started.steps[-1]
    assert [step.name for step in started.steps][-2:] == ["ci_runs_before", "ci_dispatch_intent"]
    said = json.loads(meant.stdout)
    assert said == intent(marker=MARKER, written=said["written"])
    assert meant.command.startswith(f"POST {fake.url}{DISPATCHES} ")
    assert MARKER in meant.command
    assert TOKEN not in str(meant)


def test_a_marker_that_nobody_gave_is_of_this_intent_alone(fake: FakeGitHub) -> None:
    markers = set()
    for _number in range(2):
        started = start(fake, "intend", marker_input="marker")
        ci_run_dispatch.collect(started)
        markers.add(json.loads(started.steps[-1].stdout)["marker"])
    assert len(markers) == 2
    assert "" not in markers


@pytest.mark.parametrize("stage", ["intend", "whole"])
def test_what_bears_the_marker_already_is_not_meant_again(fake: FakeGitHub, stage: str) -> None:
    fake.on("GET", RUNS, runs(run(id=40, display_title=f"tests {MARKER}")))
    started = start(fake, stage, marker=MARKER, marker_input="marker")
    assert ci_run_dispatch.collect(started)["run_id"] == 40
    assert [step.name for step in started.steps][-1] == "ci_runs_before"
    assert fake.asked("POST", DISPATCHES) == []


def test_what_was_meant_is_sent_and_nothing_else_asked(fake: FakeGitHub) -> None:
    started = start(fake, "send", intent=intent(marker=MARKER), marker="other", marker_input="marker")
    assert ci_run_dispatch.collect(started)["run_id"] == 42
    assert [step.name for step in started.steps] == ["ci_dispatch"]
    (sent,) = fake.requests
    inputs = {"suite": "all", "api_token": "not-a-secret-of-ours", "marker": MARKER}
    assert sent.body == {"ref": "main", "inputs": inputs, "return_run_details": True}


def test_the_runs_known_when_it_was_meant_are_none_of_it(fake: FakeGitHub) -> None:
    fake.on("POST", DISPATCHES, Reply(204))
    fake.on("GET", RUNS, runs(run(id=41)), runs(run(id=41), run(id=43)))
    assert ci_run_dispatch.collect(start(fake, "send", intent=INTENT))["run_id"] == 43


def test_an_answer_that_was_kept_is_the_run(fake: FakeGitHub) -> None:
    found = ci_run_dispatch.collect(look(fake, runs(run(id=43)), answer=ANSWERED))
    assert found == {"changed": False, "run_id": 42, "html_url": "https://x/42"}
    assert fake.requests == []


@pytest.mark.parametrize(
    ("replies", "meant", "answer"),
    [
        ([runs(run())], {}, None),
        ([runs(), runs(run())], {}, {"exit_status": 204, "stdout": ""}),
        ([runs(), runs(run())], {}, {"exit_status": 502, "stdout": "bad gateway"}),
        ([runs(), runs(run())], {}, {"exit_status": 200, "stdout": '{"workflow_run'}),
        ([runs(), runs(run())], {}, {"exit_status": None, "stdout": ""}),
        ([runs(run(id=43), run(display_title=f"tests {MARKER}"))], {"marker": MARKER}, None),
        (
            [runs(run(display_title=f"tests {MARKER}", created_at=MUCH_LATER))],
            {"marker": MARKER, "moment": ""},
            None,
        ),
        ([runs(run(), run(id=43, created_at=MUCH_LATER), run(id=41))], {}, None),
    ],
)
def test_what_was_sent_before_is_found(
    fake: FakeGitHub, replies: list[Reply], meant: dict[str, Any], answer: dict[str, Any] | None
) -> None:
    started = look(fake, *replies, intent=intent(**meant), answer=answer)
    assert (ci_run_dispatch.collect(started)["run_id"], fake.asked("POST", DISPATCHES)) == (42, [])
    assert [step.name for step in started.steps] == ["ci_runs"]


@pytest.mark.parametrize(
    "others",
    [
        [],
        [run(id=43, created_at=MUCH_LATER)],
        [run(id=43, event="push")],
        [run(id=43, head_sha=OTHER)],
        [run(id=41)],
    ],
    ids=["none", "much later", "another event", "another commit", "known before"],
)
def test_where_it_is_unclear_whether_it_was_sent_it_is_not_sent_again(
    fake: FakeGitHub, others: list[dict[str, Any]]
) -> None:
    started = look(fake, runs(*others))
    said = failure(started)
    assert "this attempt meant to dispatch at 2026-11-24T02:52:01.000Z, and no run of that dispatch" in said
    assert "not sent again; begin a new attempt, which dispatches anew, or find the commit's run" in said
    assert fake.asked("POST", DISPATCHES) == []
    assert [step.name for step in started.steps] == ["ci_runs"]
    assert sum(QuickDeadline.pauses) > 55


def test_what_can_no_longer_appear_is_not_waited_for(fake: FakeGitHub) -> None:
    fake.date = LATER
    assert "it is unclear whether it was sent" in failure(look(fake, runs()))
    assert QuickDeadline.pauses == [1, 1]


def test_a_dispatch_that_was_refused_is_not_repeated_either(fake: FakeGitHub) -> None:
    refused = {"exit_status": 422, "stdout": json.dumps({"message": "No ref found for: main"})}
    said = failure(look(fake, runs(), answer=refused))
    assert "GitHub refused this attempt's dispatch with 422 (No ref found for: main)" in said
    assert fake.requests == []


def test_several_runs_that_may_be_it_are_none(fake: FakeGitHub) -> None:
    assert "42, 43 may all be it" in failure(look(fake, runs(run(), run(id=43))))


def test_a_server_that_refuses_to_show_its_runs(fake: FakeGitHub) -> None:
    said = failure(look(fake, Reply(401, {"message": "Bad credentials"})))
    assert "GitHub does not take the token" in said
    assert QuickDeadline.pauses == [1]


@pytest.mark.parametrize(
    ("meant", "sentence"),
    [
        ({}, "the intent to dispatch that was kept cannot be read: KeyError('workflow')"),
        (intent(commit=OTHER), f"meant to dispatch for {OTHER}, not for {COMMIT}: begin a new one"),
    ],
)
@pytest.mark.parametrize("stage", ["send", "look"])
def test_an_intent_that_is_not_this_one(
    fake: FakeGitHub, stage: str, meant: dict[str, Any], sentence: str
) -> None:
    assert sentence in failure(start(fake, stage, intent=meant))
    assert fake.requests == []


def test_finding_has_nothing_to_do_with_what_was_meant(fake: FakeGitHub) -> None:
    fake.on("GET", f"{REPOSITORY}/commits/{COMMIT}", Reply(body={"sha": COMMIT}))
    found = run(id=50, event="pull_request")
    assert ci_run_dispatch.collect(look(fake, runs(found), mode="find"))["run_id"] == 50
