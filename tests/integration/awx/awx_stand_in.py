# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of AWX's API the modules of awx.awx use: objects by their collection, associations, and surveys."""

from __future__ import annotations

import json
import re
import threading
import typing as t
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

TOKEN = "a-token-of-awx-1"
Object = dict[str, t.Any]
# Those whose type is not their collection's name without its last letter.
TYPES = {"inventories": "inventory"}


class State:
    """The objects, and the requests that changed some."""

    def __init__(self) -> None:
        self.objects: dict[str, list[Object]] = {}
        self.associated: dict[str, list[int]] = {}
        self.surveys: dict[str, Object] = {}
        self.writes: list[tuple[str, str, Object]] = []
        self.next_id = 1

    def add(self, kind: str, fields: Object) -> Object:
        """Make an object."""
        url = f"/api/v2/{kind}/{self.next_id}/"
        made = {
            **fields,
            "id": self.next_id,
            "type": TYPES.get(kind, kind.removesuffix("s")),
            "url": url,
            "related": {"survey_spec": f"{url}survey_spec/"},
        }
        self.next_id += 1
        self.objects.setdefault(kind, []).append(made)
        return made

    def named(self, kind: str) -> dict[str, Object]:
        """Return name → object."""
        return {one["name"]: one for one in self.objects.get(kind, [])}

    def answer(self, method: str, path: str, query: dict[str, str], sent: Object) -> tuple[int, t.Any]:
        """Return status and document."""
        kind, _slash, rest = path.removeprefix("/api/v2/").strip("/").partition("/")
        number, _slash, below = rest.partition("/")
        if method != "GET":
            self.writes.append((method, path, sent))
        if not number:
            return (200, self._page(kind, query)) if method == "GET" else (201, self.add(kind, sent))
        (found,) = [one for one in self.objects[kind] if one["id"] == int(number)]
        if below == "survey_spec":
            if method == "POST":
                self.surveys[path] = sent
            return 200, self.surveys.get(path, {})
        if below and method == "GET":
            ids = self.associated.get(path, [])
            return 200, {"count": len(ids), "next": None, "results": [{"id": one} for one in ids]}
        if below:
            ids = self.associated.setdefault(path, [])
            ids.remove(sent["id"]) if sent.get("disassociate") else ids.append(sent["id"])
            return 204, None
        found.update(sent)
        return 200, found

    def _page(self, kind: str, query: dict[str, str]) -> Object:
        asked = {name: value for name, value in query.items() if not re.match("page|order", name)}
        # AWX lists all that a job can be made of together.
        kinds = ["job_templates", "workflow_job_templates"] if kind == "unified_job_templates" else [kind]
        found = [
            one
            for one in (one for each in kinds for one in self.objects.get(each, []))
            if all(str(one.get(name)) == value for name, value in asked.items())
        ]
        return {"count": len(found), "next": None, "results": found}


@contextmanager
def serve() -> t.Iterator[tuple[str, State]]:
    """Serve an empty one; yield its URL and its state."""
    state = State()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            status, document = 401, {"detail": "no"}
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                status, document = state.answer(self.command, parts.path, dict(parse_qsl(parts.query)), sent)
            body = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: t.Any) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", state
    finally:
        server.shutdown()
        server.server_close()
