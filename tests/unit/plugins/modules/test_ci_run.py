# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two CI modules take their options, hand back their steps, and show no token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import ci_run_dispatch, ci_run_evidence
from tests.unit.plugins.module_utils._clients.fake_github import (
    COMMIT,
    DISPATCHES,
    REPOSITORY,
    RUNS,
    TOKEN,
    WORKFLOW,
    WORKFLOWS,
    FakeGitHub,
    Reply,
    job,
    run,
    runs,
    serve,
    workflow,
)


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with serve() as server:
        server.on("GET", WORKFLOWS, Reply(body={"workflows": [workflow()]}))
        server.on("GET", f"{REPOSITORY}/commits/main", Reply(body={"sha": COMMIT}))
        server.on("GET", RUNS, runs())
        server.on("POST", DISPATCHES, Reply(200, {"workflow_run_id": 42, "html_url": "https://x/42"}))
        server.on("GET", f"{REPOSITORY}/actions/runs/42", Reply(body=run()))
        server.on("GET", f"{REPOSITORY}/actions/runs/42/jobs", Reply(body={"jobs": [job()]}))
        server.on(
            "GET", f"{REPOSITORY}/actions/jobs/99/logs", Reply(302, headers={"Location": "/_storage/99"})
        )
        server.on("GET", "/_storage/99", Reply(body="hello\n"))
        yield server


def call(
    main: Callable[[], None], capsys: pytest.CaptureFixture[str], **options: Any
) -> tuple[int, dict[str, Any]]:
    """Run a module and return its exit status and its result."""
    with patch_module_args({"repository": "psp/backend", **options}), pytest.raises(SystemExit) as ended:
        main()
    output = capsys.readouterr().out
    assert TOKEN not in output
    return int(str(ended.value.code)), json.loads(output)


DISPATCH = {"workflow": WORKFLOW, "commit": COMMIT, "ref": "main", "token": TOKEN}


def test_dispatch(fake: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    status, result = call(ci_run_dispatch.main, capsys, url=fake.url, **DISPATCH)
    assert status == 0
    assert (result["changed"], result["run_id"], result["html_url"]) == (True, 42, "https://x/42")
    assert [step["name"] for step in result["steps"]][-1] == "ci_dispatch"


def test_dispatch_in_check_mode(fake: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    options = {**DISPATCH, "_ansible_check_mode": True}
    status, result = call(ci_run_dispatch.main, capsys, url=fake.url, **options)
    assert (status, result["changed"], result.get("run_id")) == (0, True, None)
    assert fake.asked("POST", DISPATCHES) == []


def test_dispatch_that_fails_hands_back_its_steps(
    fake: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.on("GET", WORKFLOWS, Reply(401, {"message": "Bad credentials"}))
    status, result = call(ci_run_dispatch.main, capsys, url=fake.url, **DISPATCH)
    assert status == 1
    assert "GitHub does not take the token" in result["msg"]
    assert [(step["name"], step["exit_status"]) for step in result["steps"]] == [("ci_workflow", 401)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({**DISPATCH, "mode": "guess"}, "value of mode must be one of: dispatch, find"),
        ({**DISPATCH, "commit": None}, "missing required arguments: commit"),
        ({**DISPATCH, "token": "short"}, "token has fewer than 8 characters"),
        (
            {**DISPATCH, "token": None, "token_file": "/nowhere/token"},
            "the token_file /nowhere/token cannot be read",
        ),
    ],
)
def test_options_that_are_wrong(
    options: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {name: value for name, value in options.items() if value is not None}
    status, result = call(ci_run_dispatch.main, capsys, **given)
    assert status == 1
    assert message in result["msg"]


def test_evidence(fake: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    status, result = call(ci_run_evidence.main, capsys, url=fake.url, run_id=42, token=TOKEN)
    assert status == 0
    assert (result["changed"], result["conclusion"], result["job_conclusion"]) == (
        False,
        "success",
        "success",
    )
    assert [step["name"] for step in result["steps"]] == ["ci_run", "ci_jobs", "ci_job_log"]
    assert result["steps"][-1]["stdout"] == "hello\n"
