# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-0 passes only on the release's own GREEN job, and says why where it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence, Release, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import github_runs
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import package_0
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    FAIL,
    MET,
    NOT_MET,
    NOT_PROVEN,
    PASS,
    Criterion,
    Verdict,
)
from tests.unit.plugins.module_utils._clients.fake_github import (
    AFTER,
    BEFORE,
    COMMIT,
    DATE,
    OTHER,
    WORKFLOW,
    intent,
    job,
    run,
    workflow,
)

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "github_log"
RELEASE = Release("PSP-1234", "2026.11.0-rc3", COMMIT, "staging")
POLICY = {
    "repository": "psp/backend",
    "workflow": WORKFLOW,
    "job": "",
    "mode": "dispatch",
    "events": ["pull_request", "push"],
    "rerun": True,
}
URL = "https://github.com/psp/backend/actions/runs/42/job/99"
STEPS = json.loads((FIXTURES / "pytest_assertion.steps.json").read_text())
RED_LOG = (FIXTURES / "pytest_assertion.log").read_text("utf-8")
GREEN_LOG = (FIXTURES / "green.log").read_text("utf-8")
TIME = "2026-11-20T08:14:19.0787775Z"
HEAD = "HEAD is now at 5b83e49 MIG-01C: findings are unique"
ON_BRANCH = (
    f"Switched to a new branch 'main'\n{TIME} [command]/usr/bin/git log -1 --format=%H\n{TIME} {'0c6e' * 10}"
)
RED = job(conclusion="failure", steps=STEPS)
FAILED_TEST = (
    "FAILED tests/test_ledger.py::test_entries_balance - AssertionError: ledger entry is not balanced"
)

Steps = dict[str, Step | None]


def http(name: str, *documents: Any, text: str = "", **changes: Any) -> Step:
    """Return a step as the collectors keep it."""
    step = Step(
        name=name,
        title=name.replace("_", " "),
        kind="http",
        command=f"GET https://api.github.com/{name}",
        host="controller",
        started="2026-11-24T02:52:02.000Z",
        ended="2026-11-24T02:53:04.000Z",
        exit_status=200,
        stdout=text or "\n".join(json.dumps(document) for document in documents),
        stderr=f"HTTP/1.1 200 OK\nDate: {DATE}\n",
    )
    return replace(step, **changes)


def listed(name: str, key: str, *items: Any) -> Step:
    return http(name, {"total_count": len(items), key: list(items)})


def meant(**changes: Any) -> Step:
    """Return the step that says what was meant before the dispatch."""
    return http("ci_dispatch_intent", intent(**changes), exit_status=None)


INTENT = meant()


def green() -> Steps:
    """Return the evidence of a dispatched run that ended GREEN."""
    return {
        "ci_workflow": listed("ci_workflow", "workflows", workflow(), workflow(id=8, name="Lint")),
        "ci_runs_before": listed("ci_runs_before", "workflow_runs", run(id=41, created_at=BEFORE)),
        "ci_dispatch_intent": INTENT,
        "ci_dispatch": http("ci_dispatch", {"workflow_run_id": 42}),
        "ci_run": http("ci_run", run()),
        "ci_jobs": listed("ci_jobs", "jobs", job()),
        "ci_job_log": http("ci_job_log", text=GREEN_LOG),
    }


def judged(changes: Steps, **policy: Any) -> Verdict:
    steps = {**green(), **changes}
    kept = tuple(step for step in steps.values() if step is not None)
    return package_0.judge(Evidence(0, RELEASE, kept), {**POLICY, **policy})


def criterion(verdict: Verdict, name: str) -> Criterion:
    return next(found for found in verdict.criteria if found.id == name)


def test_green() -> None:
    verdict = judged({})
    assert verdict.status == PASS
    assert verdict.note == f"Job postgres-tests of run 42 (attempt 1) is GREEN for commit {COMMIT}: {URL}."
    assert {found.result for found in verdict.criteria} == {MET}


