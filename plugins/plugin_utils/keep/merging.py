# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that an attempt takes from earlier ones: which, chosen when it is opened, and their evidence.

The choice is a file of the attempt, C(merge.json), with the digests of the attempts that it names: what the
ticket says of this attempt's digest holds for theirs, too.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

from ...module_utils._core import step_names
from ...module_utils._core.evidence import Evidence, Release
from ...module_utils._text import merging
from ...module_utils._text.merging import Candidate, Change, Merge, Offered
from . import elsewhere, locker, manifest

SCHEMA = "psp.rc_closure/merge/1"


class Asked(t.NamedTuple):
    """What a run is to take from earlier attempts."""

    packages: t.Sequence[int]
    max_age: float  # seconds


def conflicts(root: str, release: Release, packages: t.Iterable[int]) -> list[str]:
    """Return why these packages cannot be taken for this release at all, a sentence each.

    Args:
        root: the locker.
        release: that of the attempt that is to be opened.
        packages: those that it does not collect itself.
    """
    attempts = Path(root).absolute() / release.ticket / release.candidate / "attempts"
    found = []
    for package in packages:
        folder = _newest(attempts, package)
        own = _release(folder) if folder else release
        for name in ("commit", "environment"):
            has, wanted = getattr(own, name), getattr(release, name)
            if folder and has != wanted:
                found.append(
                    f"Package-{package} was collected for the {name} {has or 'unknown'} by the attempt "
                    f"{folder.name}, and rc_closure_{name} is {wanted}: correct it, or collect "
                    f"Package-{package} again"
                )
    return found


def keep(attempt: locker.Attempt, asked: Asked) -> None:
    """Choose for each of these packages the newest earlier attempt that had opened it; keep the choice."""
    found = (_newest(attempt.folder.parent, package, attempt.folder.name) for package in asked.packages)
    candidates = [
        _candidate(attempt, package, folder)
        for package, folder in zip(asked.packages, found, strict=True)
        if folder
    ]
    merge = {"schema": SCHEMA, **Merge(asked.max_age, tuple(candidates)).as_dict()}
    elsewhere.write(attempt.folder / manifest.MERGE, locker.as_json(merge))


def load(attempt: locker.Attempt) -> tuple[Merge | None, list[Offered]]:
    """Return what the attempt takes, None where it takes nothing, and the evidence as it is now.

    A package that the attempt has collected itself is its own.

    Raises:
        LockerError: the choice cannot be read, or a stream is not what was kept.
    """
    file = elsewhere.find(attempt.folder / manifest.MERGE)
    if not file.is_file():
        return None, []
    try:
        merge = merging.read(locker.read_json(file))
    except (KeyError, TypeError, ValueError) as exc:
        raise locker.LockerError(f"{file} is not what was kept: {exc!r}") from exc
    others = [one for one in merge.candidates if not attempt.package(one.package).is_dir()]
    return merge, [_offered(attempt, one) for one in others]


def _newest(attempts: Path, package: int, before: str = "") -> Path | None:
    """Return the newest attempt, before that of a name, that had opened a package."""
    found = [path.parent for path in attempts.glob(f"*/package_{package}")]
    return max((path for path in found if not before or path.name < before), default=None)


def _candidate(attempt: locker.Attempt, package: int, folder: Path) -> Candidate:
    reported = (folder / "report.json").exists()
    release = _release(folder)
    return Candidate(
        package,
        folder.name,
        locker.digest(replace(attempt, path=str(folder))) if reported else "",
        release.commit,
        release.environment,
        _staging(folder),
        _url(folder),
        tuple(_changes(attempt, folder.name)),
    )


def _offered(attempt: locker.Attempt, candidate: Candidate) -> Offered:
    """Read the evidence as this release's: what is of another commit proves nothing for it."""
    folder = attempt.folder.parent / candidate.attempt
    if not (folder / "attempt.json").is_file():
        return Offered(candidate, "", Evidence(candidate.package, attempt.release))
    other = replace(attempt, path=str(folder))
    policy = other.package(candidate.package) / "policy.json"
    return Offered(
        candidate,
        locker.digest(other),
        locker.load_package(other, candidate.package),
        locker.read_json(policy) if policy.is_file() else {},
    )


def _changes(attempt: locker.Attempt, since: str) -> t.Iterator[Change]:
    """Yield what was about to be changed between two attempts, whatever the ticket and release it was for."""
    own = attempt.folder
    between = [path for path in own.parents[3].glob("*/*/attempts/*") if since < path.name < own.name]
    for path in sorted(between, key=lambda one: one.name):
        if attempt.staging and _staging(path) not in ("", attempt.staging):
            continue
        for file in sorted(path.glob("package_*/[0-9]*_intent.json")):
            yield _change(path.name, file)


def _change(attempt: str, file: Path) -> Change:
    package = int(file.parent.name.rpartition("_")[2])
    what = file.stem.partition("-")[2].removesuffix(step_names.INTENT)
    try:
        step = locker.read_json(file)
        return Change(attempt, package, what, str(step["host"]), str(step["started"]))
    except (KeyError, TypeError, ValueError, OSError):
        return Change(attempt, package, what, "", "")


def _opened(folder: Path) -> dict[str, t.Any]:
    try:
        return dict(locker.read_json(folder / "attempt.json"))
    except (TypeError, ValueError, OSError):
        return {}


def _release(folder: Path) -> Release:
    """Return the release of an attempt; what cannot be read of it is C('')."""
    found = _opened(folder).get("release")
    found = found if isinstance(found, dict) else {}
    return Release(*(str(found.get(name, "")) for name in ("ticket", "candidate", "commit", "environment")))


def _staging(folder: Path) -> str:
    return str(_opened(folder).get("staging") or "")


def _url(folder: Path) -> str:
    """Return where the ticket has the attempt's verdict, C('') where it has none."""
    try:
        comments = locker.read_json(folder / locker.TICKET_RECORD)["comments"]
        return next((str(one["url"]) for one in reversed(comments) if one["kind"] == "verdict"), "")
    except (KeyError, TypeError, ValueError, OSError):
        return ""
