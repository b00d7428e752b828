# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ticket that is an issue in Jira, in the Cloud or on a Data Center; its comments are the parts.

Of the Cloud, version 3 of the API is used, whose comments are documents, and of a Data Center version 2,
whose comments are wiki markup: each is stored as it was sent. Both take 32,767 characters, and answer 400
beyond.
"""

from __future__ import annotations

import base64
import typing as t
from urllib.parse import quote

from ....module_utils._clients.http import Exchange
from ....module_utils._clients.rest import Answer, Deadline, Dialect, Document, RestClient, joined
from ....module_utils._core.step_names import StepName
from . import jira_problems
from .base import Comment, State, Ticket, TicketError, added, carried_out, not_editable
from .message import DocumentFrame, Frame, Message, WikiFrame

CHARACTERS = 32_767

CLOUD = "cloud"
DATA_CENTER = "data_center"
AUTO = "auto"

_PAGE = 100
_DONE = "done"
_CLOSED_AT = ("resolutiondate", "statuscategorychangedate")
# No step of the ticket is evidence.
_STEP = StepName("ticket")


class JiraTicket(Ticket):
    """One issue."""

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        issue: str,
        token: str,
        redact: t.Callable[[str], str],
        deadline: Deadline,
        *,
        characters: int | None = None,
    ) -> None:
        """Take the options of C(opening.SPEC), the issue's key and the token.

        The token is a Cloud API token with the C(user) it belongs to, or a personal access token without.
        C(characters) is the longest comment's length, if an administrator has set another.
        """
        self.place = self._issue = issue
        self._params = params
        self._url = str(params["url"]).rstrip("/")
        dialect = Dialect(
            explain=self._explain,
            is_rate_limited=jira_problems.is_rate_limited,
            headers={"Accept": "application/json", **_authorization(str(params.get("user") or ""), token)},
        )
        self._client = RestClient(
            self._url, dialect, redact, deadline, ca_file=params.get("ca_file"), kept=False
        )
        cloud = self._is_cloud(str(params.get("deployment") or AUTO))
        self.frame: Frame = DocumentFrame() if cloud else WikiFrame()
        self.characters = characters or CHARACTERS
        self._api = f"/rest/api/{3 if cloud else 2}"
        self._path = f"{self._api}/issue/{quote(issue, safe='')}"

    def state(self) -> State:
        """Ask for the issue's status and labels."""
        wanted = ["status", "labels", *_CLOSED_AT]
        issue = self._ask("GET", self._path, query={"fields": ",".join(wanted)}).document
        fields = issue.get("fields", {})
        status = fields.get("status", {})
        is_open = _category(status) != _DONE
        times = [str(fields[name]) for name in _CLOSED_AT if fields.get(name)]
        return State(
            open=is_open,
            name=str(status.get("name", "")),
            closed_at="" if is_open or not times else times[0],
            labels=tuple(map(str, fields.get("labels", []))),
            url=f"{self._url}/browse/{issue.get('key', self._issue)}",
        )

    def comments(self) -> list[Comment]:
        """Ask for all comments, page by page."""
        pages: list[Answer] = []
        seen = 0
        while True:
            query = {"startAt": seen, "maxResults": _PAGE, "orderBy": "created"}
            pages.append(self._ask("GET", f"{self._path}/comment", query=query))
            seen += len(pages[-1].items("comments"))
            if not pages[-1].items("comments") or seen >= int(pages[-1].document.get("total", 0)):
                break
        found = (self._comment(document) for document in joined(pages).items("comments"))
        return sorted((comment for comment in found if comment), key=lambda comment: int(comment.id))

    def add(self, message: Message) -> Comment:
        """Add a comment."""
        body = {"body": self.frame.write(message)}
        answer = added(self._client.ask("POST", f"{self._path}/comment", _STEP, body=body))
        return Comment(*self._place(answer.document), message)

    def edit(self, comment: Comment, message: Message) -> Comment:
        """Update a comment."""
        body = {"body": self.frame.write(message)}
        path = f"{self._path}/comment/{quote(comment.id, safe='')}"
        answer = self._client.ask("PUT", path, _STEP, body=body)
        if answer.status in (400, 403, 404) and "too long" not in answer.problem:
            raise not_editable(answer, comment)
        carried_out(answer)
        return Comment(comment.id, comment.url, comment.author, message)

    def close(self) -> None:
        """Make the transition to a status that counts as done."""
        self._move(str(self._params.get("close_transition") or ""), "close", (_DONE,))

    def reopen(self) -> None:
        """Make the transition to a status that does not."""
        self._move(str(self._params.get("reopen_transition") or ""), "reopen", ("new", "indeterminate"))

    def label(self, name: str, *, wanted: bool) -> None:
        """Add or remove the label."""
        change = {"update": {"labels": [{"add" if wanted else "remove": name}]}}
        self._ask("PUT", self._path, body=change)

    def _move(self, name: str, verb: str, categories: t.Sequence[str]) -> None:
        query = {"expand": "transitions.fields"}
        offered = self._ask("GET", f"{self._path}/transitions", query=query).items("transitions")
        fitting = [one for one in offered if _fits(one, name, categories)]
        if len(fitting) != 1:
            raise TicketError(self._which(name, verb, offered, fitting))
        transition = fitting[0]
        fields = self._fields(transition)
        body: Document = {"transition": {"id": str(transition["id"])}, **fields}
        self._ask("POST", f"{self._path}/transitions", body=body)

    def _fields(self, transition: Document) -> dict[str, t.Any]:
        """Return the C(fields) that the transition requires, if any."""
        screen = transition.get("fields") or {}
        resolution = str(self._params.get("resolution") or "")
        known = {"resolution": {"name": resolution}} if resolution and "resolution" in screen else {}
        wanting = [
            name
            for name, field in screen.items()
            if field.get("required") and not field.get("hasDefaultValue") and name not in known
        ]
        if wanting:
            remedy = ": set rc_closure_ticket_jira_resolution" if "resolution" in wanting else ""
            raise TicketError(
                f"the transition {transition.get('name')} of {self._issue} requires "
                f"{', '.join(wanting)}{remedy}"
            )
        return {"fields": known} if known else {}

    def _which(
        self, name: str, verb: str, offered: t.Sequence[Document], fitting: t.Sequence[Document]
    ) -> str:
        named = (f"{one.get('name')} (to {one.get('to', {}).get('name')})" for one in offered)
        names = ", ".join(named) or "none"
        variable = f"rc_closure_ticket_jira_{verb}_transition"
        if name:
            return (
                f"{variable} is {name}, which the status of {self._issue} does not offer; it offers {names}: "
                "correct the name, or give the token the permission Transition Issues"
            )
        many = "several transitions" if fitting else "no transition"
        return f"{self._issue} offers {many} to {verb} it, of {names}: name one in {variable}"

    def _is_cloud(self, deployment: str) -> bool:
        if deployment != AUTO:
            return deployment == CLOUD
        info = self._ask("GET", "/rest/api/2/serverInfo").document
        return str(info.get("deploymentType", "")).lower() == CLOUD

    def _ask(self, method: str, path: str, **options: t.Any) -> Answer:
        return carried_out(self._client.ask(method, path, _STEP, **options))

    def _comment(self, document: Document) -> Comment | None:
        message = self.frame.read(document.get("body") or "")
        return Comment(*self._place(document), message) if message else None

    def _place(self, document: Document) -> tuple[str, str, str]:
        number, author = str(document.get("id", "")), document.get("author") or {}
        url = f"{self._url}/browse/{self._issue}?focusedCommentId={number}"
        return number, url, str(author.get("displayName") or author.get("name") or "")

    def _explain(self, exchange: Exchange, json_wanted: bool) -> str:
        return jira_problems.explain(exchange, self._issue, json_wanted=json_wanted)


def _authorization(user: str, token: str) -> dict[str, str]:
    if not token:
        return {}
    if not user:
        return {"Authorization": f"Bearer {token}"}
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"}


def _category(status: t.Mapping[str, t.Any]) -> str:
    return str(status.get("statusCategory", {}).get("key", ""))


def _fits(transition: Document, name: str, categories: t.Sequence[str]) -> bool:
    to = transition.get("to", {})
    if not name:
        return _category(to) in categories
    known = (transition.get("name", ""), to.get("name", ""), transition.get("id", ""))
    return name.lower() in [str(one).lower() for one in known]