# case, what is other than GREEN, policy, criterion, result, in its reason
TABLE: list[tuple[str, Steps, dict[str, Any], str, str, str]] = [
    (
        "red",
        {"ci_jobs": listed("ci_jobs", "jobs", RED), "ci_job_log": http("ci_job_log", text=RED_LOG)},
        {},
        "ci_job_green",
        NOT_MET,
        f"job postgres-tests of run 42 (attempt 1) is RED: {FAILED_TEST}: {URL}",
    ),
    (
        "red, its log has expired",
        {
            "ci_jobs": listed("ci_jobs", "jobs", RED),
            "ci_job_log": http("ci_job_log", {"message": "Gone"}, exit_status=410),
        },
        {},
        "ci_error_block",
        NOT_PROVEN,
        "the log has expired and GitHub has removed it: run the job again (HTTP status 410)",
    ),
    (
        "red, and it has no log",
        {
            "ci_jobs": listed("ci_jobs", "jobs", RED),
            "ci_job_log": http("ci_job_log", {"message": "Not Found"}, exit_status=404),
        },
        {},
        "ci_error_block",
        NOT_PROVEN,
        "GitHub has no log of this job (HTTP status 404)",
    ),
    (
        "red, its log is empty",
        {"ci_jobs": listed("ci_jobs", "jobs", RED), "ci_job_log": http("ci_job_log", text="\ufeff\n")},
        {},
        "ci_error_block",
        NOT_PROVEN,
        "the log of job postgres-tests is empty",
    ),
    (
        "red, its log is empty: what GitHub says of it is left",
        {"ci_jobs": listed("ci_jobs", "jobs", RED), "ci_job_log": http("ci_job_log", text="\ufeff\n")},
        {},
        "ci_job_green",
        NOT_MET,
        f"job postgres-tests of run 42 (attempt 1) is RED: {github_runs.meaning(RED)}: {URL}",
    ),
    *[
        (
            f"a job that was {conclusion}",
            {"ci_jobs": listed("ci_jobs", "jobs", job(conclusion=conclusion))},
            {},
            "ci_job_green",
            NOT_MET,
            meaning,
        )
        for conclusion, meaning in [
            ("failure", "is RED"),
            ("startup_failure", "is RED: GitHub could not start it"),
            ("brand_new", "which is not known to mean that it passed"),
            (None, "neither GREEN nor RED but None"),
            ("skipped", "neither GREEN nor RED but skipped: it was skipped, so no test ran"),
            ("neutral", "it ended neutral"),
            ("cancelled", "it was cancelled before its end"),
            ("timed_out", "is RED: it was stopped at GitHub's time limit; "),
            ("action_required", "approval"),
            ("stale", "stale"),
        ]
    ],
    *[
        (
            f"a run without a job that was {conclusion}",
            {"ci_run": http("ci_run", run(conclusion=conclusion)), "ci_jobs": listed("ci_jobs", "jobs")},
            {},
            "ci_job_green",
            NOT_MET,
            f"run 42 has no job: {meaning}",
        )
        for conclusion, meaning in github_runs.MEANINGS.items()
    ],
    *[
        (
            f"a run that is {status}",
            {"ci_jobs": listed("ci_jobs", "jobs", job(status=status, conclusion=None))},
            {},
            "ci_job_green",
            NOT_PROVEN,
            f"it is still {status}",
        )
        for status in ("queued", "waiting", "pending", "requested")
    ],
    (
        "a run without a job",
        {"ci_run": http("ci_run", run(conclusion="startup_failure")), "ci_jobs": listed("ci_jobs", "jobs")},
        {},
        "ci_job_green",
        NOT_MET,
        "run 42 has no job: GitHub could not start it",
    ),
    (
        "a job that goes on",
        {"ci_jobs": listed("ci_jobs", "jobs", job(status="in_progress", conclusion=None))},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "it is still in_progress",
    ),
    (
        "stopped at the limit",
        {
            "ci_run": http(
                "ci_run", run(status="queued"), outcome="timed_out", reason="still queued after 60 s"
            )
        },
        {},
        "ci_job_green",
        NOT_PROVEN,
        "ci run: still queued after 60 s",
    ),
    (
        "another commit",
        {"ci_run": http("ci_run", run(head_sha=OTHER))},
        {},
        "ci_release_commit",
        NOT_MET,
        f"run 42 tested {OTHER}, not the release's commit {COMMIT}",
    ),
    (
        "a job of another attempt",
        {"ci_jobs": listed("ci_jobs", "jobs", job(run_attempt=2))},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "is not of run 42, attempt 1",
    ),
    (
        "another repository",
        {"ci_run": http("ci_run", run(repository={"full_name": "psp/frontend"}))},
        {},
        "ci_repository",
        NOT_MET,
        "is of psp/frontend and tested what is in psp/backend, required is psp/backend",
    ),
    (
        "a job of another commit",
        {"ci_jobs": listed("ci_jobs", "jobs", job(head_sha=OTHER))},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "job postgres-tests is not of run 42, attempt 1",
    ),
    (
        "a job that was stopped",
        {"ci_jobs": listed("ci_jobs", "jobs", job(conclusion="cancelled"))},
        {},
        "ci_job_green",
        NOT_MET,
        "is neither GREEN nor RED but cancelled: it was cancelled before its end, so it proves nothing: https://",
    ),
    (
        "a fork's commit",
        {"ci_run": http("ci_run", run(head_repository={"full_name": "mallory/backend"}))},
        {},
        "ci_repository",
        NOT_MET,
        "tested what is in mallory/backend",
    ),
    (
        "a fork that is gone",
        {"ci_run": http("ci_run", run(head_repository=None))},
        {},
        "ci_repository",
        NOT_PROVEN,
        "does not say of which repository it is",
    ),
    (
        "another file under the workflow's id",
        {"ci_run": http("ci_run", run(path=".github/workflows/quick.yml@refs/heads/main"))},
        {},
        "ci_workflow",
        NOT_MET,
        "came from the file '.github/workflows/quick.yml'",
    ),
    (
        "a list of jobs that is cut off",
        {"ci_jobs": http("ci_jobs", {"total_count": 130, "jobs": [job()]})},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "1 of 130 were listed",
    ),
    (
        "a run that goes on beside its GREEN job",
        {"ci_run": http("ci_run", run(status="in_progress", conclusion=None))},
        {},
        "ci_run_ended",
        NOT_PROVEN,
        "run 42: it is still in_progress",
    ),
    (
        "a RED run is not wanted",
        {
            "ci_run": http("ci_run", run(conclusion="failure")),
            "ci_jobs": listed("ci_jobs", "jobs", job(), job(id=98, name="lint", conclusion="failure")),
        },
        {"run": "green", "job": "postgres-tests"},
        "ci_run_ended",
        NOT_MET,
        "run 42: it failed; job lint: it failed",
    ),
    (
        "no test ran",
        {"ci_job_log": http("ci_job_log", text="2026-11-20T08:14:09.07Z ===== no tests ran in 0.01s =====")},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "no line of the job's log says that a test passed",
    ),
    (
        "all of it was skipped",
        {"ci_job_log": http("ci_job_log", text="2026-11-20T08:14:09.07Z ==== 48 skipped in 0.21s ====")},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "no line of the job's log says that a test passed",
    ),
    (
        "tests that were allowed to fail",
        {"ci_job_log": http("ci_job_log", text="== \x1b[31m2 failed\x1b[0m, 46 passed in 7.41s ==")},
        {},
        "ci_tests_ran",
        NOT_MET,
        "the log says '2 failed, 46 passed in 7.41s'",
    ),
    (
        "the workflow checks out another commit",
        {
            "ci_job_log": http(
                "ci_job_log", text=GREEN_LOG.replace("HEAD is now at 5b83e49", "HEAD is now at 0c6e3a1")
            )
        },
        {},
        "ci_tests_ran",
        NOT_MET,
        f"the job checked out 0c6e3a1, the release's commit is {COMMIT}",
    ),
    (
        "the workflow checks out another branch",
        {"ci_job_log": http("ci_job_log", text=GREEN_LOG.replace(HEAD, ON_BRANCH))},
        {},
        "ci_tests_ran",
        NOT_MET,
        f"the job checked out {'0c6e' * 10}, the release's commit is {COMMIT}",
    ),
    (
        "other tests that were allowed to fail",
        {"ci_job_log": http("ci_job_log", text=f"{GREEN_LOG}\n{TIME} ======= 3 failed in 1.20s =======")},
        {},
        "ci_tests_ran",
        NOT_MET,
        "the log says '3 failed in 1.20s'",
    ),
    (
        "other tests that could not be collected",
        {
            "ci_job_log": http(
                "ci_job_log", text=f"{GREEN_LOG}\n{TIME} 1 skipped, 2 errors in 75.20s (0:01:15)"
            )
        },
        {},
        "ci_tests_ran",
        NOT_MET,
        "the log says '1 skipped, 2 errors in 75.20s (0:01:15)'",
    ),
    (
        "the tests with Postgres were all skipped, beside others",
        {"ci_job_log": http("ci_job_log", text=f"{GREEN_LOG}\n{TIME} ======= 50 skipped in 0.31s =======")},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "the log says '48 passed in 7.41s', but also '50 skipped in 0.31s'",
    ),
    (
        "tests that were broken off with status 0, as by pytest.exit()",
        {
            "ci_job_log": http(
                "ci_job_log",
                text=f"{GREEN_LOG}\n{TIME} !!!!!! _pytest.outcomes.Exit: the database is gone !!!!!!",
            )
        },
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "the log says '48 passed in 7.41s', but also '_pytest.outcomes.Exit: the database is gone'",
    ),
    (
        "tests that were interrupted",
        {"ci_job_log": http("ci_job_log", text=f"{GREEN_LOG}\n{TIME} !!!!!! KeyboardInterrupt !!!!!!")},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "but also 'KeyboardInterrupt'",
    ),
    (
        "no test was found beside others",
        {"ci_job_log": http("ci_job_log", text=f"tests-1  | no tests ran in 0.01s\n{GREEN_LOG}")},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "but also 'tests-1  | no tests ran in 0.01s'",
    ),
    (
        "GREEN without a log",
        {"ci_job_log": http("ci_job_log", {"message": "Gone"}, exit_status=410)},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "the log has expired",
    ),
    (
        "a job of another run",
        {"ci_jobs": listed("ci_jobs", "jobs", job(run_id=41))},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "is not of run 42",
    ),
    (
        "another workflow",
        {"ci_run": http("ci_run", run(workflow_id=8, name="Lint"))},
        {},
        "ci_workflow",
        NOT_MET,
        "run 42 is of the workflow 'Lint'",
    ),
    (
        "no such workflow",
        {"ci_workflow": listed("ci_workflow", "workflows", workflow(name="Lint"))},
        {},
        "ci_workflow",
        NOT_PROVEN,
        f"no workflow '{WORKFLOW}' was found",
    ),
    (
        "another run than the dispatched",
        {"ci_dispatch": http("ci_dispatch", {"workflow_run_id": 43})},
        {},
        "ci_run_identity",
        NOT_MET,
        "GitHub answered the dispatch with run 43, and run 42 was looked at",
    ),
    (
        "a run from before the dispatch",
        {
            "ci_dispatch": http("ci_dispatch", exit_status=204),
            "ci_run": http("ci_run", run(created_at="2026-11-24T02:51:59Z")),
        },
        {},
        "ci_run_identity",
        NOT_MET,
        "was there before the dispatch",
    ),
    (
        "a run that was known before the dispatch",
        {
            "ci_dispatch": http("ci_dispatch", exit_status=204),
            "ci_dispatch_intent": meant(known=[42]),
        },
        {},
        "ci_run_identity",
        NOT_MET,
        "was there before the dispatch",
    ),
    (
        "a run of another event",
        {"ci_dispatch": http("ci_dispatch", exit_status=204), "ci_run": http("ci_run", run(event="push"))},
        {},
        "ci_run_identity",
        NOT_MET,
        "it was started by push, not by a dispatch",
    ),
    (
        "a dispatch without the server's time",
        {
            "ci_dispatch": http("ci_dispatch", exit_status=204),
            "ci_dispatch_intent": meant(moment=""),
        },
        {},
        "ci_run_identity",
        NOT_PROVEN,
        "the server's time before the dispatch was not kept",
    ),
    (
        "cut off, and a run that came much later",
        {
            "ci_dispatch": None,
            "ci_run": http("ci_run", run(created_at="2026-11-24T03:00:00Z")),
        },
        {},
        "ci_run_identity",
        NOT_MET,
        "it was created later than the dispatch",
    ),
    (
        "cut off, and a run that does not show the marker",
        {"ci_dispatch_intent": meant(marker="20261124T025200.1Z"), "ci_dispatch": None},
        {},
        "ci_run_identity",
        NOT_MET,
        "its title does not show the marker 20261124T025200.1Z",
    ),
    (
        "an older server, and a run that does not show the marker",
        {
            "ci_dispatch_intent": meant(marker="20261124T025200.1Z"),
            "ci_dispatch": http("ci_dispatch", exit_status=204),
        },
        {},
        "ci_run_identity",
        NOT_MET,
        "its title does not show the marker 20261124T025200.1Z",
    ),
    (
        "an intent that cannot be read",
        {"ci_dispatch_intent": http("ci_dispatch_intent", {"ref": "main"}), "ci_dispatch": None},
        {},
        "ci_run_identity",
        NOT_PROVEN,
        "KeyError: 'workflow'",
    ),
    (
        "to be dispatched, and never was",
        {"ci_dispatch_intent": None, "ci_dispatch": None, "ci_runs_before": None},
        {},
        "ci_run_identity",
        NOT_PROVEN,
        "a run was to be dispatched, and no dispatch was kept",
    ),
    (
        "a dispatched run of another event, then found",
        {"ci_run": http("ci_run", run(event="schedule"))},
        {"mode": "find"},
        "ci_run_identity",
        NOT_MET,
        "was started by schedule",
    ),
    (
        "a found run of another event",
        {"ci_dispatch": None, "ci_runs_before": None, "ci_run": http("ci_run", run(event="schedule"))},
        {"mode": "find"},
        "ci_run_identity",
        NOT_MET,
        "was started by schedule",
    ),
    (
        "no link",
        {"ci_jobs": listed("ci_jobs", "jobs", job(html_url=None))},
        {},
        "ci_job_link",
        NOT_PROVEN,
        "the job has no link",
    ),
    (
        "two jobs, none named",
        {"ci_jobs": listed("ci_jobs", "jobs", job(), job(id=98, name="lint"))},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "exactly one job, and no job is named: it has postgres-tests, lint",
    ),
    (
        "not the named job",
        {},
        {"job": "postgres-15"},
        "ci_job_result",
        NOT_PROVEN,
        "exactly one job 'postgres-15': it has postgres-tests",
    ),
    (
        "an earlier attempt that was not kept",
        {
            "ci_run": http("ci_run", run(run_attempt=3)),
            "ci_attempts": http("ci_attempts", run(run_attempt=2)),
        },
        {},
        "ci_attempts",
        NOT_PROVEN,
        "of the 2 earlier attempts, 1 were kept",
    ),
    (
        "run again, which is not allowed",
        {
            "ci_run": http("ci_run", run(run_attempt=2)),
            "ci_attempts": http("ci_attempts", run(conclusion="failure")),
        },
        {"rerun": False},
        "ci_attempts",
        NOT_MET,
        "attempt 1 was failure, and a run that was run again is not allowed to pass",
    ),
    ("nothing kept", dict.fromkeys(green()), {}, "ci_job_green", NOT_PROVEN, "no step ci_run was kept"),
    (
        "the collector broke down",
        {
            **dict.fromkeys(green()),
            "failed": http("ci_run_dispatch_failed", outcome="failed", reason="the token is wrong"),
        },
        {},
        "ci_job_green",
        NOT_PROVEN,
        "no step ci_run was kept; the token is wrong",
    ),
    (
        "the collector broke down before the log",
        {
            "ci_job_log": None,
            "failed": http("ci_run_evidence_failed", outcome="failed", reason="the connection broke"),
        },
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "no step ci_job_log was kept; the connection broke",
    ),
    (
        "GitHub gave no log",
        {"ci_job_log": http("ci_job_log", exit_status=500)},
        {},
        "ci_tests_ran",
        NOT_PROVEN,
        "GitHub did not give it (HTTP status 500)",
    ),
    (
        "no JSON",
        {"ci_run": http("ci_run", text="<html>")},
        {},
        "ci_job_green",
        NOT_PROVEN,
        "is no JSON object",
    ),
    (
        "an error in place of the run",
        {"ci_run": http("ci_run", {"message": "Not Found"}, exit_status=404)},
        {},
        "ci_release_commit",
        NOT_PROVEN,
        "ci run: HTTP status 404",
    ),
]


