# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock of a staging, on its backend's host: a lease, which a run renews, and a dead one cannot."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import stat
import time
import typing as t
from contextlib import suppress
from pathlib import Path

# A run renews it several times in so many seconds; one that is gone loses it after them.
LEASE_SECONDS = 90.0
RENEW_SECONDS = 20.0
# What renewing ends with where another run has the lock: no status that a connection or sudo has for itself.
LOST_STATUS = 93
# Controllers may come as different users: it is theirs in common, and readable for all.
FOLDER = "/var/tmp"
LOOK_SECONDS = 0.5

Holder = dict[str, t.Any]


class LeaseError(Exception):
    """The lock's file cannot be used."""


def path(staging: str) -> str:
    """Return the file of a staging's lock."""
    return f"{FOLDER}/psp.rc_closure-lock-{hashlib.sha256(staging.encode()).hexdigest()[:16]}"


def take(staging: str, holder: Holder) -> Holder:
    """Take the lock and return C({}), or who has it, with C(age), the seconds since its renewal.

    Raises:
        LeaseError: the file belongs to another user whose run is gone, or is no file.
    """
    file = path(staging)
    try:
        handle = _opened(file)
    except PermissionError:
        return _of_another(file)
    except OSError as exc:
        raise LeaseError(f"the staging's lock {file} cannot be taken: {exc.strerror}") from exc
    with os.fdopen(handle, "r+", encoding="utf-8") as lock:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise LeaseError(f"the staging's lock {file} is no file: remove it")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.fstat(handle).st_nlink:  # given back while this waited
            return take(staging, holder)
        held = _held(lock)
        if held and held["age"] < LEASE_SECONDS:
            return held
        lock.seek(0)
        lock.truncate()
        json.dump(holder, lock)
    return {}


def take_from_the_dead(staging: str, holder: Holder) -> Holder:
    """Take the lock and return C({}), or who has it and was seen to renew it.

    A run that was killed before anything watched it has left a lease that looks like a living one's. So this
    waits until the lease is renewed, or has run out.

    Raises:
        LeaseError: as C(take) does.
    """
    held = first = take(staging, holder)
    # A renewal sets the age back; so does another who takes it, and who lives.
    while held and held.get("token") == first.get("token") and held["age"] >= first["age"]:
        time.sleep(LOOK_SECONDS)  # nobody tells of a file's time
        held = take(staging, holder)
    return held


def _opened(file: str) -> int:
    """Open the file, and make it where it is missing.

    Where it is there it is opened without C(O_CREAT), which the kernel may refuse in a directory of all
    users (fs.protected_regular).
    """
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    with suppress(FileExistsError):
        return os.open(file, flags | os.O_CREAT | os.O_EXCL, 0o644)
    return os.open(file, flags)


def _held(lock: t.TextIO) -> Holder:
    """Return who has the lock, and since when it was not renewed; C({}) where nobody has."""
    text = lock.read()
    if not text:
        return {}
    try:
        held = dict(json.loads(text))
    except ValueError:  # cut off: its run was killed while it wrote
        return {}
    return {**held, "age": max(0.0, time.time() - os.fstat(lock.fileno()).st_mtime)}


def _of_another(file: str) -> Holder:
    with Path(file).open(encoding="utf-8") as lock:
        held = _held(lock)
        owner = os.fstat(lock.fileno()).st_uid
    if held and held["age"] < LEASE_SECONDS:
        return held
    raise LeaseError(f"the staging's lock {file} was left by the user {owner}, whose run is gone: remove it")


def renewing(staging: str, token: str) -> str:
    """Return the shell command that renews the lock, and ends with C(LOST_STATUS) where another run has it.

    A host whose file is gone, such as a container that was made anew, has no other holder either.
    """
    file = shlex.quote(path(staging))
    lost = f"elif [ -s {file} ]; then exit {LOST_STATUS}; fi"
    return f"if grep -q {shlex.quote(token)} {file}; then touch -c {file}; {lost}"


def releasing(staging: str, token: str) -> str:
    """Return the shell command that gives the lock back where it is this run's."""
    file = shlex.quote(path(staging))
    return f"if grep -q {shlex.quote(token)} {file}; then rm -f {file}; fi"
