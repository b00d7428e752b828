# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last steps of Package-0: the run at its end, its earlier attempts, its jobs, the required job's log."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._clients.github import GitHub, connect
from .._clients.rest import Answer, joined
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.deadline import Deadline
from .._core.evidence import TIMED_OUT
from .._text import github_runs
from .._text.github_runs import COMPLETED, Document

LONGEST_PAUSE = 30.0
GROWTH = 1.5
# What is left to be asked once the wait is over, whatever it was that ended it.
AFTERMATH_SECONDS = 180.0
# A log may need a moment to arrive where it is kept.
LOG_PAUSES = (1.0, 2.0, 4.0)


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return what became of the run and of its required job."""
    run_id = collector.params["run_id"]
    run = _wait(collector, connect(collector, Deadline(collector.params["limit"])), run_id)
    github = connect(collector, Deadline(AFTERMATH_SECONDS))
    _attempts(collector, github, run)
    jobs = github.pages(f"/actions/runs/{run_id}/jobs", steps.CI_JOBS, query={"filter": "latest"})
    collector.add(jobs.step)
    if jobs.problem:
        raise CollectError(jobs.problem)
    required = github_runs.select_jobs(jobs.items("jobs"), collector.params["job"] or "")
    for one in required or (None,):
        _keep_log(collector, github, one)
    # Of several, one that did not pass stands for all.
    other = [one for one in required if one.get("conclusion") != github_runs.SUCCESS]
    job = (other or required)[0] if required else None
    return {
        "status": run.get("status"),
        "conclusion": run.get("conclusion"),
        "job_conclusion": job.get("conclusion") if job else None,
        "html_url": (job or run).get("html_url"),
    }


def _wait(collector: Collector, github: GitHub, run_id: int) -> Document:
    """Look at the run until it has ended or the limit is reached; both are kept."""
    pause = float(collector.params["interval"])
    first = last = known = _look(github, run_id, "")
    while not _settled(known) and github.deadline.pause(pause):
        last = _look(github, run_id, known.headers.get("etag", ""))
        # What was known still holds where nothing changed, or where the server is unwell for a while.
        known = known if last.status == 304 or (last.passing and not known.problem) else last
        pause = min(pause * GROWTH, LONGEST_PAUSE)
    step = replace(known.step, started=first.step.started, ended=last.step.ended)
    if not _settled(known) and not known.problem:
        limit = f"at the limit of {collector.params['limit']:g} s"
        reason = "; ".join(filter(None, [f"{github_runs.meaning(known.document)} {limit}", last.problem]))
        step = replace(step, outcome=TIMED_OUT, reason=reason)
    collector.add(step)
    if known.problem:
        raise CollectError(known.problem)
    return known.document


def _look(github: GitHub, run_id: int, etag: str) -> Answer:
    return github.get(f"/actions/runs/{run_id}", steps.CI_RUN.about(run=run_id), etag=etag)


def _settled(answer: Answer) -> bool:
    """Whether waiting longer would show nothing else."""
    if answer.problem:
        return not answer.passing
    return answer.document.get("status") == COMPLETED


def _attempts(collector: Collector, github: GitHub, run: Document) -> None:
    """Keep each earlier attempt and its jobs: a run that was run again shows its last one only."""
    earlier = range(1, github_runs.attempt_of(run))
    paths = [f"/actions/runs/{run['id']}/attempts/{number}" for number in earlier]
    if not paths:
        return
    runs = [github.get(path, steps.CI_ATTEMPTS) for path in paths]
    jobs = [github.pages(f"{path}/jobs", steps.CI_ATTEMPT_JOBS) for path in paths]
    collector.add(joined(runs).step)
    collector.add(joined(jobs).step)


def _keep_log(collector: Collector, github: GitHub, job: Document | None) -> None:
    """Keep the step of the job's log, or why there is none to fetch."""
    step, refusal = steps.CI_JOB_LOG.about(job=(job or {}).get("name", "")), _no_log(job)
    if job is None or refusal:
        collector.not_run(step, "GET …/actions/jobs/…/logs", refusal)
        return
    pauses = list(LOG_PAUSES)
    while True:
        answer = github.log(int(job["id"]), step)
        if answer.status != 404 or not pauses or not github.deadline.pause(pauses.pop(0)):
            collector.add(answer.step)
            return


def _no_log(job: Document | None) -> str:
    if job is None:
        return "the run has not exactly one job of that name"
    if job.get("status") != COMPLETED:
        return f"the job has not ended: {github_runs.meaning(job)}"
    return "" if job.get("steps") else "the job ran no step, so it has no log"
