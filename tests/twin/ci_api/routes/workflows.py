# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows, and starting one."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from ci_api.errors import GitHubError
from ci_api.faults import Faults
from ci_api.model import WORKFLOWS, Run, Workflow
from ci_api.routes.common import OfApplication, OnePage, Parts, repository_router
from ci_api.settings import BRANCH
from ci_api.shapes import actions as shapes
from ci_api.shapes.common import Shape
from ci_api.store import workflow as find

# From this version of the API on a dispatch always answers with the details.
DETAILS_SINCE = "2026-03-10"
PERMITTED = {"ref", "inputs", "return_run_details"}

router = repository_router("/actions/workflows")


@router.get("")
async def listed(parts: OfApplication, page: OnePage) -> Shape:
    """All workflows."""
    shown = [shapes.workflow(one, parts.base) for one in page.cut(WORKFLOWS)]
    return {"total_count": len(WORKFLOWS), "workflows": shown}


@router.get("/{key}")
async def one(key: str, parts: OfApplication) -> Shape:
    """By id or by the name of its file."""
    return shapes.workflow(find(key), parts.base)


@router.post("/{key}/dispatches")
async def dispatch(key: str, request: Request, parts: OfApplication) -> Response:
    """Start a run: 200 with its id where the client asks for it, else 204."""
    workflow, faults, body = find(key), parts.settings.faults(), await request.body()
    if faults.read_only:
        needs = {"X-Accepted-GitHub-Permissions": "actions=write"}
        raise GitHubError(403, "Resource not accessible by personal access token", needs)
    if faults.archived:
        raise GitHubError(403, "Repository was archived so is read-only.")
    wanted = _wanted(body, workflow, faults)
    run = _start(workflow, wanted.get("inputs") or {}, faults, parts)
    new = request.headers.get("x-github-api-version", "") >= DETAILS_SINCE
    if (wanted.get("return_run_details") or new) and faults.run_details != "ignored":
        return JSONResponse(shapes.dispatched(run, parts.base))
    return Response(status_code=204)


def _start(workflow: Workflow, inputs: dict[str, Any], faults: Faults, parts: Parts) -> Run:
    marker = inputs.get("marker")
    # As the workflow file's run-name has it.
    title = f"{workflow.name} [{marker}]" if marker else workflow.name
    sha = faults.other_commit or parts.settings.commit()
    run = parts.store.add_run(workflow, BRANCH, sha, title, faults)
    parts.runner.start(run)
    return run


def _wanted(body: bytes, workflow: Workflow, faults: Faults) -> dict[str, Any]:
    """The request, if GitHub would take it."""
    try:
        wanted = json.loads(body)
    except ValueError as error:
        raise GitHubError(400, "Problems parsing JSON") from error
    if not isinstance(wanted, dict) or not isinstance(wanted.get("ref"), str):
        raise GitHubError(422, 'Invalid request.\n\n"ref" wasn\'t supplied.')
    unknown = sorted(set(wanted) - PERMITTED)
    if faults.run_details == "refused" and "return_run_details" in wanted:
        raise GitHubError(400, '"return_run_details" is not a permitted key.')
    if unknown:
        raise GitHubError(422, f'Invalid request.\n\n"{unknown[0]}" is not a permitted key.')
    if not workflow.dispatchable:
        raise GitHubError(422, "Workflow does not have 'workflow_dispatch' trigger")
    if wanted["ref"].removeprefix("refs/heads/") != BRANCH:
        raise GitHubError(422, f"No ref found for: {wanted['ref']}")
    unexpected = sorted(set(wanted.get("inputs") or {}) - set(workflow.inputs))
    if unexpected:
        raise GitHubError(422, f"Unexpected inputs provided: {json.dumps(unexpected)}")
    return wanted
