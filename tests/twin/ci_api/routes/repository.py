# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository, its commits, and the rate limit."""

from __future__ import annotations

from fastapi import APIRouter, Request

from ci_api.errors import GitHubError
from ci_api.guard import LetIn
from ci_api.routes.common import OfApplication, repository_router
from ci_api.settings import BRANCH
from ci_api.shapes import repository as shapes
from ci_api.shapes.common import Shape

SHORTEST_ABBREVIATION = 4

router = APIRouter()
_repository = repository_router()


@_repository.get("")
async def repository(parts: OfApplication) -> Shape:
    """The repository."""
    return {**shapes.full(parts.base), "archived": parts.settings.faults().archived}


@_repository.get("/commits/{ref:path}")
async def commit(ref: str, parts: OfApplication) -> Shape:
    """By branch or by commit, which may be abbreviated."""
    sha = parts.settings.commit()
    if ref not in {BRANCH, f"heads/{BRANCH}"} and not is_commit(ref, sha):
        raise GitHubError(422, f"No commit found for SHA: {ref}")
    return shapes.commit(sha, parts.base)


def is_commit(ref: str, sha: str) -> bool:
    """Is `ref` the commit `sha`, or the beginning of it?"""
    return len(ref) >= SHORTEST_ABBREVIATION and sha.startswith(ref.lower())


@router.get("/rate_limit", dependencies=[LetIn])
async def rate_limit(request: Request) -> Shape:
    """Where the token stands."""
    rate = request.app.state.guard.rate()
    return {"resources": {"core": rate, "search": rate}, "rate": rate}


router.include_router(_repository)
