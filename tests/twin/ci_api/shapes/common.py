# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all shapes need: times, node ids, and the one user."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from ci_api.settings import OWNER, REPOSITORY

Shape = dict[str, Any]

USER_ID = 4_100_200
USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def time(moment: datetime | None) -> str | None:
    """To the second, as GitHub gives it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def node_id(kind: str, number: int) -> str:
    """An opaque name for an object."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def repository_url(base: str) -> str:
    """The repository in the API."""
    return f"{base}/repos/{OWNER}/{REPOSITORY}"


def repository_page(base: str) -> str:
    """The repository for people."""
    return f"{base}/{OWNER}/{REPOSITORY}"


def user(base: str) -> Shape:
    """The owner of the repository, who also starts all runs."""
    url = f"{base}/users/{OWNER}"
    return {
        "login": OWNER,
        "id": USER_ID,
        "node_id": node_id("O", USER_ID),
        "avatar_url": f"{base}/avatars/{USER_ID}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{base}/{OWNER}",
        **{name: url + path for name, path in USER_LINKS.items()},
        "type": "Organization",
        "site_admin": False,
    }
