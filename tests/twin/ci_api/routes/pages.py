# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees who follows a link in the report: plain text, as long as the twin is up."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from ci_api.model import WORKFLOWS, Job, Run
from ci_api.routes.common import OfApplication
from ci_api.settings import OWNER, REPOSITORY

router = APIRouter(default_response_class=PlainTextResponse)
_PREFIX = f"/{OWNER}/{REPOSITORY}/actions/runs/{{run_id}}"


@router.get("/")
async def home() -> str:
    """Says that it is up; needs no token."""
    names = "\n".join(f"  {workflow.name}" for workflow in WORKFLOWS)
    return f"The twin's CI for {OWNER}/{REPOSITORY}. Workflows:\n{names}\n"


@router.get(_PREFIX)
async def run(run_id: int, parts: OfApplication) -> str:
    """The run and its jobs."""
    found = parts.store.run(run_id)
    lines = [_headline(found), f"commit {found.sha}"]
    for attempt in found.attempts:
        lines.append(f"attempt {attempt.number}: {_state(attempt.status, attempt.conclusion)}")
        lines += [f"  {job.name}: {_state(job.status, job.conclusion)}" for job in attempt.jobs]
    return "\n".join(lines) + "\n"


@router.get(f"{_PREFIX}/job/{{job_id}}")
async def job(run_id: int, job_id: int, parts: OfApplication) -> str:
    """The job, its steps and its log so far."""
    found, _attempt, one = parts.store.job(job_id)
    return "\n".join([_headline(found), *_steps(one), "", _log(one, parts)])


def _headline(run: Run) -> str:
    return f"{run.display_title} #{run.number}: {_state(run.latest.status, run.latest.conclusion)}"


def _steps(job: Job) -> list[str]:
    steps = [f"  {one.number}. {one.name}: {_state(one.status, one.conclusion)}" for one in job.steps]
    return [f"{job.name}: {_state(job.status, job.conclusion)}", *steps]


def _log(job: Job, parts: OfApplication) -> str:
    path = parts.storage.path(job.id)
    return path.read_text(encoding="utf-8-sig") if path.exists() else "There is no log."


def _state(status: str, conclusion: str | None) -> str:
    return conclusion or status
