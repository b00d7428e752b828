# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attempts of a ticket as a chain: each names the one before it, of whichever release, as that was then.

So one that is missing, renamed, changed or dated back shows, as long as one is there that was opened later.
"""

from __future__ import annotations

import fcntl
import typing as t
from contextlib import contextmanager
from pathlib import Path

from . import elsewhere, kept, manifest

_LOCK = ".opening"


class Link(t.NamedTuple):
    """What an attempt says of the one before it."""

    attempt: str  # <release>/<name>
    file: str  # of its folder: its manifest, or C(attempt.json) where it was not reported yet
    sha256: str  # of that file


def attempts(ticket: Path) -> list[Path]:
    """Return the folders of all attempts of a ticket, by their times."""
    found = (path for path in ticket.glob("*/attempts/*") if (path / "attempt.json").exists())
    return sorted(found, key=lambda path: (path.name, name(path)))


def name(attempt: Path) -> str:
    """Return how a link names an attempt."""
    return f"{attempt.parents[1].name}/{attempt.name}"


def link(attempt: Path) -> Link:
    """Return what an attempt that is opened now says of this one.

    What is recovered of an attempt that was killed is added to it later, so only what will not change counts.
    """
    is_whole = manifest.is_reported(attempt) and elsewhere.find(attempt / manifest.NAME).exists()
    file = manifest.NAME if is_whole else "attempt.json"
    return Link(name(attempt), file, kept.sha256(elsewhere.find(attempt / file)))


@contextmanager
def opening(ticket: Path, stamp: str) -> t.Iterator[Link | None]:
    """Yield what an attempt of that name is to say of the one before it; nobody else opens one meanwhile.

    Raises:
        ValueError: there is one of a newer format, or one that is not before it.
        OSError: the ticket's folder cannot be written.
    """
    _check(attempts(ticket), stamp)
    ticket.mkdir(parents=True, mode=0o700, exist_ok=True)
    with (ticket / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = attempts(ticket)
        _check(before, stamp)
        yield link(before[-1]) if before else None


def _check(before: t.Sequence[Path], stamp: str) -> None:
    for attempt in before:
        manifest.refuse_newer(attempt)
    if before and before[-1].name >= stamp:
        raise ValueError(
            f"the ticket has an attempt that is not before this controller's time, {name(before[-1])}: "
            "set the clock right, or take another rc_closure_locker if that attempt's time is wrong"
        )
