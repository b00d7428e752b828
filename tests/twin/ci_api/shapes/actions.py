# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows, runs, jobs."""

from __future__ import annotations

from ci_api.model import Attempt, Job, Run, Step, Workflow
from ci_api.shapes import repository
from ci_api.shapes.common import Shape, node_id, repository_page, repository_url, time, user

RUNNER_ID = 1
RUNNER_NAME = "GitHub Actions 1"


def workflow(one: Workflow, base: str) -> Shape:
    """A workflow."""
    page = repository_page(base)
    file = one.path.rpartition("/")[2]
    return {
        "id": one.id,
        "node_id": node_id("W", one.id),
        "name": one.name,
        "path": one.path,
        "state": "active",
        "created_at": repository.CREATED,
        "updated_at": repository.COMMITTED,
        "url": f"{repository_url(base)}/actions/workflows/{one.id}",
        "html_url": f"{page}/blob/main/{one.path}",
        "badge_url": f"{page}/actions/workflows/{file}/badge.svg",
    }


def run(one: Run, attempt: Attempt, base: str) -> Shape:
    """A run as its `attempt` has it."""
    url = f"{repository_url(base)}/actions/runs/{one.id}"
    at_attempt = f"{url}/attempts/{attempt.number}"
    is_latest = attempt is one.latest
    page = f"{repository_page(base)}/actions/runs/{one.id}"
    return {
        "id": one.id,
        "name": one.workflow.name,
        "node_id": node_id("WFR", one.id),
        "head_branch": one.branch,
        "head_sha": one.sha,
        "path": one.workflow.path,
        "display_title": one.display_title,
        "run_number": one.number,
        "event": one.event,
        "status": attempt.status,
        "conclusion": attempt.conclusion,
        "workflow_id": one.workflow.id,
        "check_suite_id": one.id,
        "check_suite_node_id": node_id("CS", one.id),
        "url": url,
        "html_url": page if is_latest else f"{page}/attempts/{attempt.number}",
        "pull_requests": [],
        "created_at": time(one.created_at),
        "updated_at": time(one.updated_at if is_latest else attempt.completed_at),
        "actor": user(base),
        "run_attempt": attempt.number,
        "referenced_workflows": [],
        "run_started_at": time(attempt.requested_at),
        "triggering_actor": user(base),
        "jobs_url": f"{url if is_latest else at_attempt}/jobs",
        "logs_url": f"{url if is_latest else at_attempt}/logs",
        "check_suite_url": f"{repository_url(base)}/check-suites/{one.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{attempt.number - 1}" if attempt.number > 1 else None,
        "workflow_url": f"{repository_url(base)}/actions/workflows/{one.workflow.id}",
        "head_commit": repository.simple_commit(one.sha),
        "repository": repository.minimal(base),
        "head_repository": repository.minimal(base),
    }


def job(one: Job, of: Run, attempt: Attempt, base: str) -> Shape:
    """A job with its steps. Before a runner has it, `started_at` is when it was queued."""
    url = repository_url(base)
    had_runner = bool(one.steps)
    return {
        "id": one.id,
        "run_id": of.id,
        "workflow_name": of.workflow.name,
        "head_branch": of.branch,
        "run_url": f"{url}/actions/runs/{of.id}",
        "run_attempt": attempt.number,
        "node_id": node_id("CR", one.id),
        "head_sha": of.sha,
        "url": f"{url}/actions/jobs/{one.id}",
        "html_url": f"{repository_page(base)}/actions/runs/{of.id}/job/{one.id}",
        "status": one.status,
        "conclusion": one.conclusion,
        "created_at": time(one.created_at),
        "started_at": time(one.started_at or one.created_at),
        "completed_at": time(one.completed_at),
        "name": one.name,
        "steps": [_step(step) for step in one.steps],
        "check_run_url": f"{url}/check-runs/{one.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": RUNNER_ID if had_runner else None,
        "runner_name": RUNNER_NAME if had_runner else None,
        "runner_group_id": 0 if had_runner else None,
        "runner_group_name": "GitHub Actions" if had_runner else None,
    }


def dispatched(one: Run, base: str) -> Shape:
    """What a dispatch answers when it is asked for details."""
    return {
        "workflow_run_id": one.id,
        "run_url": f"{repository_url(base)}/actions/runs/{one.id}",
        "html_url": f"{repository_page(base)}/actions/runs/{one.id}",
    }


def _step(one: Step) -> Shape:
    return {
        "name": one.name,
        "status": one.status,
        "conclusion": one.conclusion,
        "number": one.number,
        "started_at": time(one.started_at),
        "completed_at": time(one.completed_at),
    }
