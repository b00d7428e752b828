# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that gives scripted answers on a loopback port, and the documents that GitHub answers with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import Collector
from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from tests.unit.certificate import behind_tls

COMMIT = "5b83e49d5a9c0535d1db17315e3907212862aece"
OTHER = "0" * 40
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
WORKFLOW = "Backend PSP-03D Postgres Tests"
REPOSITORY = "/repos/psp/backend"
WORKFLOWS = f"{REPOSITORY}/actions/workflows"
RUNS = f"{WORKFLOWS}/7/runs"
DISPATCHES = f"{WORKFLOWS}/7/dispatches"
DATE = "Tue, 24 Nov 2026 02:52:00 GMT"
BEFORE = "2026-11-24T02:40:00Z"
AFTER = "2026-11-24T02:52:03Z"
# The options of ci_run_dispatch beside those of the API.
DISPATCH: dict[str, Any] = {
    "workflow": WORKFLOW,
    "commit": COMMIT,
    "mode": "dispatch",
    "ref": None,
    "inputs": {},
    "marker": None,
    "marker_input": None,
    "events": ["pull_request", "push", "workflow_dispatch"],
    "stage": "whole",
    "intent": None,
    "answer": None,
    "limit": 60,
}


@dataclass
class Reply:
    """What the server answers: a mapping goes out as JSON; a cut one breaks off halfway."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Request:
    """What the server was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class FakeGitHub:
    """Answers each request with the next reply scripted for it; the last one stays."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], list[Reply]] = {}
        self.requests: list[Request] = []
        self.url = ""
        self.certificate = ""
        self.date = DATE

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Script the replies of one request."""
        self.replies[method, path] = list(replies)

    def asked(self, method: str, path: str) -> list[Request]:
        """Return the requests of that kind."""
        return [request for request in self.requests if (request.method, request.path) == (method, path)]

    def next_reply(self, method: str, path: str) -> Reply:
        """Return the reply for a request, and a 404 for one that is not scripted."""
        script = self.replies.get((method, path), [Reply(404, {"message": "Not Found"})])
        return script.pop(0) if len(script) > 1 else script[0]


@contextmanager
def serve(tls: Path | None = None) -> Iterator[FakeGitHub]:
    """Run the server; behind TLS where C(tls) is a folder, to which it writes its C(certificate)."""
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            return

        def date_time_string(self, timestamp: float | None = None) -> str:
            return fake.date

        def answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            fake.requests.append(Request(self.command, parts.path, query, headers, body))
            self.send(fake.next_reply(self.command, parts.path))

        def send(self, reply: Reply) -> None:
            text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            content = b"" if reply.body is None else text.encode()
            kind = "text/plain" if isinstance(reply.body, str) else "application/json; charset=utf-8"
            self.send_response(reply.status)
            for name, value in {"Content-Type": kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if reply.cut else content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 (http.server's names)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        fake.certificate = str(behind_tls(server, tls))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class QuickDeadline(Deadline):
    """A deadline whose clock is moved by its pauses alone; C(pauses) collects them."""

    pauses: list[float] = []

    def __init__(self, seconds: float, **_options: Any) -> None:
        self._now = 0.0
        super().__init__(seconds, clock=lambda: self._now, sleep=self._advance)

    def _advance(self, seconds: float) -> None:
        type(self).pauses.append(seconds)
        self._now += seconds


def collector(fake: FakeGitHub, *, check_mode: bool = False, **params: Any) -> Collector:
    """Return a collector with the options that both modules share, and the given ones."""
    common = {
        "url": fake.url,
        "repository": "psp/backend",
        "token": TOKEN,
        "token_file": None,
        "ca_file": None,
    }
    return Collector({**common, **params}, check_mode=check_mode, secrets={"token": TOKEN})


def dispatching(fake: FakeGitHub, *, check_mode: bool = False, **params: Any) -> Collector:
    """Return the collector that is to dispatch, with the module's defaults and the given options."""
    return collector(fake, check_mode=check_mode, **{**DISPATCH, **params})


def ready(fake: FakeGitHub) -> None:
    """Have the server be a repository whose main branch is at the release's commit, with a run of before."""
    fake.on("GET", WORKFLOWS, Reply(body={"workflows": [workflow(), workflow(id=8, name="Lint")]}))
    fake.on("GET", REPOSITORY, Reply(body={"default_branch": "main", "archived": False}))
    for ref in ("main", COMMIT):
        fake.on("GET", f"{REPOSITORY}/commits/{ref}", Reply(body={"sha": COMMIT}))
    fake.on("GET", RUNS, runs(run(id=41, created_at=BEFORE)))
    page = "https://github.com/psp/backend/actions/runs/42"
    fake.on("POST", DISPATCHES, Reply(200, {"workflow_run_id": 42, "run_url": "x", "html_url": page}))


def intent(**changes: Any) -> dict[str, Any]:
    """Return what was meant to be dispatched."""
    return {
        "workflow": 7,
        "ref": "main",
        "commit": COMMIT,
        "marker": "",
        "known": [41],
        "moment": "2026-11-24T02:52:00.000Z",
        "seconds": 60,
        "written": "2026-11-24T02:52:01.000Z",
        **changes,
    }


def workflow(**changes: Any) -> dict[str, Any]:
    """Return a workflow as GitHub describes it."""
    path = ".github/workflows/backend-psp03d-postgres.yml"
    return {"id": 7, "name": WORKFLOW, "path": path, "state": "active", **changes}


def run(**changes: Any) -> dict[str, Any]:
    """Return a run as GitHub describes it."""
    return {
        "id": 42,
        "name": WORKFLOW,
        "workflow_id": 7,
        "path": ".github/workflows/backend-psp03d-postgres.yml",
        "repository": {"full_name": "psp/backend"},
        "head_repository": {"full_name": "psp/backend"},
        "head_sha": COMMIT,
        "event": "workflow_dispatch",
        "status": "completed",
        "conclusion": "success",
        "run_attempt": 1,
        "display_title": WORKFLOW,
        "created_at": AFTER,
        "html_url": "https://github.com/psp/backend/actions/runs/42",
        **changes,
    }


def job(**changes: Any) -> dict[str, Any]:
    """Return a job as GitHub describes it."""
    return {
        "id": 99,
        "run_id": 42,
        "run_attempt": 1,
        "head_sha": COMMIT,
        "name": "postgres-tests",
        "status": "completed",
        "conclusion": "success",
        "completed_at": "2026-11-24T02:53:00Z",
        "html_url": "https://github.com/psp/backend/actions/runs/42/job/99",
        "steps": [{"name": "Run tests", "number": 1, "status": "completed", "conclusion": "success"}],
        **changes,
    }


def runs(*found: dict[str, Any]) -> Reply:
    """Return the reply that lists runs."""
    return Reply(body={"total_count": len(found), "workflow_runs": list(found)})
