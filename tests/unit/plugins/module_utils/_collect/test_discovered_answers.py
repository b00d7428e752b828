# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a backend is asked, by GET alone, and that its token goes nowhere else."""

from __future__ import annotations

import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import discovered_answers

LIMIT_SECONDS = 5
TOKEN = "a-token-that-is-long"
ROUTES = [
    {"method": "GET", "path": "/api/features"},
    {"method": "GET", "path": "/api/version"},
    {"method": "GET", "path": "/away/flags"},
    {"method": "POST", "path": "/api/flags/reset"},
]


class _Backend(BaseHTTPRequestHandler):
    asked: t.ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        """Refuse flags without the token, redirect what is away, and describe nothing."""
        given = self.headers.get("Authorization", "")
        self.asked.append((self.path, given))
        if self.path == "/api/version":
            self._answer(200, {"build": {"sha": "0123abc"}, "since": "noon"})
        elif self.path == "/away/flags" and given:
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
        elif self.path == "/api/features" and given == f"Bearer {TOKEN}":
            self._answer(200, {"flags": {"a": True, "b": False}, "n": 1})
        else:
            self._answer(401 if "f" in self.path else 404, {})

    def log_message(self, *_arguments: t.Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: t.Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def end() -> t.Iterator[str]:
    """Where the backend listens."""
    server = HTTPServer(("127.0.0.1", 0), _Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Backend.asked.clear()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_version_and_flags_are_found_with_the_token_that_they_take(end: str) -> None:
    values = {"API_TOKEN": TOKEN, "OLD_TOKEN": "another-long-one", "WEBHOOK_TOKEN": "never-sent"}
    found = discovered_answers.ask([end], values, ROUTES, LIMIT_SECONDS)
    assert (found["url"], found["described"]) == (f"http://{end}", "")
    assert [one["commits"] for one in found["version"]] == [["/build/sha"]]
    flags = next(one for one in found["flags"] if one["path"] == "/api/features")
    assert (flags["token"], flags["switches"]) == ("API_TOKEN", ["/flags/a", "/flags/b"])
    paths = {path for path, _given in _Backend.asked}
    assert "/away/flags" in paths
    assert not paths & {"/elsewhere", "/api/flags/reset"}
    assert not [given for _path, given in _Backend.asked if "never-sent" in given]


def test_where_nothing_answers_nothing_is_asked() -> None:
    found = discovered_answers.ask(["127.0.0.1:1"], {}, ROUTES, LIMIT_SECONDS)
    assert found["url"] == ""
    assert not found["flags"] + found["version"] + found["ready"]