@pytest.mark.parametrize(
    ("changes", "policy", "name", "result", "reason"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_what_is_not_green(
    changes: Steps, policy: dict[str, Any], name: str, result: str, reason: str
) -> None:
    verdict = judged(changes, **policy)
    assert verdict.status == FAIL
    found = criterion(verdict, name)
    assert found.result == result
    assert reason in found.reason


CAME = f"run 42, created at {AFTER}, came with the dispatch"
PULL_REQUEST = http("ci_run", run(event="pull_request"))
MARKED = http("ci_run", run(display_title="tests 20261124T025200.1Z"))
OTHER_WAYS: dict[str, tuple[Steps, dict[str, Any], str]] = {
    "an older server": ({"ci_dispatch": http("ci_dispatch", exit_status=204)}, {}, CAME),
    "the dispatch's answer was lost": (
        {"ci_dispatch": http("ci_dispatch", text="bad gateway", exit_status=502)},
        {},
        CAME,
    ),
    "the dispatch's answer broke off": (
        {"ci_dispatch": http("ci_dispatch", text='{"workflow', outcome="failed", reason="it broke off")},
        {},
        CAME,
    ),
    "cut off before the answer": (
        {"ci_dispatch": None},
        {},
        CAME,
    ),
    "cut off, with a marker": (
        {"ci_dispatch_intent": meant(marker="20261124T025200.1Z"), "ci_dispatch": None, "ci_run": MARKED},
        {},
        CAME,
    ),
    "taken up again": (
        {"ci_dispatch_intent": None, "ci_dispatch": None},
        {},
        f"run 42 was started by workflow_dispatch at {AFTER}",
    ),
    "found": (
        {"ci_dispatch": None, "ci_runs_before": None, "ci_run": PULL_REQUEST},
        {"mode": "find"},
        f"run 42 was started by pull_request at {AFTER}",
    ),
    "found, after a dispatch that was refused": (
        {"ci_dispatch": http("ci_dispatch", exit_status=422), "ci_run": PULL_REQUEST},
        {"mode": "find"},
        f"run 42 was started by pull_request at {AFTER}",
    ),
}


RED_BESIDE: Steps = {
    "ci_run": http("ci_run", run(conclusion="failure")),
    "ci_jobs": listed("ci_jobs", "jobs", job(), job(id=98, name="lint", conclusion="failure")),
}
GOES_ON: Steps = {"ci_run": http("ci_run", run(status="in_progress", conclusion=None))}


@pytest.mark.parametrize(
    ("changes", "policy", "said"),
    [
        (RED_BESIDE, {}, "; run 42: it failed; job lint: it failed."),
        (RED_BESIDE, {"run": "job"}, "; the job alone counts (run 42: it failed; job lint: it failed)."),
        (GOES_ON, {"run": "job"}, "; the job alone counts (run 42: it is still in_progress)."),
    ],
)
def test_the_note_names_what_else_was_not_green(changes: Steps, policy: dict[str, Any], said: str) -> None:
    verdict = judged(changes, job="postgres-tests", **policy)
    assert verdict.status == PASS
    assert verdict.note.endswith(said)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-20T08:14:09.0787775Z ================ 48 passed in 7.41s ================",
        "48 passed in 7.41s",
        "===== 3 skipped, 48 passed, 2 warnings in 61.20s (0:01:01) =====",
        "\x1b[32m\x1b[1m48 passed\x1b[0m, \x1b[33m1 xfailed\x1b[0m in 7.41s",
    ],
)
def test_each_form_of_the_line_that_says_that_tests_passed(line: str) -> None:
    assert judged({"ci_job_log": http("ci_job_log", text=line)}).status == PASS


