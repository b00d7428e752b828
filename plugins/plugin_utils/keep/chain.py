# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attempts of a ticket as a chain: each names the one before it, of whichever release, as that was then.

So one that is missing, renamed, changed or dated back shows, as long as one is there that was opened later.
"""

from __future__ import annotations

import fcntl
import json
import typing as t
from contextlib import contextmanager
from pathlib import Path

from ...module_utils._core.evidence import parse_time
from . import elsewhere, kept, manifest

# How an attempt's folder is named by the time in UTC when it was opened.
STAMP = "%Y%m%dT%H%M%S.%fZ"
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


def vouching(attempt: Path) -> str:
    """Return which later attempt of the ticket names this one's manifest, C('') where none does."""
    for later in attempts(attempt.parents[2]):
        said = _said(later).get("previous") or {}
        if (said.get("attempt"), said.get("file")) == (name(attempt), manifest.NAME):
            return name(later)
    return ""


def problems(ticket: Path) -> list[str]:
    """Return one sentence for each place where a ticket's attempts are not the chain that they were.

    Raises:
        OSError: a file cannot be read.
    """
    found: list[str] = []
    known = {name(attempt): attempt for attempt in attempts(ticket)}
    before = ""
    for own, attempt in known.items():
        said = _said(attempt)
        if manifest.is_newer(attempt):  # how that says it is not known here
            before = own
            continue
        found += _misplaced(attempt, said)
        if "previous" in said:  # attempts of format 1 say nothing of it
            found += _broken(own, said["previous"], before, known)
        before = own
    return found


def _said(attempt: Path) -> dict[str, t.Any]:
    try:
        said = json.loads((attempt / "attempt.json").read_text("utf-8"))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _misplaced(attempt: Path, said: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield where an attempt's folder is not named as the attempt says."""
    if attempt.is_symlink():
        yield f"{name(attempt)} is a link, to {attempt.readlink()}"
    try:
        stamp = parse_time(said["started"]).strftime(STAMP)
        own = (said["release"]["ticket"], said["release"]["candidate"], stamp)
    except (KeyError, TypeError, ValueError) as exc:
        yield f"{name(attempt)}/attempt.json does not say of which release it is, and of when: {exc!r}"
        return
    folders = (attempt.parents[2].name, attempt.parents[1].name, attempt.name)
    if own != folders:
        yield f"{'/'.join(folders)} is the attempt {'/'.join(own)}: its folder was renamed or moved"


def _broken(own: str, previous: t.Any, before: str, known: t.Mapping[str, Path]) -> t.Iterator[str]:
    try:
        said = Link(**previous) if previous else None
    except TypeError:
        yield f"{own}/attempt.json does not say which attempt was before it"
        return
    if said and said.attempt not in known:
        yield f"{said.attempt}, the attempt before {own}, is missing: it was removed, renamed or moved"
        return
    if said and said.sha256 not in _digests(known[said.attempt], said.file):
        yield f"{said.attempt}/{said.file} was changed: it is not what it was when {own} was opened"
    if (said.attempt if said else "") != before:
        named = said.attempt if said else "none"
        yield (
            f"{own} names {named} as the attempt before it, and by their times that is {before or 'none'}: "
            "one of them was added later, or dated back"
        )


def _digests(attempt: Path, file: str) -> set[str]:
    """Return the digests of a file, and of the manifests that it replaced."""
    files = [elsewhere.find(attempt / file)]
    if file == manifest.NAME:
        files += attempt.glob(manifest.EARLIER)
    return {kept.sha256(one) for one in files if one.exists()}
