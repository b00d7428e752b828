# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-0 against the twin's CI API: dispatched, waited for, collected and judged, whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import ci_run_dispatch, ci_run_evidence
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import github_log, package_0
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import FAIL, PASS, Criterion, Verdict
from tests.integration import ci_role
from tests.integration.ci_role import RELEASE
from tests.integration.ci_served import COMMIT, ENTERPRISE, TOKEN, Api, ci_api
from tests.unit.plugins.module_utils._clients.fake_github import DISPATCH, OTHER, WORKFLOW

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "unit" / "fixtures" / "github_log"
POLICY = {
    "repository": "psp/backend",
    "workflow": WORKFLOW,
    "job": "postgres-tests",
    "mode": "dispatch",
    "events": ["pull_request", "push", "workflow_dispatch"],
    "rerun": True,
    "run": "ended",
    "summary": "",
}


def failed_output() -> str:
    """Return what pytest printed of tests that failed, as it stands between GitHub's own lines."""
    lines = github_log.clean((FIXTURES / "pytest_assertion.log").read_text("utf-8"))
    section = next(found for found in github_log.sections(lines) if "pytest" in found.name)
    ended = [number for number, text in enumerate(section.texts) if text.startswith("##[e")]
    return "\n".join(section.texts[ended[0] + 1 : ended[1]])


PASSES = "import sys; print('48 passed in 0.10s')"
FAILS = f"import sys; print({failed_output()!r}); sys.exit(1)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serve the CI API once for all tests."""
    with ci_api(tmp_path_factory.mktemp("ci")) as api:
        yield api


@pytest.fixture
def api(server: Api) -> Iterator[Api]:
    """Return the CI API, with nothing wrong; what goes to and fro is held to GitHub's contract."""
    server.faults()
    server.tests(PASSES)
    server.front.reset()
    server.held.exchanges.clear()
    server.held.violations.clear()
    yield server
    assert server.held.violations == []


def options(api: Api, **more: Any) -> dict[str, Any]:
    token_file = str(api.home / "secrets" / "ci_token")
    common = {
        "url": api.url,
        "repository": "psp/backend",
        "token": None,
        "token_file": token_file,
        "ca_file": None,
    }
    return {**common, **more}


def dispatched(api: Api, *, check_mode: bool = False, **more: Any) -> Collector:
    """Return the collector that is to dispatch."""
    given = options(api, **{**DISPATCH, "limit": 20, **more})
    return Collector(given, check_mode=check_mode, secrets={})


def waited(api: Api, run_id: int, **more: Any) -> Collector:
    """Return the collector that is to wait for the run."""
    defaults = {"run_id": run_id, "job": POLICY["job"], "limit": 30, "interval": 0.1}
    return Collector(options(api, **{**defaults, **more}), check_mode=False, secrets={})


def closed(api: Api, *, limit: float = 30, **more: Any) -> Verdict:
    """Dispatch, wait, and judge."""
    first = dispatched(api, **more)
    run_id = ci_run_dispatch.collect(first)["run_id"]
    second = waited(api, run_id, limit=limit, url=more.get("url", api.url))
    ci_run_evidence.collect(second)
    steps = (*first.steps, *second.steps)
    assert TOKEN not in str(steps)
    return package_0.judge(Evidence(0, RELEASE, steps), {**POLICY, "mode": more.get("mode", "dispatch")})


def problem(api: Api, **more: Any) -> str:
    """Return why nothing could be dispatched."""
    with pytest.raises(CollectError) as raised:
        ci_run_dispatch.collect(dispatched(api, **more))
    return str(raised.value)


def criterion(verdict: Verdict, name: str) -> Criterion:
    return next(found for found in verdict.criteria if found.id == name)


def test_green(api: Api) -> None:
    verdict = closed(api)
    assert verdict.status == PASS
    assert f"(attempt 1) is GREEN for commit {COMMIT}: {api.url}" in verdict.note


def test_red_names_the_test_and_keeps_the_log(api: Api) -> None:
    api.tests(FAILS)
    verdict = closed(api)
    assert verdict.status == FAIL
    assert "The CI job is GREEN is not met" in verdict.note
    assert "FAILED tests/test_ledger.py::test_entries_balance - AssertionError" in verdict.note
    assert "E       assert 100 == 90" in criterion(verdict, "ci_error_block").detail