@pytest.mark.parametrize(
    "line",
    [
        "48 tests collected in 0.20s",
        "Installed 30 packages in 1.2s",
        "Found 2 errors in 1 file (checked 30 source files)",
        "Found 0 errors in 1.2s",
        "!!!!!! Exit: the cache is not there !!!!!!",
        "!!! Interrupted",
        "3 skipped, 48 passed in 7.41s",
        "retried after 2 errors in 5s, and went on",
    ],
)
def test_another_line_is_no_session_without_tests(line: str) -> None:
    assert judged({"ci_job_log": http("ci_job_log", text=f"{line}\n{GREEN_LOG}")}).status == PASS


@pytest.mark.parametrize(
    "shown",
    [
        f"HEAD is now at 0c6e3a1 Merge {COMMIT} into {'0c6e' * 10}",
        f"[command]/usr/bin/git log -1 --format=%H\n{TIME} {COMMIT}",
        f"[command]/usr/bin/git log -1 --format='%H'\n{TIME} '{COMMIT}'",
        f"{HEAD}\n{TIME} ##[group]Run actions/checkout@v4\n{TIME} Syncing repository: psp/e2e\n"
        f"{TIME} HEAD is now at 0c6e3a1 tests",
        f"{HEAD}\n{TIME} ##[group]Run pytest\n{TIME} HEAD is now at 0c6e3a1 in a test",
        "a checkout that says nothing",
    ],
)
def test_the_job_may_show_the_release_in_many_ways(shown: str) -> None:
    assert HEAD in GREEN_LOG
    log: Steps = {"ci_job_log": http("ci_job_log", text=GREEN_LOG.replace(HEAD, shown))}
    assert judged(log).status == PASS


