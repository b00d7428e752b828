# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Issues and their comments."""

from __future__ import annotations

from ci_api.issues import Comment, Issue
from ci_api.shapes.common import Shape, node_id, repository_page, repository_url, time, user

ASSOCIATION = "MEMBER"


def issue(found: Issue, base: str) -> Shape:
    """An issue."""
    url = f"{repository_url(base)}/issues/{found.number}"
    page = f"{repository_page(base)}/issues/{found.number}"
    more: Shape = {} if found.open else {"state_reason": "completed"}
    if found.is_pull_request:
        more["pull_request"] = _pull_request(found, base)
    return {
        "id": found.id,
        "node_id": node_id("I", found.id),
        "url": url,
        "repository_url": repository_url(base),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": page,
        "number": found.number,
        "state": "open" if found.open else "closed",
        "title": found.title,
        "body": None,
        "user": user(base),
        "labels": [label(name, base) for name in found.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": found.locked,
        "active_lock_reason": None,
        "comments": len(found.comments),
        "closed_at": time(found.closed_at),
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
        "author_association": ASSOCIATION,
        **more,
    }


def comment(found: Comment, base: str) -> Shape:
    """A comment."""
    url = repository_url(base)
    page = f"{repository_page(base)}/issues/{found.issue}#issuecomment-{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("IC", found.id),
        "url": f"{url}/issues/comments/{found.id}",
        "html_url": page,
        "issue_url": f"{url}/issues/{found.issue}",
        "body": found.body,
        "user": user(base),
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
        "author_association": ASSOCIATION,
    }


def label(name: str, base: str) -> Shape:
    """A label, which the repository makes when it is first given."""
    number = sum(name.encode())
    return {
        "id": number,
        "node_id": node_id("LA", number),
        "url": f"{repository_url(base)}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def _pull_request(found: Issue, base: str) -> Shape:
    page = f"{repository_page(base)}/pull/{found.number}"
    url = f"{repository_url(base)}/pulls/{found.number}"
    return {"url": url, "html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
