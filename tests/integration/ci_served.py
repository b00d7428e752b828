# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's CI API in a thread of the test: exchanges are held to GitHub's contract, and may be cut off."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib import request as urllib_request

import pytest

from tests.contract.github import Application, Held, Message, Receive, Scope, Send
from tests.integration.tickets.served import served

TWIN = Path(__file__).parents[1] / "twin"
COMMIT = "5b83e49d5a9c0535d1db17315e3907212862aece"
TOKEN = "ghs_0123456789abcdefghijABCDEFGHIJ012345"
ENTERPRISE = "/api/v3"
LOGIN_PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"
STOP_SECONDS = 10

BEFORE, AFTER = "before", "after"


class Front:
    """What stands before the application, as a GitHub Enterprise server does, and what goes wrong on the way.

    Attributes:
        requests: method and path of all that arrived, answered or not.
        cut: for the next dispatch: C(before) it reaches the application or C(after) it was carried out, no
            answer comes; C('') for an answer as usual.
        broken: whether the connection then ends, rather than stay open in silence.
        drops: so many answers, of whatever request, break off halfway.
        login: whether a page to sign in stands before everything.
        waiting: set while a dispatch waits for its answer.
    """

    def __init__(self, application: Application) -> None:
        """Take the application."""
        self._application = application
        self._loop: asyncio.AbstractEventLoop | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what was asked, and let everything through."""
        self.requests: list[tuple[str, str]] = []
        self.cut = ""
        self.broken = False
        self.drops = 0
        self.login = False
        self.waiting = threading.Event()

    @property
    def dispatches(self) -> int:
        """How many requests to dispatch have arrived."""
        return sum(method == "POST" and path.endswith("/dispatches") for method, path in self.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, below either address of the API."""
        self._loop = asyncio.get_running_loop()
        self.requests.append((scope["method"], scope["path"]))
        if self.login:
            await _page(send)
            return
        if self.drops:
            self.drops -= 1
            await _broken_off(send)
        if scope["path"].startswith(f"{ENTERPRISE}/"):
            scope = {**scope, "root_path": ENTERPRISE}
        cut = self.cut if scope["path"].endswith("/dispatches") else ""
        if not cut:
            await self._application(scope, receive, send)
            return
        self.cut = ""
        if cut == AFTER:
            await self._application(scope, receive, _nobody)
        self.waiting.set()
        if self.broken:
            await _broken_off(send)
        while (await receive())["type"] != "http.disconnect":
            pass

    def run(self, work: t.Coroutine[t.Any, t.Any, None]) -> None:
        """Carry something out in the application's own loop."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(work, self._loop).result(STOP_SECONDS)


async def _nobody(message: Message) -> None:
    """Send nothing to anybody."""


async def _broken_off(send: Send) -> t.NoReturn:
    """End the connection in the middle of an answer."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"id": 4', "more_body": True})
    raise ConnectionAbortedError


async def _page(send: Send) -> None:
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": LOGIN_PAGE})


@dataclass
class Api:
    """The CI API, what it runs as its tests, and what of it is to go wrong."""

    url: str
    home: Path
    front: Front
    held: Held = field(repr=False)
    store: t.Any = field(repr=False)

    def faults(self, **faults: t.Any) -> None:
        """Make these go wrong from now on, and nothing else."""
        (self.home / "etc" / "ci_faults.json").write_text(json.dumps(faults), encoding="utf-8")

    def tests(self, program: str) -> None:
        """Run this in place of the backend's tests."""
        (self.home / "job.py").write_text(program, encoding="utf-8")

    def post(self, path: str, body: t.Any = None) -> None:
        """Do something as a person would, below the repository."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        data = b"" if body is None else json.dumps(body).encode()
        request = urllib_request.Request(f"{self.url}/repos/psp/backend{path}", data, headers)
        with urllib_request.urlopen(request, timeout=5) as response:
            assert response.status < 300


@contextmanager
def ci_api(home: Path) -> Iterator[Api]:
    """Serve a CI API of its own: it needs nothing else of the twin."""
    for name in ("etc", "secrets"):
        (home / name).mkdir()
    state = home / "state.json"
    state.write_text(json.dumps({"commit": COMMIT}), encoding="utf-8")
    (home / "secrets" / "ci_token").write_text(f"{TOKEN}\n", encoding="utf-8")
    environment = {
        "TWIN_STATE": str(state),
        "CI_QUEUE_SECONDS": "0.1",
        "CI_TEST_COMMAND": shlex.join([sys.executable, str(home / "job.py")]),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TWIN))
        for name, value in environment.items():
            patch.setenv(name, value)
        from ci_api.app import create_app  # noqa: PLC0415 (it reads the environment)
        from ci_api.settings import read  # noqa: PLC0415 (it reads the environment)

        application = create_app(read(environment))
        held = Held(application)
        front = Front(held)
        try:
            with served(front) as url:
                yield Api(url, home, front, held, application.state.store)
                front.run(application.state.runner.stop())
        finally:
            # The next test's CI API reads another environment.
            for name in [name for name in sys.modules if name.partition(".")[0] == "ci_api"]:
                del sys.modules[name]