def test_a_pattern_that_is_given_says_which_session_counts() -> None:
    log: Steps = {"ci_job_log": http("ci_job_log", text=f"{GREEN_LOG}\n==== 50 skipped in 0.31s ====")}
    assert judged(log, summary=r"\b48 passed\b").status == PASS


def test_another_tool_says_it_in_its_own_words() -> None:
    log: Steps = {"ci_job_log": http("ci_job_log", text="Ran 48 tests in 7.41s\n\nOK\n")}
    assert judged(log).status == FAIL
    assert judged(log, summary=r"^Ran [1-9]\d* tests").status == PASS


@pytest.mark.parametrize(("changes", "policy", "reason"), OTHER_WAYS.values(), ids=list(OTHER_WAYS))
def test_the_run_is_known_in_other_ways(changes: Steps, policy: dict[str, Any], reason: str) -> None:
    verdict = judged(changes, **policy)
    assert verdict.status == PASS
    assert criterion(verdict, "ci_run_identity").reason == reason


def test_a_red_job_quotes_its_error_block() -> None:
    verdict = judged(
        {"ci_jobs": listed("ci_jobs", "jobs", RED), "ci_job_log": http("ci_job_log", text=RED_LOG)}
    )
    block = criterion(verdict, "ci_error_block")
    assert block.result == MET
    assert FAILED_TEST in block.reason
    assert block.detail.startswith("Step: Postgres tests (Run python -m pytest tests)\n\n")
    assert "E       assert 100 == 90" in block.detail
    assert verdict.note.startswith("The CI job is GREEN is not met: job postgres-tests of run 42")


