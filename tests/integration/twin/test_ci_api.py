# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's CI API keeps to GitHub's contract, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.exchange import Exchange, violations

TWIN = Path(__file__).parents[2] / "twin"
COMMIT = "5b83e49d5a9c0535d1db17315e3907212862aece"
TOKEN = "ghs_0123456789abcdefghijABCDEFGHIJ012345"
REPOSITORY = "/repos/psp/backend"
ACTIONS = f"{REPOSITORY}/actions"
DISPATCHES = f"{ACTIONS}/workflows/backend-psp03d-postgres.yml/dispatches"
LIMIT_SECONDS = 30
PASSES = "print('38 passed')"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z .*")


def until(found: Callable[[], bool], what: str) -> None:
    """Look again and again; fail when it does not come."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not found():
        assert time.monotonic() < deadline, f"{what}: not within {LIMIT_SECONDS} s"
        time.sleep(0.02)


@dataclass
class Server:
    """A running CI API, the directory that it takes for the twin's, and a client with the token."""

    home: Path
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def faults(self, **faults: Any) -> None:
        """Make these go wrong from now on, and nothing else."""
        (self.home / "etc" / "ci_faults.json").write_text(json.dumps(faults), encoding="utf-8")

    def tests(self, program: str) -> None:
        """Run this in place of the backend's tests."""
        (self.home / "tests.py").write_text(program, encoding="utf-8")

    def get(self, path: str, **options: Any) -> Any:
        """The answer to a GET that must succeed."""
        answer = self.client.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def dispatch(self) -> str:
        """Start a run; its path."""
        answer = self.client.post(DISPATCHES, json={"ref": "main", "return_run_details": True})
        assert answer.status_code == 200, answer.text
        return f"{ACTIONS}/runs/{answer.json()['workflow_run_id']}"

    def completed(self, run: str) -> dict[str, Any]:
        """The run, when it is over."""
        until(lambda: self.get(run)["status"] == "completed", f"{run} completed")
        return dict(self.get(run))

    def job(self, run: str, name: str = "postgres-tests") -> dict[str, Any]:
        """The run's job of that name, when there is one."""

        def found() -> list[dict[str, Any]]:
            return [job for job in self.get(f"{run}/jobs")["jobs"] if job["name"] == name]

        until(lambda: bool(found()), f"{run} has the job {name}")
        return found()[0]


def hold(answer: httpx.Response) -> None:
    """Hold what the API answered to GitHub's contract; some requests are wrong on purpose."""
    request, kind = answer.request, answer.headers.get("Content-Type", "")
    if request.url.path.startswith(("/repos/", "/rate_limit")) and not kind.startswith("text/"):
        exchange = Exchange(
            request.method,
            request.url.raw_path.decode().partition("?")[0],
            request.url.query.decode(),
            answer.status_code,
            {name.lower(): value for name, value in request.headers.items()},
            {name.lower(): value for name, value in answer.headers.items()},
            request.read(),
            answer.read(),
        )
        assert violations(exchange, request=answer.is_success) == []


@contextmanager
def started(home: Path, **variables: str) -> Iterator[Server]:
    """A CI API of its own: it needs nothing else of the twin."""
    for name in ("etc", "secrets", "app"):
        (home / name).mkdir()
    (home / "state.json").write_text(json.dumps({"commit": COMMIT}), encoding="utf-8")
    (home / "secrets" / "ci_token").write_text(f"{TOKEN}\n", encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {**os.environ, "TWIN_STATE": str(home / "state.json"), **variables}
    argv = [sys.executable, "-m", "uvicorn", "ci_api.app:app", "--port", port, "--log-level", "warning"]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        subprocess.Popen(argv, cwd=TWIN, env=environment) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers=headers,
            trust_env=False,
            event_hooks={"response": [hold]},
        ) as client,
    ):
        try:
            until(lambda: answers(client), "the CI API answers")
            yield Server(home, process, client)
        finally:
            process.terminate()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/").status_code == 200
    except httpx.ConnectError:
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("ci")
    command = f"{sys.executable} {home / 'tests.py'}"
    with started(home, CI_QUEUE_SECONDS="0.1", CI_TEST_COMMAND=command) as running:
        # What checks the exchanges takes its time for the first of each kind, and the queue does not wait.
        running.tests(PASSES)
        running.job(running.dispatch())
        yield running


@pytest.fixture
def ci(server: Server) -> Server:
    """The CI API, with nothing wrong."""
    server.faults()
    server.tests(PASSES)
    return server


