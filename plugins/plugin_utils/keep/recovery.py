# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a killed run left on a host, kept as evidence of the attempt that it belongs to."""

from __future__ import annotations

import fcntl
import json
import re
import typing as t
from pathlib import Path

from ...module_utils._core import step_names
from ...module_utils._core.evidence import Release, Step, utc_now
from ...module_utils._core.steps import Started
from . import earlier, locker, manifest

# A host says whose it is: it must not lead out of the locker.
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")

Entry = t.Mapping[str, t.Any]


def keep(attempt: locker.Attempt, package: int, entry: Entry, steps: t.Sequence[Step], host: str) -> bool:
    """Keep the steps of an entry that an earlier attempt left on a host; return whether it may be removed.

    That it was found, and what of it could not be read, is a step of C(package) of this attempt. Where the
    earlier attempt is not in this locker, that step is all.
    """
    whose = entry["owner"]
    folder = _folder(attempt, whose)
    kept: list[str] = []
    if folder:
        kept = _into(folder, int(whose["package"]), steps)
    told = {
        "attempt": {name: whose.get(name) for name in ("ticket", "release", "attempt", "module", "package")},
        "kept_in": str(folder.relative_to(_root(attempt))) if folder else None,
        "kept": kept,
        "cannot_be_read": list(entry["broken"]),
        "was_under_way": list(entry["begun"]),
    }
    started = Started(step_names.LEFT_BEHIND, str(entry["folder"]), host=host)
    step = started.ended(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    locker.keep(attempt, package, [step])
    for number in locker.PACKAGES:
        if locker.is_open(attempt, number):
            earlier.keep(attempt, number)
    return folder is not None


def _root(attempt: locker.Attempt) -> Path:
    return attempt.folder.parents[3]


def _folder(attempt: locker.Attempt, whose: Entry) -> Path | None:
    """Return where the steps belong: the attempt itself, or beside it where it was reported already."""
    ticket, release, name = (str(whose.get(key)) for key in ("ticket", "release", "attempt"))
    if not all(map(_NAME.fullmatch, (ticket, release, name))):
        return None
    candidate = _root(attempt) / ticket / release
    folder = candidate / "attempts" / name
    if not (folder / "attempt.json").exists() or whose.get("package") not in locker.PACKAGES:
        return None
    if locker.is_running(folder) or manifest.is_newer(folder):
        return None
    # What was reported is not changed any more: its digest may be in the ticket.
    return candidate / "recovered" / name if (folder / "report.json").exists() else folder


def _into(folder: Path, package: int, steps: t.Sequence[Step]) -> list[str]:
    """Keep those steps that are not there yet, and return their names."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    attempt = locker.Attempt(str(folder), "", Release("", "", "", ""))
    with (folder / ".recovering").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = {(one.name, one.started, one.ended) for one in locker.load_package(attempt, package).steps}
        new = [step for step in steps if (step.name, step.started, step.ended) not in there]
        locker.keep(attempt, package, new, recovered=utc_now())
    return [step.name for step in new]