def test_the_note_names_an_earlier_red_attempt() -> None:
    changes: Steps = {
        "ci_run": http("ci_run", run(run_attempt=2)),
        "ci_attempts": http("ci_attempts", run(conclusion="failure")),
        "ci_jobs": listed("ci_jobs", "jobs", job(run_attempt=2)),
    }
    verdict = judged(changes)
    assert verdict.status == PASS
    assert "(attempt 2) is GREEN" in verdict.note
    assert verdict.note.endswith("; attempt 1 was failure.")


@pytest.mark.parametrize(
    ("attempts", "jobs", "history"),
    [
        (["failure"], [job(conclusion="failure")], "attempt 1 was failure, its job failure"),
        (["success"], [job(conclusion="skipped")], "attempt 1 was success, its job skipped"),
        (["failure"], [job()], "attempt 1 was failure"),
        (["cancelled"], [], "attempt 1 was cancelled"),
        (["success"], [job()], ""),
        (
            ["failure", "success"],
            [job(conclusion="timed_out"), job(run_attempt=2)],
            "attempt 1 was failure, its job timed_out",
        ),
    ],
)
def test_the_required_job_of_every_earlier_attempt_counts(
    attempts: list[str], jobs: list[dict[str, Any]], history: str
) -> None:
    count = len(attempts) + 1
    runs = [run(run_attempt=n, conclusion=conclusion) for n, conclusion in enumerate(attempts, 1)]
    changes: Steps = {
        "ci_run": http("ci_run", run(run_attempt=count)),
        "ci_attempts": http("ci_attempts", *runs),
        "ci_attempt_jobs": http("ci_attempt_jobs", *[{"jobs": [found]} for found in jobs], {"jobs": []}),
        "ci_jobs": listed("ci_jobs", "jobs", job(run_attempt=count)),
    }
    verdict = judged(changes)
    assert verdict.status == PASS
    assert verdict.note.endswith(f"; {history}." if history else f"{URL}.")
    all_green = f"all {len(attempts)} earlier attempts were GREEN"
    assert criterion(verdict, "ci_attempts").reason == (history or all_green)
    assert judged(changes, rerun=False).status == (FAIL if history else PASS)


