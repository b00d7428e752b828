# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's processes that supervisor no longer knows of."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from twinlib.layout import Layout
from twinlib.supervisor import MARK

GRACE_SECONDS = 1.0


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Look every few milliseconds; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end_left_overs(layout: Layout) -> int:
    """End all processes of the twin, by force where they do not go; how many there were.

    Politely means SIGINT: at SIGTERM, Postgres waits for its clients. A process is looked for again
    after each round, as supervisord may have restarted one.
    """
    ended: set[int] = set()
    for number in (signal.SIGINT, signal.SIGKILL, signal.SIGKILL):
        found = {*_marked(layout), *_postmaster(layout)}
        for pid in found:
            _signal(pid, number)
        wait_until(partial(_all_gone, found), GRACE_SECONDS)
        ended |= found
    return len(ended)


def _all_gone(pids: set[int]) -> bool:
    return not any(map(alive, pids))


def alive(pid: int) -> bool:
    """Does the process exist, and is it more than a zombie that its parent has not looked at?"""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _marked(layout: Layout) -> Iterator[int]:
    mark = os.fsencode(f"{MARK}={layout.home}")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and mark in _read(entry / "environ").split(b"\0"):
            yield int(entry.name)


def _postmaster(layout: Layout) -> Iterator[int]:
    """Postgres runs as another user under root, whose environment a container may not show."""
    first = _read(layout.cluster / "postmaster.pid").split(b"\n")[0]
    if first.isdigit() and os.fsencode(layout.cluster) in _read(Path(f"/proc/{int(first)}/cmdline")):
        yield int(first)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
