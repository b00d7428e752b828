# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job, and the way to its log."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi.responses import RedirectResponse

from ci_api.errors import GitHubError, NotFound
from ci_api.routes.common import OfApplication, repository_router
from ci_api.shapes import actions as shapes
from ci_api.shapes.common import Shape

router = repository_router("/actions/jobs")


@router.get("/{job_id}")
async def one(job_id: int, parts: OfApplication) -> Shape:
    """The job with its steps."""
    run, attempt, job = parts.store.job(job_id)
    return shapes.job(job, run, attempt, parts.base)


@router.get("/{job_id}/logs")
async def logs(job_id: int, parts: OfApplication) -> RedirectResponse:
    """302 to the storage; 404 before the job is over or where it has no log, 410 when expired."""
    job = parts.store.job(job_id)[2]
    if job.status != "completed" or not parts.storage.path(job_id).exists():
        raise NotFound
    if parts.settings.faults().expired_logs:
        raise GitHubError(410, "Gone")
    query = urlencode(parts.storage.query(job_id))
    return RedirectResponse(f"{parts.base}/_storage/{job_id}.txt?{query}", status_code=302)
