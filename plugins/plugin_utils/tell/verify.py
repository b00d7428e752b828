# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an attempt's report says what its evidence shows, by the locker alone."""

from __future__ import annotations

import json
import typing as t

from ..keep import locker, merging
from .report import document, junit, markdown

# A note is one sentence, a stream may be long; what differs is shown as far as it helps to find it.
_SHOWN = 120


def problems(attempt: locker.Attempt) -> list[str]:
    """Return one sentence for each place where the reports are not what the evidence makes.

    The copies beside the attempts are held against the newest attempt that has a report.

    Raises:
        LockerError: a stream is not what was kept.
        OSError: a file cannot be read.
        ValueError: a file is not JSON, or not a report.
    """
    folder = attempt.folder
    reported = locker.read_json(folder / "report.json")
    built = document.build(attempt, locker.load(attempt), _when(reported), merging.load(attempt))
    derived = json.loads(json.dumps(built))
    found = [f"report.json: {problem}" for problem in differences(reported, derived)]
    if (folder / "report.md").read_bytes() != markdown.render(built).encode():
        found.append("report.md is not the text of what the evidence shows")
    cases = folder / "junit.xml"  # which attempts of earlier versions do not have
    if cases.is_file() and cases.read_bytes() != junit.render(built).encode():
        found.append("junit.xml is not the text of what the evidence shows")
    if folder == max(path.parent for path in folder.parent.glob("*/report.json")):
        names = ("report.json", "report.md", *(["junit.xml"] if cases.is_file() else []))
        copies = (folder.parent.parent / name for name in names)
        found += [
            f"{copy} is not the newest attempt's"
            for copy in copies
            if not copy.is_file() or copy.read_bytes() != (folder / copy.name).read_bytes()
        ]
    return found


def _when(report: t.Any) -> str:
    """Return when the report was made: the one thing in it that no evidence shows."""
    try:
        return str(report["attempt"]["reported"])
    except (KeyError, TypeError) as exc:
        raise ValueError(f"report.json is not a report: {exc!r}") from exc


def differences(told: t.Any, derived: t.Any, place: str = "") -> list[str]:
    """Return one sentence for each place at which a report is not what is derived from its evidence.

    Both are as JSON has them, and C(place) is where in the report, such as C(packages.package_1.status).
    """
    if isinstance(told, dict) and isinstance(derived, dict):
        places = {key: f"{place}.{key}".removeprefix(".") for key in {**derived, **told}}
    elif isinstance(told, list) and isinstance(derived, list) and len(told) == len(derived):
        told, derived = dict(enumerate(told)), dict(enumerate(derived))
        places = {number: f"{place}[{number}]" for number in told}
    # To Python, 1 is True.
    elif type(told) is type(derived) and told == derived:
        places = {}
    else:
        return [f"{place} is {_shown(told)}, and by the evidence {_shown(derived)}"]
    return [
        problem
        for key, at in places.items()
        for problem in differences(told.get(key, _ABSENT), derived.get(key, _ABSENT), at)
    ]


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _shown(value: t.Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
