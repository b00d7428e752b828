# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository and its commits."""

from __future__ import annotations

from ci_api.settings import BRANCH, OWNER, REPOSITORY
from ci_api.shapes.common import Shape, node_id, repository_page, repository_url, user

REPOSITORY_ID = 702_511_904
# Everything is as old as the twin's code: nothing depends on it.
CREATED = "2025-03-03T08:00:00Z"
COMMITTED = "2026-11-02T09:30:00Z"

LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
COUNTS = (
    "forks",
    "forks_count",
    "network_count",
    "open_issues",
    "open_issues_count",
    "size",
    "stargazers_count",
    "subscribers_count",
    "watchers",
    "watchers_count",
)
HAS = ("has_issues", "has_projects", "has_wiki", "has_pages", "has_downloads", "has_discussions")


def minimal(base: str) -> Shape:
    """The repository as it stands inside other objects."""
    url, page = repository_url(base), repository_page(base)
    return {
        "id": REPOSITORY_ID,
        "node_id": node_id("R", REPOSITORY_ID),
        "name": REPOSITORY,
        "full_name": f"{OWNER}/{REPOSITORY}",
        "private": True,
        "owner": user(base),
        "html_url": page,
        "description": None,
        "fork": False,
        "url": url,
        **{name: url + path for name, path in LINKS.items()},
    }


def full(base: str) -> Shape:
    """The repository by itself."""
    page = repository_page(base)
    return {
        **minimal(base),
        "git_url": f"{page}.git",
        "ssh_url": f"{page}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        **dict.fromkeys(COUNTS, 0),
        **dict.fromkeys(HAS, False),
        "default_branch": BRANCH,
        "archived": False,
        "disabled": False,
        "visibility": "private",
        "license": None,
        "pushed_at": COMMITTED,
        "created_at": CREATED,
        "updated_at": COMMITTED,
    }


def commit(sha: str, base: str) -> Shape:
    """A commit; it has no history."""
    url = f"{repository_url(base)}/commits/{sha}"
    person = {**_person(), "date": COMMITTED}
    tree = {"sha": sha, "url": f"{repository_url(base)}/git/trees/{sha}"}
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "commit": {
            "author": person,
            "committer": person,
            "message": _message(),
            "tree": tree,
            "url": f"{repository_url(base)}/git/commits/{sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "url": url,
        "html_url": f"{repository_page(base)}/commit/{sha}",
        "comments_url": f"{url}/comments",
        "author": user(base),
        "committer": user(base),
        "parents": [],
    }


def simple_commit(sha: str) -> Shape:
    """A commit as it stands inside a run."""
    return {
        "id": sha,
        "tree_id": sha,
        "message": _message(),
        "timestamp": COMMITTED,
        "author": _person(),
        "committer": _person(),
    }


def _message() -> str:
    return "PSP-03D: reconciliation findings are unique per event and type"


def _person() -> dict[str, str]:
    return {"name": "PSP Backend", "email": "backend@psp.example"}