def test_the_required_job_counts_and_not_its_run() -> None:
    jobs = listed("ci_jobs", "jobs", job(), job(id=98, name="lint", conclusion="failure"))
    red_run = http("ci_run", run(conclusion="failure"))
    assert judged({"ci_run": red_run, "ci_jobs": jobs}, job="postgres-tests").status == PASS
    assert judged({"ci_run": red_run, "ci_jobs": jobs}, job="lint").status == FAIL


def test_jobs_of_all_pages_count() -> None:
    pages = http("ci_jobs", {"jobs": [job(id=98, name="lint")]}, {"jobs": [job()]})
    assert judged({"ci_jobs": pages}, job="postgres-tests").status == PASS


def test_the_repository_is_the_same_in_any_case() -> None:
    assert judged({}, repository="PSP/Backend").status == PASS


def test_a_workflow_may_be_named_by_its_file() -> None:
    assert judged({}, workflow="backend-psp03d-postgres.yml").status == PASS


MATRIX = ("postgres-tests (15, 3.11)", "call / postgres-tests (16, 3.12)")


def matrix(*changes: dict[str, Any], logs: tuple[str, ...] = (GREEN_LOG, GREEN_LOG)) -> Verdict:
    """Judge a run whose job a matrix made, each job changed as given."""
    given = [*changes, {}, {}][:2]
    jobs = [job(id=90 + n, name=name, **given[n]) for n, name in enumerate(MATRIX)]
    kept = [
        http("ci_job_log", text=text, title=f"Log of the job {name}")
        for name, text in zip(MATRIX, logs, strict=False)
    ]
    changed: Steps = {"ci_jobs": listed("ci_jobs", "jobs", job(name="lint"), *jobs), "ci_job_log": None}
    return judged({**changed, **{f"log {n}": step for n, step in enumerate(kept)}}, job="postgres-tests")