@pytest.mark.parametrize(
    ("faults", "name", "reason"),
    [
        ({"skip_job": True}, "ci_job_green", "it was skipped, so no test ran"),
        ({"other_commit": OTHER}, "ci_release_commit", f"tested {OTHER}, not the release's commit {COMMIT}"),
        ({"cancelled": True}, "ci_job_green", "it was cancelled before its end"),
        ({"startup_failure": True}, "ci_job_green", "GitHub could not start it"),
        ({"run_conclusion": "action_required"}, "ci_job_green", "it waits for somebody's approval"),
        ({"run_conclusion": "stale"}, "ci_job_green", "GitHub gave it up as stale"),
        ({"job_conclusion": "neutral"}, "ci_job_green", "neither GREEN nor RED but neutral"),
        ({"job_conclusion": "action_required"}, "ci_job_green", "it waits for somebody's approval"),
        ({"job_conclusion": "timed_out"}, "ci_job_green", "is RED: it was stopped at GitHub's time limit"),
        ({"job_conclusion": "cancelled"}, "ci_job_green", "it was cancelled before its end"),
    ],
)
def test_what_is_not_green(api: Api, faults: dict[str, Any], name: str, reason: str) -> None:
    api.faults(**faults)
    verdict = closed(api)
    assert verdict.status == FAIL
    found = criterion(verdict, name)
    assert found.result == "not_met"
    assert reason in found.reason
    assert reason in verdict.note


def test_a_run_that_no_runner_picks_up(api: Api) -> None:
    api.faults(queue_forever=True)
    verdict = closed(api, limit=0.5)
    assert verdict.status == FAIL
    assert "it is still queued at the limit of 0.5 s" in criterion(verdict, "ci_job_green").reason


@pytest.mark.parametrize("answer", ["ignored", "refused"])
@pytest.mark.parametrize("marker_input", [None, "marker"])
def test_servers_that_do_not_name_the_run(api: Api, answer: str, marker_input: str | None) -> None:
    api.faults(run_details=answer)
    verdict = closed(api, marker_input=marker_input)
    assert verdict.status == PASS
    assert "came with the dispatch" in criterion(verdict, "ci_run_identity").reason


def test_the_same_attempt_dispatches_once(api: Api) -> None:
    first = dispatched(api, marker="20261124T025200.1Z", marker_input="marker")
    again = dispatched(api, marker="20261124T025200.1Z", marker_input="marker")
    known, taken_up = ci_run_dispatch.collect(first), ci_run_dispatch.collect(again)
    assert (known["changed"], taken_up["changed"]) == (True, False)
    assert known["run_id"] == taken_up["run_id"]


def test_check_mode_starts_no_run(api: Api) -> None:
    before = dispatched(api)
    newest = ci_run_dispatch.collect(before)["run_id"]
    assert "run_id" not in ci_run_dispatch.collect(dispatched(api, check_mode=True))
    assert ci_run_dispatch.collect(dispatched(api, mode="find"))["run_id"] == newest


def test_a_run_is_found_by_its_commit(api: Api) -> None:
    ci_run_dispatch.collect(dispatched(api))
    assert closed(api, mode="find").status == PASS
    with pytest.raises(CollectError, match="no run of .* started by push, appeared within"):
        ci_run_dispatch.collect(dispatched(api, mode="find", events=["push"], limit=0.1))


def test_a_run_that_was_run_again_names_its_red_attempt(api: Api) -> None:
    api.tests(FAILS)
    first = dispatched(api)
    run_id = ci_run_dispatch.collect(first)["run_id"]
    ci_run_evidence.collect(waited(api, run_id))
    api.tests(PASSES)
    api.post(f"/actions/runs/{run_id}/rerun")
    second = waited(api, run_id)
    ci_run_evidence.collect(second)
    verdict = package_0.judge(Evidence(0, RELEASE, (*first.steps, *second.steps)), POLICY)
    assert verdict.status == PASS
    assert "(attempt 2) is GREEN" in verdict.note
    assert "attempt 1 was failure" in verdict.note


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("primary", [False, True], ids=["secondary", "primary"])
def test_a_rate_limit_is_waited_for(api: Api, status: int, *, primary: bool) -> None:
    api.faults(rate_limit={"requests": 1, "status": status, "retry_after": 1, "primary": primary})
    assert closed(api).status == PASS
    assert api.held.exchanges[0].status == status


def test_a_rate_limit_that_outlasts_the_limit_is_named(api: Api) -> None:
    api.faults(rate_limit={"requests": 9, "status": 403, "retry_after": 900, "primary": True})
    assert "the token's rate limit is used up, and lasts longer than the limit given here" in problem(api)


def test_a_github_enterprise_server_is_asked_below_its_own_address(api: Api) -> None:
    verdict = closed(api, url=f"{api.url}{ENTERPRISE}/")
    assert verdict.status == PASS
    assert [path for _method, path in api.front.requests if not path.startswith(f"{ENTERPRISE}/")] == []


def test_what_has_not_changed_is_told_so_while_it_waits(api: Api) -> None:
    api.faults(queue_forever=True)
    closed(api, limit=1)
    run = [one for one in api.held.exchanges if "/runs/" in one.path and "/jobs" not in one.path]
    assert {one.status for one in run[2:]} == {304}


