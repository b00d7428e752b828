# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is waited for to its end or to the limit, and all that became of it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import ci_run_evidence
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from tests.unit.plugins.module_utils._clients.fake_github import (
    REPOSITORY,
    FakeGitHub,
    QuickDeadline,
    Reply,
    collector,
    job,
    run,
    serve,
)

RUN = f"{REPOSITORY}/actions/runs/42"
JOBS = f"{RUN}/jobs"
LOGS = f"{REPOSITORY}/actions/jobs/99/logs"
LOG = "\ufeff2026-11-20T08:14:02.1Z hello\n"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Return a run that has ended GREEN."""
    monkeypatch.setattr(ci_run_evidence, "Deadline", QuickDeadline)
    QuickDeadline.pauses = []
    with serve() as server:
        server.on("GET", RUN, Reply(body=run()))
        server.on("GET", JOBS, Reply(body={"jobs": [job()]}))
        server.on("GET", LOGS, Reply(302, headers={"Location": "/_storage/99?sig=abc"}))
        server.on("GET", "/_storage/99", Reply(body=LOG))
        yield server


def waiting(fake: FakeGitHub, **params: Any) -> Collector:
    return collector(fake, **{"run_id": 42, "job": None, "limit": 100, "interval": 2, **params})


def test_a_run_that_has_ended(fake: FakeGitHub) -> None:
    started = waiting(fake)
    assert ci_run_evidence.collect(started) == {
        "status": "completed",
        "conclusion": "success",
        "job_conclusion": "success",
        "html_url": "https://github.com/psp/backend/actions/runs/42/job/99",
    }
    assert [step.name for step in started.steps] == ["ci_run", "ci_jobs", "ci_job_log"]
    assert json.loads(started.steps[0].stdout) == run()
    assert started.steps[2].stdout == LOG
    assert QuickDeadline.pauses == []


def test_the_pauses_grow(fake: FakeGitHub) -> None:
    queued, running = Reply(body=run(status="queued")), Reply(body=run(status="in_progress"))
    fake.on("GET", RUN, queued, queued, running, Reply(body=run()))
    started = waiting(fake)
    assert ci_run_evidence.collect(started)["status"] == "completed"
    assert QuickDeadline.pauses == [2, 3, 4.5]
    assert started.steps[0].started <= started.steps[0].ended


def test_the_pauses_grow_to_no_more_than_thirty_seconds(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(body=run(status="queued")))
    ci_run_evidence.collect(waiting(fake, limit=3600))
    assert max(QuickDeadline.pauses) == ci_run_evidence.LONGEST_PAUSE
    assert sum(QuickDeadline.pauses) == 3600


def test_the_state_at_the_limit_is_evidence(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(body=run(status="queued", conclusion=None)))
    fake.on("GET", JOBS, Reply(body={"jobs": [job(status="queued", conclusion=None)]}))
    started = waiting(fake, limit=7)
    assert ci_run_evidence.collect(started)["status"] == "queued"
    state, jobs, log = started.steps
    assert (state.name, state.outcome) == ("ci_run", "timed_out")
    assert state.reason == "it is still queued at the limit of 7 s"
    assert json.loads(state.stdout)["status"] == "queued"
    assert jobs.outcome == "ended"
    assert (log.outcome, log.reason) == ("not_run", "the job has not ended: it is still queued")


def test_what_has_not_changed_is_not_sent_again(fake: FakeGitHub) -> None:
    first = Reply(body=run(status="queued"), headers={"ETag": '"abc"'})
    fake.on("GET", RUN, first, Reply(304), Reply(body=run()))
    started = waiting(fake)
    assert ci_run_evidence.collect(started)["status"] == "completed"
    asked = fake.asked("GET", RUN)
    assert [request.headers.get("if-none-match") for request in asked] == [None, '"abc"', '"abc"']
    assert json.loads(started.steps[0].stdout)["status"] == "completed"


def test_a_server_that_is_unwell_for_a_while_does_not_end_the_wait(fake: FakeGitHub) -> None:
    bad = [Reply(503, "unwell")] * 9
    fake.on("GET", RUN, Reply(body=run(status="queued")), *bad, Reply(body=run()))
    assert ci_run_evidence.collect(waiting(fake))["status"] == "completed"


def test_a_server_that_stays_unwell(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(body=run(status="queued")), Reply(503, "unwell"))
    started = waiting(fake, limit=20)
    ci_run_evidence.collect(started)
    assert started.steps[0].outcome == "timed_out"
    assert "it is still queued at the limit of 20 s; GET " in started.steps[0].reason
    assert "GitHub is unwell" in started.steps[0].reason


def test_a_run_that_is_not_there_is_not_waited_for(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(404, {"message": "Not Found"}))
    started = waiting(fake)
    with pytest.raises(CollectError, match="it is not there, or the token may not see psp/backend"):
        ci_run_evidence.collect(started)
    assert [(step.name, step.exit_status) for step in started.steps] == [("ci_run", 404)]
    assert QuickDeadline.pauses == []


def test_every_earlier_attempt_is_kept(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(body=run(run_attempt=3)))
    for number in (1, 2):
        fake.on("GET", f"{RUN}/attempts/{number}", Reply(body=run(run_attempt=number, conclusion="failure")))
        red = job(run_attempt=number, conclusion="failure")
        fake.on("GET", f"{RUN}/attempts/{number}/jobs", Reply(body={"jobs": [red]}))
    started = waiting(fake)
    ci_run_evidence.collect(started)
    names = ["ci_run", "ci_attempts", "ci_attempt_jobs", "ci_jobs", "ci_job_log"]
    assert [step.name for step in started.steps] == names
    kept = [json.loads(line) for line in started.steps[1].stdout.splitlines()]
    assert [attempt["run_attempt"] for attempt in kept] == [1, 2]
    jobs = [json.loads(line)["jobs"][0] for line in started.steps[2].stdout.splitlines()]
    assert [found["run_attempt"] for found in jobs] == [1, 2]


@pytest.mark.parametrize(
    ("jobs", "wanted", "reason"),
    [
        ([job(), job(id=98, name="lint")], None, "the run has not exactly one job of that name"),
        ([job()], "other", "the run has not exactly one job of that name"),
        ([job(conclusion="skipped", steps=[])], None, "the job ran no step, so it has no log"),
    ],
)
def test_why_there_is_no_log(
    fake: FakeGitHub, jobs: list[dict[str, Any]], wanted: str | None, reason: str
) -> None:
    fake.on("GET", JOBS, Reply(body={"jobs": jobs}))
    started = waiting(fake, job=wanted)
    ci_run_evidence.collect(started)
    assert (started.steps[-1].name, started.steps[-1].outcome) == ("ci_job_log", "not_run")
    assert started.steps[-1].reason == reason
    assert fake.asked("GET", LOGS) == []


def test_a_log_that_is_late(fake: FakeGitHub) -> None:
    late = Reply(404, {"message": "Not Found"})
    fake.on("GET", LOGS, late, late, Reply(302, headers={"Location": "/_storage/99"}))
    started = waiting(fake)
    ci_run_evidence.collect(started)
    assert started.steps[-1].stdout == LOG


def test_a_log_that_has_expired_is_evidence_and_no_failure(fake: FakeGitHub) -> None:
    fake.on("GET", LOGS, Reply(410, {"message": "Gone"}))
    started = waiting(fake)
    ci_run_evidence.collect(started)
    assert (started.steps[-1].name, started.steps[-1].exit_status) == ("ci_job_log", 410)


def test_of_a_matrix_every_jobs_log_is_kept(fake: FakeGitHub) -> None:
    names = ("postgres-tests (15, 3.11)", "postgres-tests (16, 3.12)")
    jobs = [
        job(id=99, name=names[0]),
        job(id=98, name=names[1], conclusion="failure"),
        job(id=97, name="lint"),
    ]
    fake.on("GET", JOBS, Reply(body={"jobs": jobs}))
    fake.on("GET", LOGS.replace("99", "98"), Reply(302, headers={"Location": "/_storage/98"}))
    fake.on("GET", "/_storage/98", Reply(body="second\n"))
    started = waiting(fake, job="postgres-tests")
    assert ci_run_evidence.collect(started)["job_conclusion"] == "failure"
    logs = [step for step in started.steps if step.name == "ci_job_log"]
    assert [step.title for step in logs] == [f"Log of the job {name}" for name in names]
    assert [step.stdout for step in logs] == [LOG, "second\n"]
