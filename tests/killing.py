# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a closure in the middle of its work, with all its processes or with all but some."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import typing as t
from contextlib import contextmanager, suppress
from pathlib import Path

# A machine may be busy: a drill beside others begins its closure slowly.
LIMIT_SECONDS = 300


def wait_for(what: t.Callable[[], t.Any], name: str) -> None:
    """Wait until something is true.

    Raises:
        TimeoutError: it is not in time; the message is its name.
    """
    deadline = time.monotonic() + LIMIT_SECONDS
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError(name)
        time.sleep(0.1)


@contextmanager
def killed(argv: t.Sequence[str], cwd: Path, *, spare: str = "") -> t.Iterator[None]:
    """Run a command beside the block, and at its end kill every process that came of it.

    Those that have C(spare) in their command line are left, with their own children.
    """
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        argv, cwd=cwd, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            _signal(_stopped(process.pid, spare), signal.SIGKILL)


def _stopped(root: int, spare: str) -> list[int]:
    """Stop a process and what descends from it, what was forked meanwhile among it, and return them."""
    found: list[int] = []
    while new := [pid for pid in tree(root, spare) if pid not in found]:
        _signal(new, signal.SIGSTOP)
        found += new
    return found


def _signal(pids: t.Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def tree(root: int, spare: str = "") -> list[int]:
    """Return a process and what descends from it, as C(ps) lists them, parents first."""
    listed = subprocess.run(
        ["ps", "-e", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    found = [root]
    rows = [line.split(None, 2) for line in listed.splitlines()]
    for parent in found:
        found += [
            int(row[0])
            for row in rows
            if int(row[1]) == parent and not (spare and len(row) > 2 and spare in row[2])
        ]
    return found
