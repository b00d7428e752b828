# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs, their attempts and jobs; cancel and re-run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from ci_api.created import matches
from ci_api.errors import GitHubError
from ci_api.model import Attempt, Job, Run
from ci_api.routes.common import OfApplication, OnePage, Page, Parts, repository_router
from ci_api.settings import OWNER
from ci_api.shapes import actions as shapes
from ci_api.shapes.common import Shape
from ci_api.store import workflow as find_workflow

router = APIRouter()
_actions = repository_router("/actions")


@dataclass
class Wanted:
    """The filters of a list of runs."""

    actor: str = ""
    branch: str = ""
    event: str = ""
    status: str = ""
    created: str = ""
    head_sha: str = ""
    check_suite_id: int = 0

    def matches(self, run: Run) -> bool:
        """Does the run pass them all?"""
        pairs = (
            (self.actor, OWNER),
            (self.branch, run.branch),
            (self.event, run.event),
            (self.head_sha, run.sha),
            (self.check_suite_id, run.id),
        )
        return (
            all(not wanted or wanted == has for wanted, has in pairs)
            and self.status in {"", run.latest.status, run.latest.conclusion}
            and (not self.created or matches(self.created, run.created_at))
        )


Filters = Annotated[Wanted, Depends(Wanted)]


@_actions.get("/runs")
async def listed(parts: OfApplication, page: OnePage, wanted: Filters) -> Shape:
    """The runs of all workflows, the newest first."""
    return _shown(parts.store.runs(), wanted, page, parts)


@_actions.get("/workflows/{key}/runs")
async def of_workflow(key: str, parts: OfApplication, page: OnePage, wanted: Filters) -> Shape:
    """The runs of one workflow, the newest first."""
    workflow = find_workflow(key)
    runs = [run for run in parts.store.runs() if run.workflow is workflow]
    return _shown(runs, wanted, page, parts)


def _shown(runs: list[Run], wanted: Wanted, page: Page, parts: Parts) -> Shape:
    found = [run for run in runs if wanted.matches(run)]
    shown = [shapes.run(run, run.latest, parts.base) for run in page.cut(found)]
    return {"total_count": len(found), "workflow_runs": shown}


@_actions.get("/runs/{run_id}")
async def one(run_id: int, parts: OfApplication) -> Shape:
    """A run as its latest attempt has it."""
    run = parts.store.run(run_id)
    return shapes.run(run, run.latest, parts.base)


@_actions.get("/runs/{run_id}/attempts/{number}")
async def attempt(run_id: int, number: int, parts: OfApplication) -> Shape:
    """A run as one of its attempts has it."""
    return shapes.run(*parts.store.attempt(run_id, number), parts.base)


@_actions.get("/runs/{run_id}/jobs")
async def jobs(
    run_id: int,
    parts: OfApplication,
    page: OnePage,
    filter: Literal["latest", "all"] = "latest",  # noqa: A002 - the API's name for it
) -> Shape:
    """The jobs of the latest attempt, or of all."""
    run = parts.store.run(run_id)
    return _jobs(run, run.attempts if filter == "all" else [run.latest], page, parts)


@_actions.get("/runs/{run_id}/attempts/{number}/jobs")
async def jobs_of_attempt(run_id: int, number: int, parts: OfApplication, page: OnePage) -> Shape:
    """The jobs of one attempt."""
    run, wanted = parts.store.attempt(run_id, number)
    return _jobs(run, [wanted], page, parts)


def _jobs(run: Run, attempts: list[Attempt], page: Page, parts: Parts) -> Shape:
    found: list[tuple[Job, Attempt]] = [(job, one) for one in attempts for job in one.jobs]
    shown = [shapes.job(job, run, one, parts.base) for job, one in page.cut(found)]
    return {"total_count": len(found), "jobs": shown}


@_actions.post("/runs/{run_id}/cancel", status_code=202)
async def cancel(run_id: int, parts: OfApplication) -> Shape:
    """Cancel; 409 when it is over."""
    run = parts.store.run(run_id)
    if run.latest.status == "completed":
        raise GitHubError(409, "Cannot cancel a workflow run that is completed.")
    parts.runner.cancel(run)
    return {}


@_actions.post("/runs/{run_id}/rerun", status_code=201)
async def rerun(run_id: int, parts: OfApplication) -> Shape:
    """A new attempt, with the faults of now; 403 while one is under way."""
    run = parts.store.run(run_id)
    if run.latest.status != "completed":
        raise GitHubError(403, "This workflow is already running")
    run.faults = parts.settings.faults()
    run.attempts.append(Attempt(number=len(run.attempts) + 1))
    run.touch()
    parts.runner.start(run)
    return {}


router.include_router(_actions)