def test_runs_of_all_pages_are_known_before_the_dispatch(api: Api) -> None:
    from ci_api.faults import Faults  # noqa: PLC0415 (as it is served)
    from ci_api.model import WORKFLOWS  # noqa: PLC0415 (as it is served)

    for _number in range(110):
        api.store.add_run(WORKFLOWS[0], "main", COMMIT, WORKFLOW, Faults())
    api.faults(run_details="ignored")
    first = dispatched(api)
    found = ci_run_dispatch.collect(first)["run_id"]
    assert found == api.store.runs()[0].id
    before = next(step for step in first.steps if step.name == "ci_runs_before")
    assert (before.command.count("GET "), 'rel="next"' in before.stderr) == (2, True)


def test_the_log_is_fetched_from_where_github_redirects_without_the_token(api: Api) -> None:
    api.tests(FAILS)
    closed(api)
    redirect = api.held.exchanges[-1]
    assert (redirect.path.endswith("/logs"), redirect.status) == (True, 302)
    assert "/_storage/" in redirect.answer_headers["location"]
    # The storage answers 400 to a token.
    assert api.front.requests[-1][1].startswith("/_storage/")


def test_a_red_job_whose_log_has_expired(api: Api) -> None:
    api.tests(FAILS)
    api.faults(expired_logs=True)
    verdict = closed(api)
    assert criterion(verdict, "ci_error_block").result == "not_proven"
    assert "the log has expired and GitHub has removed it" in criterion(verdict, "ci_error_block").reason


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"token": "ghs_thistokeniswrong", "token_file": None},
            "401 (Bad credentials): GitHub does not take the token",
        ),
        ({"token_file": None}, "401 (Requires authentication)"),
        ({"repository": "psp/other"}, "it is not there, or the token may not see psp/other"),
        ({"workflow": "Nightly"}, f"no workflow 'Nightly'; it has '{WORKFLOW}', 'Backend Lint'"),
        ({"workflow": "Backend Lint"}, "the workflow has no workflow_dispatch trigger on this ref"),
        ({"ref": "release/1"}, "the repository has no such commit or ref"),
        (
            {"commit": OTHER},
            f"main is at {COMMIT}, not at the release's commit {OTHER}: nothing was dispatched",
        ),
        ({"inputs": {"suite": "all"}}, "the workflow does not declare these inputs"),
        ({"url": "http://127.0.0.1:1", "limit": 0.5}, "refused the connection; check the url"),
        ({"url": "http://api.invalid", "limit": 0.5}, "the name api.invalid cannot be resolved"),
        ({"url": "127.0.0.1/api/v3", "limit": 0.5}, "it is no http or https URL"),
    ],
)
def test_bad_input_is_named(api: Api, more: dict[str, Any], sentence: str) -> None:
    assert sentence in problem(api, **more)
    assert api.front.dispatches <= 1


@pytest.mark.parametrize(
    ("faults", "more", "sentence"),
    [
        ({"read_only": True}, {}, "the token may not do this on psp/backend: it needs actions=write"),
        ({"archived": True}, {}, "psp/backend is archived: nothing can be dispatched there"),
        ({"archived": True}, {"ref": "main"}, "psp/backend is archived: nothing can be dispatched there"),
    ],
)
def test_what_the_repository_does_not_allow_is_named(
    api: Api, faults: dict[str, Any], more: dict[str, Any], sentence: str
) -> None:
    api.faults(**faults)
    assert sentence in problem(api, **more)


def test_a_page_to_sign_in_is_no_api(api: Api) -> None:
    api.front.login = True
    said = problem(api)
    assert "answered 200 with a web page, not with GitHub's API: the url must be the API's" in said
    assert "https://HOST/api/v3" in said


def test_a_connection_that_breaks_once_is_made_again(api: Api) -> None:
    api.front.drops = 1
    assert closed(api).status == PASS


def test_a_connection_that_always_breaks_is_named(api: Api) -> None:
    api.front.drops = 99
    said = problem(api, limit=0.5)
    assert "the answer broke off after 8 of 4096 bytes; check what stands between here and the server" in said


@pytest.mark.parametrize("before", [["dispatch"], []], ids=["dispatched before", "by itself"])
def test_the_role_keeps_it_all_in_the_locker(api: Api, tmp_path: Path, before: list[str]) -> None:
    entries = [("rc_closure", "open"), *[("package_0_ci", tasks) for tasks in ["preflight", *before, "main"]]]
    said = ci_role.run(ci_role.command(api, tmp_path, entries, package_0_ci_marker_input="marker"))
    assert TOKEN not in said
    package = next((tmp_path / "locker").rglob("package_0"))
    steps = [json.loads(path.read_text("utf-8")) for path in sorted(package.glob("[0-9]*.json"))]
    assert [step["name"] for step in steps] == [
        "ci_workflow",
        "ci_repository",
        "ci_commit",
        "ci_runs_before",
        "ci_dispatch_intent",
        "ci_dispatch",
        "ci_run",
        "ci_jobs",
        "ci_job_log",
    ]
    assert json.loads((package / "policy.json").read_text("utf-8")) == POLICY
    assert package.parent.name in steps[4]["command"]