def test_a_matrix_is_green_where_all_of_it_is() -> None:
    found = matrix()
    assert found.status == PASS
    assert found.note == (
        f"Jobs {MATRIX[0]} and {MATRIX[1]} of run 42 (attempt 1) are GREEN for commit {COMMIT}: {URL}, {URL}."
    )
    assert criterion(found, "ci_tests_ran").reason.count(MATRIX[1]) == 1
    assert criterion(found, "ci_job_link").reason == f"{URL}; {URL}"


@pytest.mark.parametrize(
    ("changes", "logs", "rule", "result", "reason"),
    [
        (
            ({}, {"conclusion": "failure"}),
            (GREEN_LOG, RED_LOG),
            "ci_job_green",
            NOT_MET,
            f"job {MATRIX[1]} of run 42 (attempt 1) is RED: {FAILED_TEST}",
        ),
        (
            ({"conclusion": "failure"}, {"conclusion": "failure"}),
            (RED_LOG, RED_LOG),
            "ci_job_green",
            NOT_MET,
            "(and 1 more of its 2 jobs)",
        ),
        (({}, {"conclusion": "skipped"}), (GREEN_LOG, GREEN_LOG), "ci_job_green", NOT_MET, "skipped"),
        (
            ({"status": "queued", "conclusion": None}, {"conclusion": "cancelled"}),
            (GREEN_LOG, GREEN_LOG),
            "ci_job_green",
            NOT_MET,
            MATRIX[1],
        ),
        (({}, {"status": "queued"}), (GREEN_LOG, GREEN_LOG), "ci_job_result", NOT_PROVEN, "still queued"),
        (({}, {"html_url": None}), (GREEN_LOG, GREEN_LOG), "ci_job_link", NOT_PROVEN, "no link"),
        (({}, {}), (GREEN_LOG,), "ci_tests_ran", NOT_PROVEN, f"Log of the job {MATRIX[1]}: it was not kept"),
        (
            ({}, {}),
            (GREEN_LOG, "nothing"),
            "ci_tests_ran",
            NOT_PROVEN,
            f"{MATRIX[1]}: no line of the job's log",
        ),
        (({}, {"conclusion": "failure"}), (GREEN_LOG, RED_LOG), "ci_error_block", MET, "step "),
    ],
)
def test_a_matrix_is_not_green_where_one_of_it_is_not(
    changes: tuple[dict[str, Any], ...], logs: tuple[str, ...], rule: str, result: str, reason: str
) -> None:
    found = matrix(*changes, logs=logs)
    assert found.status == FAIL
    assert criterion(found, rule).result == result
    assert reason in criterion(found, rule).reason


def test_of_an_earlier_attempt_of_a_matrix_the_job_that_failed_is_named() -> None:
    jobs = [job(id=80, name=MATRIX[0]), job(id=81, name=MATRIX[1], conclusion="failure")]
    now = [job(id=90 + n, name=name, run_attempt=2) for n, name in enumerate(MATRIX)]
    found = judged(
        {
            "ci_run": http("ci_run", run(run_attempt=2)),
            "ci_jobs": listed("ci_jobs", "jobs", *now),
            "ci_attempts": http("ci_attempts", run(conclusion="failure")),
            "ci_attempt_jobs": listed("ci_attempt_jobs", "jobs", *jobs),
        },
        job="postgres-tests",
    )
    assert "attempt 1 was failure, its job failure" in criterion(found, "ci_attempts").reason


def test_a_run_that_was_run_again_may_pass_where_no_policy_says_otherwise() -> None:
    changes: Steps = {
        "ci_run": http("ci_run", run(run_attempt=2)),
        "ci_attempts": http("ci_attempts", run(conclusion="failure")),
        "ci_jobs": listed("ci_jobs", "jobs", job(run_attempt=2)),
    }
    kept = tuple(step for step in {**green(), **changes}.values() if step is not None)
    policy = {name: value for name, value in POLICY.items() if name != "rerun"}
    assert package_0.judge(Evidence(0, RELEASE, kept), policy).status == PASS


def test_attempts_are_counted_once() -> None:
    twice = http("ci_attempts", run(conclusion="failure"), run(conclusion="failure"))
    found = judged(
        {
            "ci_run": http("ci_run", run(run_attempt=3)),
            "ci_jobs": listed("ci_jobs", "jobs", job(run_attempt=3)),
            "ci_attempts": twice,
        }
    )
    assert criterion(found, "ci_attempts").reason == "of the 2 earlier attempts, 1 were kept"
