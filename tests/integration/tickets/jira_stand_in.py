# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Jira of one project, in the Cloud or on a Data Center, that keeps to the limits and errors of the real
ones.

    Cloud         API version 3, comments in the document format, basic authentication with an API token
    Data Center   API version 2, comments in wiki markup, a personal access token as bearer

The words are those that Jira answers with; the limits are 32,767 characters for a comment, and pages of 100.
"""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

LONGEST_COMMENT = 32_767
LARGEST_PAGE = 100
USER = "closure@psp.example"
TOKEN = "ATATT3xFfGF0-jira-token-0123456789"
KEY = "PSP-3031"
LOGIN_PAGE = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form></form></body></html>"

NOT_THERE = "Issue does not exist or you do not have permission to see it."
TOO_LONG = f"The entered text is too long. It exceeds the allowed limit of {LONGEST_COMMENT:,} characters."
NOT_VALID = (
    "It seems that you have tried to perform a workflow operation ({name}) that is not valid for the "
    "current state of "
    "this issue ({key}). The likely cause is that somebody has changed the issue recently, please look at "
    "the issue "
    "history for details."
)

NOT_ON_SCREEN = "Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."

Json = dict[str, t.Any]

NEW, UNDER_WAY, DONE = "new", "indeterminate", "done"
CATEGORIES = {"To Do": NEW, "In Progress": UNDER_WAY, "Done": DONE, "Won't Do": DONE}


@dataclass(frozen=True)
class Transition:
    """A step of the workflow."""

    id: str
    name: str
    start: str
    end: str
    wants_resolution: bool = False


WORKFLOW = (
    Transition("11", "Start", "To Do", "In Progress"),
    Transition("21", "Finish", "To Do", "Done"),
    Transition("21", "Finish", "In Progress", "Done"),
    Transition("31", "Reopen", "Done", "To Do"),
)


@dataclass
class Faults:
    """What is to go wrong; `refusals` are statuses that the next requests which write are refused with."""

    web_page: bool = False
    captcha: bool = False
    may_not_comment: bool = False
    may_not_edit: bool = False
    cut: str = ""
    cut_transition: bool = False
    refusals: list[int] = field(default_factory=list)
    carriage_returns: bool = False
    not_editable: bool = False
    may_not_comment_on_done: bool = False
    transitions_stuck: bool = False


class JiraError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, *messages: str, **errors: str) -> None:
        super().__init__(*messages)
        self.status = status
        self.body = {"errorMessages": list(messages), "errors": errors}


@dataclass
class Jira:
    """The server's memory."""

    cloud: bool
    workflow: tuple[Transition, ...] = WORKFLOW
    status: str = "To Do"
    resolved: str | None = None
    resolution: str | None = None
    labels: list[str] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    on_request: t.Callable[[str], None] = lambda request: None

    def check(self, authorization: str) -> None:
        """401 without the token."""
        if self.faults.captcha:
            raise JiraError(403, "Basic Authentication Failure - Reason : AUTHENTICATION_DENIED")
        basic = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if authorization != (f"Basic {basic}" if self.cloud else f"Bearer {TOKEN}"):
            raise JiraError(401, "Client must be authenticated to access this resource.")

    def refuse(self) -> None:
        """Refuse a request that writes, for as long as a fault says so."""
        if self.faults.refusals:
            raise JiraError(self.faults.refusals.pop(0), "Rate limit exceeded.")

    def kept(self, body: t.Any) -> t.Any:
        """What is kept of a comment's body, where it is one."""
        text = json.dumps(body, ensure_ascii=False) if self.cloud else body
        if not (_is_document(body) if self.cloud else isinstance(body, str) and body.strip()):
            raise JiraError(
                400, comment="Comment body is not valid!" if self.cloud else "Comment body can not be empty!"
            )
        if any(character < " " and character not in "\t\n\r" for character in text):
            raise JiraError(400, "INVALID_INPUT")
        if len(text.encode("utf-16-le")) // 2 > LONGEST_COMMENT:
            raise JiraError(400, comment=TOO_LONG)
        if self.cloud:
            return body
        return body.replace("\n", "\r\n") if self.faults.carriage_returns else body

    def comment(self, number: str) -> Json:
        """The comment of that id."""
        found = next((comment for comment in self.comments if comment["id"] == number), None)
        if found is None:
            raise JiraError(404, f"Can not find a comment for the id: {number}.")
        return found

    def check_comment(self) -> None:
        """400 where nobody may comment now."""
        done = CATEGORIES[self.status] == DONE
        if self.faults.may_not_comment or (done and self.faults.may_not_comment_on_done):
            raise JiraError(400, comment=f"{KEY} - you do not have the permission to comment on this issue.")

    def relabel(self, operations: t.Sequence[dict[str, str]]) -> None:
        """Add and remove labels."""
        if self.faults.not_editable:
            raise JiraError(400, labels=NOT_ON_SCREEN.format(field="labels"))
        for operation in operations:
            ((verb, name),) = operation.items()
            if " " in name:
                raise JiraError(400, labels=f"The label '{name}' contains spaces which is invalid.")
            others = [label for label in self.labels if label != name]
            self.labels = [*others, name] if verb == "add" else others

    def offered(self) -> list[Transition]:
        """The transitions from the status that the issue is in."""
        return [one for one in self.workflow if one.start == self.status]

    def move(self, wanted: Json) -> None:
        """Make a transition."""
        number = str(wanted.get("transition", {}).get("id", ""))
        found = next((one for one in self.offered() if one.id == number), None)
        if found is None or self.faults.transitions_stuck:
            name = next((one.name for one in self.workflow if one.id == number), number)
            raise JiraError(400, NOT_VALID.format(name=name, key=KEY))
        fields = wanted.get("fields", {})
        if found.wants_resolution and "resolution" not in fields:
            raise JiraError(400, resolution="Resolution is required.")
        if "resolution" in fields and not found.wants_resolution:
            raise JiraError(400, resolution=NOT_ON_SCREEN.format(field="resolution"))
        self.status = found.end
        self.resolved = _now() if CATEGORIES[found.end] == DONE else None
        self.resolution = fields.get("resolution", {}).get("name")

    def shown(self, body: t.Any) -> t.Any:
        """A body as it is read: the Cloud adds to the nodes of a document."""
        if not self.cloud:
            return body
        content = [{**block, "attrs": {"localId": str(n)}} for n, block in enumerate(body["content"])]
        return {**body, "content": content}


