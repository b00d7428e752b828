# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Postgres that one job has to itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg2

from ci_api import children
from twinlib import postgres
from twinlib.errors import TwinError
from twinlib.ports import free_ports

READY_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.05
# A database that initdb makes.
DATABASE = "postgres"


class Postgres:
    """A cluster in `data`, on a free port; `password` is the superuser's."""

    def __init__(self, data: Path, password: str) -> None:
        self.port = free_ports(1)[0]
        self._data = data
        self._password = password

    @property
    def command(self) -> list[str]:
        """The server in the foreground."""
        program = [str(postgres.program("postgres")), "-D", str(self._data)]
        # QUIT: at once, and with all its backends.
        return [*postgres.unprivileged(), *children.tied(program, "QUIT")]

    async def create(self) -> None:
        """Make the cluster. Raises TwinError."""
        self._data.mkdir()
        password_file = self._data.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(f"{self._password}\n", encoding="utf-8")
        making = asyncio.create_task(
            asyncio.to_thread(postgres.create_cluster, self._data, self.port, password_file)
        )
        try:
            await asyncio.shield(making)
        finally:
            # A thread cannot be cancelled; it must not write to a directory that is being removed.
            await asyncio.wait([making])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The server runs inside the block, and nothing of it after."""
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        stop = signal.SIGQUIT
        async with children.child(self.command, self._data.parent, environment, stop) as server:
            # A pipe that nobody reads fills up and stops the server.
            drain = asyncio.create_task(_drain(server.stdout))
            try:
                yield
            finally:
                drain.cancel()
                with suppress(asyncio.CancelledError):
                    await drain

    async def wait_until_ready(self) -> None:
        """Raises TwinError when the server does not let anybody in."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await asyncio.to_thread(self._accepts):
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
        except TimeoutError as error:
            raise TwinError(f"postgres is not healthy after {READY_SECONDS:g} seconds") from error

    def _accepts(self) -> bool:
        try:
            psycopg2.connect(url("", self.port, self._password), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(2**16):
        pass


def url(driver: str, port: int, password: str) -> str:
    """The database's address, for SQLAlchemy where there is a `driver`, else for libpq."""
    scheme = f"postgresql+{driver}" if driver else "postgresql"
    return f"{scheme}://{postgres.SUPERUSER}:{quote(password, safe='')}@127.0.0.1:{port}/{DATABASE}"


def environment(port: int, password: str) -> dict[str, str]:
    """What the workflow file gives to its steps."""
    return {
        "ENV": "test",
        "DATABASE_URL": url("asyncpg", port, password),
        "SYNC_DATABASE_URL": url("psycopg2", port, password),
        "TEST_DATABASE_URL": url("asyncpg", port, password),
    }
