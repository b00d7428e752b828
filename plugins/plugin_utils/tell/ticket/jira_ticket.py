# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ticket that is an issue in Jira, in the Cloud or on a Data Center; its comments are the parts.

Of the Cloud, version 3 of the API is used, whose comments are documents, and of a Data Center version 2,
whose comments are wiki markup: each is stored as it was sent. Both take 32,767 characters, and answer 400
beyond.
"""

from __future__ import annotations

import base64
import typing as t
from functools import partial
from urllib.parse import quote

from ....module_utils._clients.rest import Document, RestClient
from ....module_utils._core.deadline import Deadline
from . import jira_problems
from .base import STEP, Comment, IssueTicket, State, TicketError
from .cleaning import Redact
from .message import DocumentFrame, Frame, Message, WikiFrame

_PAGE = 100
_TRANSITION = "TRANSITION_ISSUES"
# Comments, and the label of a FAIL.
_PERMISSIONS = {
    "ADD_COMMENTS": "Add Comments",
    "EDIT_ISSUES": "Edit Issues",
    _TRANSITION: "Transition Issues",
}
_CLOSED_AT = ("resolutiondate", "statuscategorychangedate")


class JiraTicket(IssueTicket):
    """One issue."""

    characters = 32_767

    def __init__(
        self, params: t.Mapping[str, t.Any], issue: str, token: str, redact: Redact, deadline: Deadline
    ) -> None:
        """Take the options of C(opening.SPEC), the issue's key and the token.

        The token is a Cloud API token with the C(user) it belongs to, or a personal access token without.
        """
        self.place = self._issue = issue
        self._params = params
        self._url = str(params["url"]).rstrip("/")
        self._client = RestClient(
            self._url,
            redact,
            deadline,
            explain=partial(jira_problems.explain, issue=issue),
            is_rate_limited=jira_problems.is_rate_limited,
            headers={"Accept": "application/json", **_authorization(str(params.get("user") or ""), token)},
            ca_file=params.get("ca_file"),
            kept=False,
        )
        cloud = self._is_cloud()
        self.frame: Frame = DocumentFrame() if cloud else WikiFrame()
        self._path = f"/rest/api/{3 if cloud else 2}/issue/{quote(issue, safe='')}"

    def state(self) -> State:
        query = {"fields": ",".join(["status", "labels", *_CLOSED_AT])}
        issue = self._ask("GET", self._path, query=query).document
        fields = issue.get("fields", {})
        status = fields.get("status", {})
        is_open = not _is_done(status)
        times = (str(fields[name]) for name in _CLOSED_AT if fields.get(name) and not is_open)
        return State(
            open=is_open,
            name=str(status.get("name", "")),
            closed_at=next(times, ""),
            labels=tuple(map(str, fields.get("labels", []))),
            url=f"{self._url}/browse/{issue.get('key', self._issue)}",
        )

    def refusal(self) -> str:
        """Jira tells what the token's user may do with an issue."""
        needed = {
            name: _PERMISSIONS[name]
            for name in _PERMISSIONS
            if name != _TRANSITION or self._params.get("close")
        }
        path = self._path.rpartition("/issue/")[0] + "/mypermissions"
        answer = self._client.ask(
            "GET", path, STEP, query={"issueKey": self._issue, "permissions": ",".join(needed)}
        )
        told = {} if answer.problem else answer.document.get("permissions") or {}
        missing = [needed[name] for name in needed if (told.get(name) or {}).get("havePermission") is False]
        return f"the token requires {' and '.join(missing)} on {self._issue}" if missing else ""

    def switch(self, *, to_open: bool) -> None:
        """Make the transition that the options name, or else the only one to a status that is done or not."""
        verb = "reopen" if to_open else "close"
        name = str(self._params.get(f"{verb}_transition") or "")
        query = {"expand": "transitions.fields"}
        offered = self._ask("GET", f"{self._path}/transitions", query=query).items("transitions")
        fitting = [one for one in offered if _fits(one, verb, name)]
        if len(fitting) != 1:
            raise TicketError(self._which(verb, name, offered, fitting))
        body = {"transition": {"id": str(fitting[0]["id"])}, **self._fields(fitting[0])}
        self._ask("POST", f"{self._path}/transitions", body=body)

    def label(self, name: str, *, wanted: bool) -> None:
        change = {"update": {"labels": [{"add" if wanted else "remove": name}]}}
        self._ask("PUT", self._path, body=change)

    def _which(
        self, verb: str, name: str, offered: t.Sequence[Document], fitting: t.Sequence[Document]
    ) -> str:
        named = (f"{one.get('name')} (to {one.get('to', {}).get('name')})" for one in offered)
        names = ", ".join(named) or "none"
        variable = f"rc_closure_ticket_jira.{verb}_transition"
        if name:
            return (
                f"{variable} is {name}, which the status of {self._issue} does not offer; it offers {names}: "
                "correct the name, or give the token the permission Transition Issues"
            )
        many = "several transitions" if fitting else "no transition"
        return f"{self._issue} offers {many} to {verb} it, of {names}: name one in {variable}"

    def _fields(self, transition: Document) -> Document:
        """Return the C(fields) that the transition requires, if any."""
        screen = transition.get("fields") or {}
        resolution = str(self._params.get("resolution") or "")
        known = {"resolution": {"name": resolution}} if resolution and "resolution" in screen else {}
        required = (
            name for name, one in screen.items() if one.get("required") and not one.get("hasDefaultValue")
        )
        missing = [name for name in required if name not in known]
        if missing:
            remedy = ": set rc_closure_ticket_jira.resolution" if "resolution" in missing else ""
            raise TicketError(
                f"the transition {transition.get('name')} of {self._issue} requires "
                f"{', '.join(missing)}{remedy}"
            )
        return {"fields": known} if known else {}

    def _is_cloud(self) -> bool:
        deployment = self._params.get("deployment") or "auto"
        if deployment == "auto":
            deployment = self._ask("GET", "/rest/api/2/serverInfo").document.get("deploymentType")
        return str(deployment).lower() == "cloud"

    def _documents(self) -> list[Document]:
        documents: list[Document] = []
        while True:
            query = {"startAt": len(documents), "maxResults": _PAGE, "orderBy": "created"}
            page = self._ask("GET", f"{self._path}/comment", query=query)
            documents += page.items("comments")
            if not page.items("comments") or len(documents) >= int(page.document.get("total", 0)):
                return sorted(documents, key=lambda document: int(document["id"]))

    def _address(self, comment: Comment | None) -> tuple[str, str]:
        path = f"{self._path}/comment"
        return ("PUT", f"{path}/{comment.id}") if comment else ("POST", path)

    def _comment(self, document: Document, message: Message) -> Comment:
        number, author = str(document.get("id", "")), document.get("author") or {}
        url = f"{self._url}/browse/{self._issue}?focusedCommentId={number}"
        return Comment(number, url, str(author.get("displayName") or author.get("name") or ""), message)


def _authorization(user: str, token: str) -> dict[str, str]:
    basic = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {"Authorization": f"Basic {basic}" if user else f"Bearer {token}"}


def _is_done(status: t.Mapping[str, t.Any]) -> bool:
    return bool(status.get("statusCategory", {}).get("key") == "done")


def _fits(transition: Document, verb: str, name: str) -> bool:
    to = transition.get("to", {})
    if not name:
        return _is_done(to) == (verb == "close")
    known = (transition.get("name", ""), to.get("name", ""), transition.get("id", ""))
    return name.lower() in [str(one).lower() for one in known]