def create_app(jira: Jira) -> FastAPI:
    """Serve it."""
    app = FastAPI(docs_url=None, redoc_url=None)
    version = 3 if jira.cloud else 2
    issue = f"/rest/api/{version}/issue/{{key}}"

    @app.exception_handler(JiraError)
    async def refused(request: Request, error: JiraError) -> Response:
        if error.status == 401 and not jira.cloud:
            return HTMLResponse("<html><head><title>Unauthorized (401)</title></head></html>", 401)
        headers = (
            {"Retry-After": "1", "RateLimit-Reason": "jira-per-issue-on-write"}
            if error.status in (429, 503)
            else {}
        )
        if jira.faults.captcha:
            headers = {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}
        return JSONResponse(error.body, error.status, headers)

    @app.middleware("http")
    async def guarded(request: Request, call_next: t.Callable[[Request], t.Awaitable[Response]]) -> Response:
        jira.on_request(f"{request.method} {request.url.path}")
        if jira.faults.web_page:
            return HTMLResponse(LOGIN_PAGE)
        if "/issue/" not in request.url.path:
            return await call_next(request)
        try:
            jira.check(request.headers.get("authorization", ""))
            if request.url.path.split("/")[5] != KEY:
                raise JiraError(404, NOT_THERE)
            if request.method != "GET":
                jira.refuse()
        except JiraError as error:
            return await refused(request, error)
        return await call_next(request)

    @app.get("/rest/api/2/serverInfo")
    async def server_info() -> Json:
        return {
            "version": "1001.0.0" if jira.cloud else "10.3.4",
            "deploymentType": "Cloud" if jira.cloud else "Server",
        }

    @app.get(issue)
    async def one(key: str, fields: str = "*all") -> Json:
        known = {
            "status": _status(jira.status),
            "labels": jira.labels,
            "resolutiondate": jira.resolved,
            "resolution": jira.resolution,
            "summary": "Close the release candidate",
        }
        return {
            "id": "10001",
            "key": key,
            "fields": {name: known[name] for name in fields.split(",") if name in known},
        }

    @app.put(issue)
    async def change(key: str, request: Request) -> Response:
        jira.relabel((await request.json())["update"]["labels"])
        return Response(status_code=204)

    @app.get(f"{issue}/comment")
    async def comments(key: str, startAt: int = 0, maxResults: int = 50) -> Json:  # noqa: N803 - Jira's names
        size = min(maxResults, LARGEST_PAGE)
        page = [{**one, "body": jira.shown(one["body"])} for one in jira.comments[startAt : startAt + size]]
        return {"startAt": startAt, "maxResults": size, "total": len(jira.comments), "comments": page}

    @app.post(f"{issue}/comment")
    async def comment(key: str, request: Request) -> Response:
        jira.check_comment()
        cut, jira.faults.cut = jira.faults.cut, ""
        if cut == "before":
            return _broken_off()
        number = str(20_000 + len(jira.comments))
        author = {"displayName": "Closure", "name": "closure"}
        made = {
            "id": number,
            "author": author,
            "created": _now(),
            "body": jira.kept((await request.json())["body"]),
        }
        jira.comments.append(made)
        return _broken_off() if cut else JSONResponse({**made, "body": jira.shown(made["body"])}, 201)

    @app.put(f"{issue}/comment/{{number}}")
    async def edit(key: str, number: str, request: Request) -> Json:
        found = jira.comment(number)
        if jira.faults.may_not_edit:
            raise JiraError(400, comment="You do not have the permission to edit this comment.")
        found["body"] = jira.kept((await request.json())["body"])
        return found

    @app.get(f"{issue}/transitions")
    async def transitions(key: str) -> Json:
        return {"transitions": [_transition(one) for one in jira.offered()]}

    @app.post(f"{issue}/transitions")
    async def move(key: str, request: Request) -> Response:
        jira.move(await request.json())
        return _broken_off() if jira.faults.cut_transition else Response(status_code=204)

    return app


def _status(name: str) -> Json:
    return {"name": name, "statusCategory": {"key": CATEGORIES[name], "name": name}}


def _transition(one: Transition) -> Json:
    fields = {"resolution": {"required": True, "name": "Resolution", "hasDefaultValue": False}}
    return {
        "id": one.id,
        "name": one.name,
        "to": _status(one.end),
        "fields": fields if one.wants_resolution else {},
    }


def _is_document(body: t.Any) -> bool:
    if not isinstance(body, dict) or (body.get("type"), body.get("version")) != ("doc", 1):
        return False
    return all(
        block.get("type") in ("paragraph", "codeBlock") and all(node.get("text") for node in block["content"])
        for block in body["content"]
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _broken_off() -> Response:
    """An answer whose connection ends before it does."""

    async def start() -> t.AsyncIterator[bytes]:
        yield b'{"id": "2'
        raise ConnectionAbortedError

    return StreamingResponse(start(), 201, {"Content-Length": "4096"}, "application/json")
