# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is killed, and whenever: in one attempt of a release the workflow is dispatched once."""

from __future__ import annotations

import os
import signal
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence, utc_now
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import package_0
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import FAIL, PASS, Verdict
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.integration import ci_role
from tests.integration.ci_role import RELEASE
from tests.integration.ci_served import AFTER, BEFORE, Api, ci_api

ROLE = [("package_0_ci", "main")]
LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Api]:
    with ci_api(tmp_path_factory.mktemp("ci")) as api:
        yield api


@pytest.fixture
def api(server: Api) -> t.Iterator[Api]:
    """Return the CI API, with nothing wrong; what goes to and fro is held to GitHub's contract."""
    server.faults()
    server.tests("print('48 passed in 0.10s')")
    server.front.reset()
    yield server
    assert server.held.violations == []


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return opened(tmp_path)


def opened(folder: Path) -> locker.Attempt:
    """Begin an attempt now: its name tells its run from those of all others."""
    return locker.open_attempt(str(folder / "locker"), RELEASE, utc_now())


def argv(api: Api, folder: Path, attempt: locker.Attempt, **variables: t.Any) -> list[str]:
    return ci_role.command(api, folder, ROLE, facts={"rc_closure_attempt": attempt.as_dict()}, **variables)


def killed_while_it_waits(api: Api, command: list[str]) -> None:
    """Run until the dispatch waits for its answer, and kill everything."""
    with ci_role.start(command) as process:
        try:
            assert api.front.waiting.wait(LIMIT_SECONDS), "no dispatch arrived"
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def evidence(attempt: locker.Attempt) -> Evidence:
    return locker.load(attempt)[0][0]


def verdict(attempt: locker.Attempt) -> Verdict:
    return package_0.judge(*locker.load(attempt)[0])


def names(attempt: locker.Attempt) -> list[str]:
    return [step.name for step in evidence(attempt).steps]


MARKED: dict[str, t.Any] = {"package_0_ci_marker_input": "marker"}


@pytest.mark.parametrize("variables", [MARKED, {}], ids=["with a marker", "without"])
def test_killed_before_the_answer_and_run_again(
    api: Api, tmp_path: Path, attempt: locker.Attempt, variables: dict[str, t.Any]
) -> None:
    api.front.cut = AFTER
    command = argv(api, tmp_path, attempt, **variables)
    killed_while_it_waits(api, command)
    assert names(attempt)[-1] == "ci_dispatch_intent"
    ci_role.run(command)
    assert api.front.dispatches == 1
    assert "ci_dispatch" not in names(attempt)
    assert verdict(attempt).status == PASS
    identity = next(found for found in verdict(attempt).criteria if found.id == "ci_run_identity")
    assert "came with the dispatch" in identity.reason
    assert identity.steps == ("ci_dispatch_intent", "ci_run")


def test_killed_before_it_arrived_and_run_again(api: Api, tmp_path: Path, attempt: locker.Attempt) -> None:
    api.front.cut = BEFORE
    command = argv(api, tmp_path, attempt, **MARKED, dispatch_limit=4)
    killed_while_it_waits(api, command)
    ci_role.run(command)
    assert api.front.dispatches == 1
    assert verdict(attempt).status == FAIL
    assert "no step ci_run was kept; this attempt meant to dispatch at" in verdict(attempt).note
    assert "it is not sent again; begin a new attempt" in verdict(attempt).note

    another = opened(tmp_path)
    ci_role.run(argv(api, tmp_path, another, **MARKED))
    assert (api.front.dispatches, verdict(another).status) == (2, PASS)


@pytest.mark.parametrize("cut", [AFTER, BEFORE])
def test_an_answer_that_breaks_off(api: Api, tmp_path: Path, attempt: locker.Attempt, cut: str) -> None:
    api.front.cut, api.front.broken = cut, True
    ci_role.run(argv(api, tmp_path, attempt, **MARKED, dispatch_limit=4))
    assert api.front.dispatches == 1
    assert verdict(attempt).status == (PASS if cut == AFTER else FAIL)


@pytest.mark.parametrize("answer", ["", "ignored"], ids=["named by the server", "found"])
def test_the_second_run_of_an_attempt_finds_the_same_run(
    api: Api, tmp_path: Path, attempt: locker.Attempt, answer: str
) -> None:
    api.faults(run_details=answer)
    command = argv(api, tmp_path, attempt)
    ci_role.run(command)
    first = evidence(attempt).get("ci_run")
    ci_role.run(command)
    again = evidence(attempt).get("ci_run")
    assert api.front.dispatches == 1
    assert first is not None
    assert again is not None
    assert (first.command, verdict(attempt).status) == (again.command, PASS)
    assert names(attempt).count("ci_dispatch_intent") == 1


def test_a_refused_dispatch_is_not_repeated_and_the_run_may_be_found(
    api: Api, tmp_path: Path, attempt: locker.Attempt
) -> None:
    wrong = argv(api, tmp_path, attempt, package_0_ci_inputs={"suite": "all"})
    for _number in range(2):
        ci_role.run(wrong)
    assert api.front.dispatches == 1
    assert "the workflow does not declare these inputs" in verdict(attempt).note
    assert "GitHub refused this attempt's dispatch with 422" in evidence(attempt).steps[-1].reason

    api.post("/actions/workflows/backend-psp03d-postgres.yml/dispatches", {"ref": "main"})
    ci_role.run(argv(api, tmp_path, attempt, package_0_ci_mode="find"))
    assert verdict(attempt).status == PASS


def test_check_mode_means_nothing(api: Api, tmp_path: Path) -> None:
    ci_role.run([*ci_role.command(api, tmp_path, [("package_0_ci", "dispatch")]), "--check"])
    assert api.front.dispatches == 0
    assert not (tmp_path / "locker").exists()
