# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Earlier attempts of the same release that were begun and never reported: what they may have changed."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ...module_utils._core import step_names
from ...module_utils._core.evidence import COMMAND
from ...module_utils._core.steps import Started
from ...module_utils._text import earlier_attempts
from . import locker


def keep(attempt: locker.Attempt, package: int) -> None:
    """Keep what earlier attempts had begun, once, and again where more is known of it since."""
    found = unreported(attempt, package)
    text = earlier_attempts.render(found)
    before = locker.load_package(attempt, package).get(step_names.EARLIER_ATTEMPTS)
    if found and text != (before.stdout if before else ""):
        started = Started(step_names.EARLIER_ATTEMPTS, str(attempt.folder.parent))
        locker.keep(attempt, package, [started.ended(text)])


def unreported(attempt: locker.Attempt, package: int) -> list[earlier_attempts.Attempt]:
    """Return the earlier attempts, for the same environment, that opened a package and have no report.

    The streams of C(package) are with them. One that is still at work on other packages, as a job beside this
    one is, has its report before it.
    """
    folders = [path for path in sorted(attempt.folder.parent.iterdir()) if path.name < attempt.folder.name]
    reported = [path for path in folders if (path / "report.json").exists()]
    begun = [
        path
        for path in folders
        if path not in reported
        and any(path.glob("package_*"))
        and ((path / earlier_attempts.folder(package)).is_dir() or not locker.is_running(path))
    ]
    here = ("", attempt.release.environment)
    return [_read(path, package, reported) for path in begun if _environment(path) in here]


def _environment(attempt: Path) -> str:
    """Return where an attempt was made, C('') where that cannot be read: it may have been anywhere."""
    try:
        return str(locker.read_json(attempt / "attempt.json")["release"]["environment"])
    except (KeyError, TypeError, ValueError, OSError):
        return ""


def _read(attempt: Path, own: int, reported: t.Sequence[Path]) -> earlier_attempts.Attempt:
    packages = {package: attempt / earlier_attempts.folder(package) for package in locker.PACKAGES}
    kept = {package: sorted(path.glob("[0-9]*.json")) for package, path in packages.items()}
    told = {earlier_attempts.folder(package): _told(attempt.name, package, reported) for package in packages}
    return earlier_attempts.Attempt(
        attempt.name,
        {packages[package].name: [_name(file) for file in files] for package, files in kept.items() if files},
        tuple(
            intent
            for package, files in kept.items()
            for intent in _intents(package, files, streams=package == own)
        ),
        {package: name for package, name in told.items() if name},
    )


def _told(attempt: str, package: int, reported: t.Sequence[Path]) -> str:
    """Return the first attempt whose report judged a package knowing of an attempt, C('') where none did."""
    name = f"{earlier_attempts.folder(package)}/[0-9]*-{step_names.EARLIER_ATTEMPTS}.json"
    for later in reported:
        for file in later.glob(name):
            if any(one.name == attempt for one in earlier_attempts.parse(_said(file))):
                return later.name
    return ""


def _said(file: Path) -> str:
    """Return a step's output; what is not what was kept says nothing."""
    try:
        return locker.load_step(file).stdout
    except locker.LockerError:
        return "[]"


def _intents(package: int, files: t.Sequence[Path], *, streams: bool) -> t.Iterator[earlier_attempts.Intent]:
    """Yield the intents of a package, each with the first step after it that shows what came of it."""
    for number, file in enumerate(files):
        outcomes = step_names.outcomes_of(_name(file))
        shown = next((later for later in files[number + 1 :] if _name(later) in outcomes), None)
        if outcomes:
            yield _intent(package, file, _outcome(shown, streams=streams) if shown else None)


def _intent(package: int, file: Path, outcome: earlier_attempts.Outcome | None) -> earlier_attempts.Intent:
    """Return an intent as it was kept; a file that was cut off still shows by its name that there was one."""
    try:
        step = locker.read_json(file)
        what, host, at = (str(step[key]) for key in ("command", "host", "started"))
    except (KeyError, TypeError, ValueError):
        what, host, at = f"what {file.name} said, which cannot be read,", "a host", "a time"
    return earlier_attempts.Intent(package, _name(file), what, host, at, outcome)


def _outcome(file: Path, *, streams: bool) -> earlier_attempts.Outcome | None:
    """Return the step that shows what came of an intent; none where it is not what was kept."""
    try:
        step = locker.load_step(file)
    except (KeyError, TypeError, ValueError, OSError, locker.LockerError):
        return None
    both = (step.stdout, step.stderr) if streams and step.kind == COMMAND else ("", "")
    return earlier_attempts.Outcome(step.name, step.outcome, step.reason, step.exit_status, *both)


def _name(file: Path) -> str:
    return file.stem.partition("-")[2]
