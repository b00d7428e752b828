# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ASGI application on a loopback port, in a thread, so that a test sees into it."""

from __future__ import annotations

import threading
import typing as t
from contextlib import contextmanager

import uvicorn

START_SECONDS = 20


class _Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: t.Any = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def served(application: t.Any) -> t.Iterator[str]:
    """Serve it, and yield its address."""
    server = _Server(
        uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.up.wait(START_SECONDS), "the stand-in did not come up"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
