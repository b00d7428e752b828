# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository's issues, which it remembers as long as it is up, and what is to go wrong with them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from datetime import datetime

from ci_api.errors import GitHubError, NotFound
from ci_api.model import now

# https://docs.github.com/en/rest/issues/comments; the limit is that of a body's characters.
LONGEST_BODY = 65_536
SECONDARY_LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass
class Comment:
    """A comment of an issue."""

    id: int
    issue: int
    body: str
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)


@dataclass
class Issue:
    """An issue; one that is a pull request says so in its links."""

    number: int
    id: int
    title: str
    open: bool = True
    locked: bool = False
    is_pull_request: bool = False
    closed_at: datetime | None = None
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    labels: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Refusal:
    """So many requests that write are refused from now on."""

    times: int = 0
    status: int = 403
    retry_after: int | None = 1


@dataclass
class Faults:
    """What is to go wrong.

    `outsider` says that the token is of somebody without write access. `cut` loses the next comment's
    answer, `before` or `after` it is kept. So many `stale` lists leave the newest comment out. `trims` says
    that blanks at the ends of lines are not kept.
    """

    archived: bool = False
    outsider: bool = False
    no_issues: bool = False
    web_page: bool = False
    cut: str = ""
    stale: int = 0
    trims: bool = False
    refusal: Refusal = field(default_factory=Refusal)


class Issues:
    """Issues by their number; number 1 is there from the start."""

    def __init__(self) -> None:
        self._ids = itertools.count(int(time.time() * 10))
        self.faults = Faults()
        self._issues: dict[int, Issue] = {}
        self.add("PSP-3031: close the release candidate")

    def add(self, title: str) -> Issue:
        """Open an issue."""
        issue = Issue(len(self._issues) + 1, next(self._ids), title)
        self._issues[issue.number] = issue
        return issue

    def get(self, number: int) -> Issue:
        """Raises NotFound."""
        if self.faults.no_issues:
            raise GitHubError(410, "Issues has been disabled in this repository.")
        if number not in self._issues:
            raise NotFound
        return self._issues[number]

    def comment(self, comment_id: int) -> Comment:
        """Raises NotFound."""
        for issue in self._issues.values():
            for comment in issue.comments:
                if comment.id == comment_id:
                    return comment
        raise NotFound

    def listed(self, number: int) -> list[Comment]:
        """The comments as a list shows them, which may be a moment behind."""
        comments = self.get(number).comments
        if self.faults.stale:
            self.faults.stale -= 1
            return comments[:-1]
        return comments

    def write(self) -> None:
        """Refuse what may not be written now."""
        refusal = self.faults.refusal
        if refusal.times:
            refusal.times -= 1
            headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
            raise GitHubError(refusal.status, SECONDARY_LIMIT, headers)
        if self.faults.archived:
            raise GitHubError(403, "Repository was archived so is read-only.")

    def add_comment(self, number: int, body: str) -> Comment:
        """Add a comment to an issue."""
        issue = self.get(number)
        if issue.locked and self.faults.outsider:
            raise GitHubError(403, "Unable to create comment because issue is locked.")
        comment = Comment(next(self._ids), number, self.kept(body))
        issue.comments.append(comment)
        issue.updated_at = comment.created_at
        return comment

    def kept(self, body: str) -> str:
        """What is kept of a body, where it is one."""
        if not body.strip():
            raise _invalid("Body can't be blank")
        if len(body) > LONGEST_BODY:
            raise _invalid(f"Body is too long (maximum is {LONGEST_BODY} characters)")
        return "\n".join(line.rstrip() for line in body.split("\n")) if self.faults.trims else body


def _invalid(message: str) -> GitHubError:
    error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
    return GitHubError(422, "Validation Failed", errors=[error])