def waiting_for(gate: Path) -> str:
    """A program that ends when the file appears."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"


def test_a_run_goes_from_queued_to_completed(ci: Server, tmp_path: Path) -> None:
    ci.tests(waiting_for(tmp_path / "gate"))
    run = ci.dispatch()
    new = ci.get(run)
    assert (new["status"], new["conclusion"], new["run_attempt"]) == ("queued", None, 1)
    assert (new["event"], new["head_sha"], new["head_branch"]) == ("workflow_dispatch", COMMIT, "main")
    job = ci.job(run)
    assert ci.get(run)["status"] == job["status"] == "in_progress"
    assert job["completed_at"] is None
    (tmp_path / "gate").touch()
    assert ci.completed(run)["conclusion"] == "success"
    job = ci.job(run)
    assert (job["status"], job["conclusion"], job["head_sha"]) == ("completed", "success", COMMIT)
    assert [step["number"] for step in job["steps"]] == [1, 2, 3]
    assert {step["conclusion"] for step in job["steps"]} == {"success"}
    assert ci.get(f"{ACTIONS}/jobs/{job['id']}") == job


def test_runs_do_not_wait_for_each_other(ci: Server, tmp_path: Path) -> None:
    ci.tests(waiting_for(tmp_path / "gate"))
    runs = [ci.dispatch(), ci.dispatch()]
    for run in runs:
        assert ci.job(run)["status"] == "in_progress"
    assert {ci.get(run)["status"] for run in runs} == {"in_progress"}
    (tmp_path / "gate").touch()
    assert [ci.completed(run)["conclusion"] for run in runs] == ["success", "success"]


def test_the_log_is_as_github_writes_it(ci: Server) -> None:
    ci.tests("print('1 failed', end=''); raise SystemExit(3)")
    run = ci.dispatch()
    assert ci.completed(run)["conclusion"] == "failure"
    job = ci.job(run)
    failed = [step["name"] for step in job["steps"] if step["conclusion"] == "failure"]
    assert (job["conclusion"], failed) == ("failure", ["Run pytest"])
    redirect = ci.client.get(f"{ACTIONS}/jobs/{job['id']}/logs")
    assert redirect.status_code == 302
    text = httpx.get(redirect.headers["Location"], trust_env=False).text
    lines = text.removeprefix("\ufeff").splitlines()
    assert text.startswith("\ufeff")
    assert all(LINE.fullmatch(line) for line in lines)
    bare = [line.partition(" ")[2] for line in lines]
    assert any(line.startswith("##[group]Run python") for line in bare)
    at = bare.index("##[error]Process completed with exit code 3.")
    assert bare[at - 1] == "1 failed"


def test_the_storage_minds_a_token(ci: Server) -> None:
    run = ci.dispatch()
    ci.completed(run)
    address = ci.client.get(f"{ACTIONS}/jobs/{ci.job(run)['id']}/logs").headers["Location"]
    assert httpx.get(address, trust_env=False).status_code == 200
    assert ci.client.get(address).status_code == 400
    assert httpx.get(address[:-1] + "x", trust_env=False).status_code == 403


def test_there_is_no_log_before_the_end(ci: Server, tmp_path: Path) -> None:
    ci.tests(waiting_for(tmp_path / "gate"))
    run = ci.dispatch()
    logs = f"{ACTIONS}/jobs/{ci.job(run)['id']}/logs"
    assert ci.client.get(logs).status_code == 404
    (tmp_path / "gate").touch()
    ci.completed(run)
    assert ci.client.get(logs).status_code == 302
    ci.faults(expired_logs=True)
    assert ci.client.get(logs).status_code == 410


@pytest.mark.parametrize(
    ("faults", "conclusion", "jobs"),
    [
        ({"skip_job": True}, "success", {"changes": "success", "postgres-tests": "skipped"}),
        ({"cancelled": True}, "cancelled", {"changes": "success", "postgres-tests": "cancelled"}),
        ({"startup_failure": True}, "startup_failure", {}),
    ],
)
def test_what_else_may_become_of_a_run(
    ci: Server, faults: dict[str, bool], conclusion: str, jobs: dict[str, str]
) -> None:
    ci.faults(**faults)
    run = ci.dispatch()
    assert ci.completed(run)["conclusion"] == conclusion
    assert {job["name"]: job["conclusion"] for job in ci.get(f"{run}/jobs")["jobs"]} == jobs


def test_a_run_of_another_commit(ci: Server) -> None:
    ci.faults(other_commit="0" * 40)
    run = ci.dispatch()
    assert ci.completed(run)["head_sha"] == ci.job(run)["head_sha"] == "0" * 40


def test_a_queued_run_waits_until_it_is_cancelled(ci: Server) -> None:
    ci.faults(queue_forever=True)
    run = ci.dispatch()
    assert ci.job(run, "changes")["runner_id"] is None
    assert ci.client.post(f"{run}/cancel").status_code == 202
    assert ci.completed(run)["conclusion"] == "cancelled"
    assert ci.client.post(f"{run}/cancel").status_code == 409


def test_a_rerun_is_another_attempt(ci: Server) -> None:
    ci.tests("raise SystemExit(1)")
    run = ci.dispatch()
    ci.completed(run)
    red = ci.job(run)
    ci.tests(PASSES)
    assert ci.client.post(f"{run}/rerun").status_code == 201
    latest = ci.completed(run)
    assert (latest["run_attempt"], latest["conclusion"]) == (2, "success")
    assert latest["previous_attempt_url"].endswith("/attempts/1")
    assert ci.get(f"{run}/attempts/1")["conclusion"] == "failure"
    assert ci.get(f"{run}/attempts/1/jobs")["jobs"][1] == red
    assert {job["run_attempt"] for job in ci.get(f"{run}/jobs")["jobs"]} == {2}
    assert ci.get(f"{run}/jobs", params={"filter": "all"})["total_count"] == 4
    assert ci.client.get(f"{run}/attempts/3").status_code == 404


@pytest.mark.parametrize(
    ("body", "version", "fault", "status"),
    [
        ({}, "", "", 204),
        ({"return_run_details": True}, "", "", 200),
        ({}, "2026-03-10", "", 200),
        ({"return_run_details": True}, "", "ignored", 204),
        ({"return_run_details": True}, "", "refused", 400),
    ],
)
def test_what_a_dispatch_answers(
    ci: Server, body: dict[str, bool], version: str, fault: str, status: int
) -> None:
    ci.faults(run_details=fault)
    before = ci.get(f"{ACTIONS}/runs")["total_count"]
    headers = {"X-GitHub-Api-Version": version} if version else {}
    answer = ci.client.post(DISPATCHES, json={"ref": "main", **body}, headers=headers)
    assert answer.status_code == status
    assert ci.get(f"{ACTIONS}/runs")["total_count"] == before + (status < 400)


def test_the_marker_is_in_the_title(ci: Server) -> None:
    body = {"ref": "main", "inputs": {"marker": "rc3/1"}}
    assert ci.client.post(DISPATCHES, json=body).status_code == 204
    newest = ci.get(f"{ACTIONS}/runs", params={"per_page": 1})["workflow_runs"][0]
    assert newest["display_title"] == "Backend PSP-03D Postgres Tests [rc3/1]"


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        (DISPATCHES, b"{", 400, "Problems parsing JSON"),
        (DISPATCHES, b"{}", 422, '"ref" wasn\'t supplied'),
        (DISPATCHES, b'{"ref": "other"}', 422, "No ref found for: other"),
        (DISPATCHES, b'{"ref": "main", "x": 1}', 422, '"x" is not a permitted key'),
        (DISPATCHES, b'{"ref": "main", "inputs": {"x": 1}}', 422, 'Unexpected inputs provided: ["x"]'),
        (
            f"{ACTIONS}/workflows/backend-lint.yml/dispatches",
            b'{"ref": "main"}',
            422,
            "Workflow does not have 'workflow_dispatch' trigger",
        ),
        (f"{ACTIONS}/workflows/other.yml/dispatches", b'{"ref": "main"}', 404, "Not Found"),
        ("/repos/psp/other/actions/workflows/1/dispatches", b'{"ref": "main"}', 404, "Not Found"),
    ],
)
def test_dispatches_that_are_refused(ci: Server, path: str, body: bytes, status: int, message: str) -> None:
    answer = ci.client.post(path, content=body)
    assert answer.status_code == status
    assert message in answer.json()["message"]


@pytest.mark.parametrize(
    ("authorization", "message"),
    [("", "Requires authentication"), ("Bearer x", "Bad credentials"), (TOKEN, "Bad credentials")],
)
def test_nobody_gets_in_without_the_token(ci: Server, authorization: str, message: str) -> None:
    answer = ci.client.get(f"{ACTIONS}/runs", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_the_limit_of_the_hour_on_demand(ci: Server) -> None:
    ci.faults(rate_limit={"requests": 1, "status": 403, "retry_after": 60, "primary": True})
    before = int(time.time())
    refused = ci.client.get(f"{ACTIONS}/runs")
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert 0 <= int(refused.headers["X-RateLimit-Reset"]) - before - 60 <= LIMIT_SECONDS
    assert "Retry-After" not in refused.headers
    assert int(ci.client.get(f"{ACTIONS}/runs").headers["X-RateLimit-Remaining"]) > 0


@pytest.mark.parametrize(("status", "after"), [(403, 1), (429, None)])
def test_rate_limits_on_demand(ci: Server, status: int, after: int | None) -> None:
    ci.faults(rate_limit={"requests": 2, "status": status, "retry_after": after})
    refused = [ci.client.get(f"{ACTIONS}/runs") for number in range(2)]
    assert [answer.status_code for answer in refused] == [status, status]
    assert refused[0].headers.get("Retry-After") == (str(after) if after else None)
    assert ci.client.get(f"{ACTIONS}/runs").status_code == 200


def test_lists_come_in_pages(ci: Server) -> None:
    paths = {ci.dispatch() for number in range(3)}
    ids: list[int] = []
    address = f"{ACTIONS}/runs?per_page=2&event=workflow_dispatch"
    while address:
        answer = ci.client.get(address)
        assert answer.json()["total_count"] >= 3
        assert len(answer.json()["workflow_runs"]) <= 2
        ids += [run["id"] for run in answer.json()["workflow_runs"]]
        address = answer.links.get("next", {}).get("url", "")
    assert ids == sorted(set(ids), reverse=True)
    assert paths <= {f"{ACTIONS}/runs/{number}" for number in ids}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"event": "workflow_dispatch"}, True),
        ({"event": "push"}, False),
        ({"head_sha": COMMIT}, True),
        ({"head_sha": "0" * 40}, False),
        ({"branch": "main", "status": "success"}, True),
        ({"status": "failure", "created": "{now}"}, False),
        ({"created": ">={now}"}, True),
        ({"created": "{now}..*"}, True),
        ({"created": "*..{now}"}, True),
        ({"created": "<{now}"}, False),
        ({"created": "2020-01-01..2020-12-31"}, False),
        ({"created": ">2020-01-01"}, True),
    ],
)
def test_filters(ci: Server, parameters: dict[str, str], found: bool) -> None:
    run = ci.dispatch()
    created, number = ci.completed(run)["created_at"], int(run.rpartition("/")[2])
    wanted = {name: value.format(now=created) for name, value in parameters.items()}
    runs = ci.get(f"{ACTIONS}/runs", params=wanted)["workflow_runs"]
    assert (number in [one["id"] for one in runs]) is found


def test_who_has_the_answer_is_told_so(ci: Server) -> None:
    path = f"{ACTIONS}/workflows"
    etag = ci.client.get(path).headers["ETag"]
    again = ci.client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert ci.client.get(path, headers={"If-None-Match": 'W/"x"'}).status_code == 200


def test_the_repository_and_its_commit(ci: Server) -> None:
    assert ci.get(REPOSITORY)["default_branch"] == "main"
    for ref in ("main", COMMIT, COMMIT[:7]):
        assert ci.get(f"{REPOSITORY}/commits/{ref}")["sha"] == COMMIT
    assert ci.client.get(f"{REPOSITORY}/commits/{'0' * 40}").status_code == 422
    assert ci.get("/rate_limit")["resources"]["core"]["limit"] == 5000


def test_the_links_work_without_the_token(ci: Server) -> None:
    run = ci.dispatch()
    page = ci.completed(run)["html_url"]
    assert "postgres-tests: success" in httpx.get(page, trust_env=False).text
    assert "38 passed" in httpx.get(ci.job(run)["html_url"], trust_env=False).text


def processes_of(directory: Path) -> list[str]:
    """The command lines that name the directory."""
    named = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(directory) in command:
                named.append(os.fsdecode(command.replace(b"\0", b" ")))
    return named


def test_a_job_that_cannot_be_set_up_is_red(tmp_path: Path) -> None:
    with started(tmp_path, CI_QUEUE_SECONDS="0") as ci:
        run = ci.dispatch()
        assert ci.completed(run)["conclusion"] == "failure"
        steps = {step["name"]: step["conclusion"] for step in ci.job(run)["steps"]}
        assert steps["Check out psp/backend"] == "failure"
        assert "No such file or directory" in httpx.get(ci.job(run)["html_url"], trust_env=False).text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_api(tmp_path: Path, how: signal.Signals) -> None:
    with started(tmp_path, CI_QUEUE_SECONDS="0") as ci:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(TWIN / "backend", tmp_path / "app" / "backend", ignore=leave)
        run = ci.dispatch()
        jobs = tmp_path / "ci" / "jobs"
        until(lambda: len(ci.job(run)["steps"]) >= 4, "the job has its Postgres")
        assert any("postgres" in command for command in processes_of(jobs))
        ci.process.send_signal(how)
        ci.process.wait(LIMIT_SECONDS)
        until(lambda: not processes_of(jobs), f"the job's processes end after {how.name}")
    if how is signal.SIGTERM:
        assert list(jobs.iterdir()) == []
