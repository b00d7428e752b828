# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes that never outlive the CI API, however it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

GRACE_SECONDS = 2.0
LONGEST_LINE = 2**20


def tied(argv: Sequence[str], last_signal: str) -> list[str]:
    """The command so that the kernel sends it `last_signal` should its parent die.

    It has to come after whatever changes the user: that unties it again.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", last_signal, "--", *argv] if setpriv else list(argv)


@asynccontextmanager
async def child(
    argv: Sequence[str], directory: Path, environment: Mapping[str, str], stop: signal.Signals
) -> AsyncIterator[Process]:
    """A process that is gone at the end of the block, and so is its group.

    `stop` is how it is asked to go. Standard output and error come as one stream.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=directory,
        env=dict(environment),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
        limit=LONGEST_LINE,
    )
    try:
        yield process
    finally:
        await _end(process, stop)


async def run(
    argv: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
) -> int:
    """Run a command to its end and hand on each line; its exit status."""
    async with child(tied(argv, "KILL"), directory, environment, signal.SIGTERM) as process:
        assert process.stdout is not None
        async for line in process.stdout:
            on_line(line.decode(errors="replace").rstrip("\r\n"))
        return await process.wait()


async def _end(process: Process, stop: signal.Signals) -> None:
    for number in (stop, signal.SIGKILL):
        if process.returncode is None:
            _signal_group(process.pid, number)
            try:
                await asyncio.wait_for(asyncio.shield(process.wait()), GRACE_SECONDS)
            except TimeoutError:
                continue
    # What it started and did not wait for.
    _signal_group(process.pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
