# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Issues, their comments and labels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel

from ci_api.errors import NotFound
from ci_api.issues import Issues
from ci_api.model import now
from ci_api.routes.common import OfApplication, OnePage, Parts, repository_router
from ci_api.shapes import issues as shapes
from ci_api.shapes.common import Shape

router = repository_router("/issues")

LOGIN_PAGE = "<!DOCTYPE html><html><title>Sign in</title><form action='/session'></form></html>"


def _issues(request: Request) -> Issues:
    known: Issues = request.app.state.issues
    return known


OfIssues = Annotated[Issues, Depends(_issues)]


class Text(BaseModel):
    """A comment's."""

    body: str


class Change(BaseModel):
    """What of an issue is to be another."""

    state: Literal["open", "closed"] | None = None
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | None = None


class Labels(BaseModel):
    """Labels to add."""

    labels: list[str]


@router.get("/{number}")
async def one(number: int, parts: OfApplication, issues: OfIssues) -> Response:
    """An issue."""
    if issues.faults.web_page:
        return HTMLResponse(LOGIN_PAGE)
    return JSONResponse(shapes.issue(issues.get(number), parts.base))


@router.patch("/{number}")
async def change(number: int, wanted: Change, parts: OfApplication, issues: OfIssues) -> Shape:
    """Close it or open it again."""
    issues.write()
    issue = issues.get(number)
    if wanted.state:
        issue.open = wanted.state == "open"
        issue.closed_at = None if issue.open else now()
        issue.updated_at = now()
    return shapes.issue(issue, parts.base)


@router.get("/{number}/comments")
async def comments(number: int, parts: OfApplication, page: OnePage, issues: OfIssues) -> list[Shape]:
    """The oldest first."""
    return [shapes.comment(comment, parts.base) for comment in page.cut(issues.listed(number))]


@router.post("/{number}/comments", status_code=201)
async def comment(number: int, text: Text, parts: OfApplication, issues: OfIssues) -> Response:
    """A new comment."""
    issues.write()
    cut, issues.faults.cut = issues.faults.cut, ""
    if cut == "before":
        return _broken_off()
    made = issues.add_comment(number, text.body)
    return _broken_off() if cut else JSONResponse(shapes.comment(made, parts.base), 201)


@router.patch("/comments/{comment_id}")
async def edit(comment_id: int, text: Text, parts: OfApplication, issues: OfIssues) -> Shape:
    """Give a comment another body."""
    issues.write()
    found = issues.comment(comment_id)
    found.body, found.updated_at = issues.kept(text.body), now()
    return shapes.comment(found, parts.base)


@router.post("/{number}/labels")
async def add_labels(number: int, wanted: Labels, parts: OfApplication, issues: OfIssues) -> list[Shape]:
    """Add labels."""
    issues.write()
    issue = issues.get(number)
    issue.labels += [name for name in dict.fromkeys(wanted.labels) if name not in issue.labels]
    return _labels(issue.labels, parts)


@router.delete("/{number}/labels/{name}")
async def remove_label(number: int, name: str, parts: OfApplication, issues: OfIssues) -> list[Shape]:
    """Remove a label; 404 where the issue has none of that name."""
    issues.write()
    issue = issues.get(number)
    if name not in issue.labels:
        raise NotFound
    issue.labels.remove(name)
    return _labels(issue.labels, parts)


def _labels(names: list[str], parts: Parts) -> list[dict[str, Any]]:
    return [shapes.label(name, parts.base) for name in names]


def _broken_off() -> Response:
    """An answer whose connection ends before it does."""

    async def start() -> AsyncIterator[bytes]:
        yield b'{"id": 1'
        raise ConnectionAbortedError

    return StreamingResponse(start(), 201, {"Content-Length": "4096"}, "application/json")
