# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process beside the run, for as long as that lives: it shows that it does, and renews the lock."""

from __future__ import annotations

import fcntl
import os
import time
import typing as t

from ...module_utils._core.lease import LEASE_SECONDS, RENEW_SECONDS
from . import locker

LOOK_SECONDS = 0.5
LOST = ".lost"


def begin(
    attempt: locker.Attempt, run: int, renew: t.Callable[[], bool], release: t.Callable[[], object]
) -> None:
    """Fork the watch of the process C(run), Ansible's own, and return.

    It ends with that process, however that ends, or with the attempt's report, and releases the lock.
    """
    lock = (attempt.folder / locker.RUNNING).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if os.fork():
        lock.close()
        return
    try:
        detach()
        _watch(attempt, run, renew)
    finally:
        try:
            release()
        finally:
            os._exit(0)


def check(attempt: locker.Attempt) -> None:
    """Go on only while the lock is this run's.

    Raises:
        LockerError: it was lost.
    """
    if (attempt.folder / LOST).exists():
        raise locker.LockerError(
            f"the staging's lock could not be renewed for {LEASE_SECONDS:g} s, and another closure took it: "
            "begin a new attempt when that has ended"
        )


def detach() -> None:
    """Be in no group that is ended with a task's, and hold no stream that somebody reads to its end."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)


def _watch(attempt: locker.Attempt, run: int, renew: t.Callable[[], bool]) -> None:
    renewed = time.monotonic()
    key = attempt.folder / ".digest_key"  # destroyed with the report
    while key.exists() and lives(run):
        time.sleep(LOOK_SECONDS)  # nobody tells the end of a process that is no child
        if time.monotonic() - renewed > RENEW_SECONDS:
            if not renew():
                (attempt.folder / LOST).touch()
                return
            renewed = time.monotonic()


def lives(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
