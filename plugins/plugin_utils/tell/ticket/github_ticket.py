# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ticket that is an issue on GitHub; its comments are the parts.

https://docs.github.com/en/rest/issues/comments: a comment takes 65,536 characters, and answers 422 beyond.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ....module_utils._clients import github_problems
from ....module_utils._clients.github import PAGE, GitHub
from ....module_utils._clients.http import Exchange
from ....module_utils._clients.rest import Document
from ....module_utils._core.deadline import Deadline
from .base import STEP, Comment, IssueTicket, State, TicketError
from .cleaning import Redact
from .message import MarkdownFrame, Message

# An issue takes 2,500 comments.
_LAST_PAGE = 30
# https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
_WRITING = {"repo", "public_repo"}


class GitHubTicket(IssueTicket):
    """One issue."""

    frame = MarkdownFrame()
    characters = 65_536
    _client: GitHub

    def __init__(
        self, params: t.Mapping[str, t.Any], issue: str, token: str, redact: Redact, deadline: Deadline
    ) -> None:
        """Take the options of C(github.SPEC), the issue's number and the token."""
        self._issue = issue
        self._path = f"/issues/{issue}"
        self._client = GitHub(params, token, redact, deadline, explain=self._explain, kept=False)
        self.place = f"{self._client.repository}#{issue}"

    def state(self) -> State:
        issue = self._ask("GET", self._path).document
        return State(
            open=issue.get("state") == "open",
            name=str(issue.get("state", "")),
            closed_at=str(issue.get("closed_at") or ""),
            labels=tuple(_label(label) for label in issue.get("labels", [])),
            url=str(issue.get("html_url", "")),
            unclosable="it is a pull request, not an issue" if "pull_request" in issue else "",
        )

    def refusal(self) -> str:
        """Only classic tokens have scopes that GitHub tells; of the others it says nothing beforehand."""
        issue = self._ask("GET", self._path)
        answer = self._client.get("", STEP)
        repository = {} if answer.problem else answer.document
        scopes = {one.strip() for one in issue.headers.get("x-oauth-scopes", "").split(",")} - {""}
        outsider = scopes and (repository.get("permissions") or {}).get("push") is False
        if repository.get("archived"):
            return _archived(self._client.repository)
        if scopes and not scopes & _WRITING:
            return f"the token has only the scopes {', '.join(sorted(scopes))}: give it the scope repo"
        return self._locked(self._client.repository) if outsider and issue.document.get("locked") else ""

    def switch(self, *, to_open: bool) -> None:
        """Close the issue as completed, or open it again."""
        fields = {"state": "open"} if to_open else {"state": "closed", "state_reason": "completed"}
        self._ask("PATCH", self._path, body=fields)

    def label(self, name: str, *, wanted: bool) -> None:
        """Add the label, which GitHub makes where the repository has none of that name, or remove it."""
        path = f"{self._path}/labels"
        if wanted:
            self._ask("POST", path, body={"labels": [name]})
        elif name in self.state().labels:
            self._ask("DELETE", f"{path}/{quote(name, safe='')}")

    def _documents(self) -> list[Document]:
        """GitHub lists them by their time."""
        answer = self._carried_out(self._client.pages(f"{self._path}/comments", STEP, last=_LAST_PAGE))
        if 'rel="next"' in answer.headers.get("link", ""):
            raise TicketError(
                f"{self.place} has more than {_LAST_PAGE * PAGE} comments, so the parts in it "
                "cannot be found: set rc_closure_ticket_issue to another issue"
            )
        return answer.items()

    def _address(self, comment: Comment | None) -> tuple[str, str]:
        return ("PATCH", f"/issues/comments/{comment.id}") if comment else ("POST", f"{self._path}/comments")

    def _comment(self, document: Document, message: Message) -> Comment:
        author = str((document.get("user") or {}).get("login", ""))
        return Comment(str(document.get("id", "")), str(document.get("html_url", "")), author, message)

    def _explain(self, exchange: Exchange, repository: str) -> str:
        """Return what an answer means for an issue, or C('') if it means what it means elsewhere."""
        status = exchange.step.exit_status
        if exchange.is_web_page or github_problems.is_rate_limited(exchange):
            return ""
        said = github_problems.message(exchange.body)
        remedies = {
            403: self._forbidden(exchange, said.lower(), repository),
            404: (
                f"there is no issue {self._issue} in {repository}, or the token may not see it (GitHub "
                "answers 404 for both): correct rc_closure_ticket_issue, rc_closure_ticket_repository or the "
                "token's access"
            ),
            410: "the issue was deleted, or the repository's issues are switched off",
            422: "make rc_closure_ticket_jira.characters smaller" if "too long" in said.lower() else "",
        }
        remedy = remedies.get(status or 0, "")
        return f"{exchange.asked} answered {status} ({said}): {remedy}" if remedy else ""

    def _forbidden(self, exchange: Exchange, said: str, repository: str) -> str:
        if "archived" in said:
            return _archived(repository)
        if "locked" in said:
            return self._locked(repository)
        if "x-github-sso" in exchange.headers:
            return ""
        wanted = exchange.headers.get("x-accepted-github-permissions", "issues=write")
        return f"the token may not do this on {repository}: it requires {wanted}"

    def _locked(self, repository: str) -> str:
        return (
            f"the issue {self._issue} is locked: unlock it, or use the token of somebody with write "
            f"access to {repository}"
        )


def _archived(repository: str) -> str:
    return f"{repository} is archived, so nothing can be written: unarchive it, or use another ticket"


def _label(label: t.Any) -> str:
    return str(label.get("name", "")) if isinstance(label, dict) else str(label)
