# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a report is not what is derived from its evidence, by its verdicts and its words; both are JSON."""

from __future__ import annotations

import re
import typing as t

# A note is one sentence, a stream may be long; what differs is shown as far as it helps to find it.
_SHOWN = 120
_MOST = 10
_VERDICT = re.compile(r"(gate|run|packages\.package_\d)\.status")
_RESULT = re.compile(r"packages\.package_\d\.criteria\[\d+\]\.result")

Places = t.Iterator[tuple[str, t.Any, t.Any]]


def places(told: t.Any, derived: t.Any, place: str = "") -> list[str]:
    """Return one sentence for each place at which they differ.

    C(place) is where in the report, such as C(packages.package_1.status).
    """
    walk = _walk(told, derived, place)
    return [f"{at} is {_shown(one)}, and by the evidence {_shown(other)}" for at, one, other in walk]


def verdicts(told: t.Any, derived: t.Any) -> list[str]:
    """Return one sentence for each verdict and each criterion with another result."""
    found = [
        f"{at} is {one} in the report, and {other} by this version"
        for at, one, other in _walk(told, derived)
        if _VERDICT.fullmatch(at)
    ]
    before, now = _results(told), _results(derived)
    found += [
        f"{package}, {criterion}: {before.get((package, criterion), 'no criterion')} in the report, and "
        f"{now.get((package, criterion), 'no criterion')} by this version"
        for package, criterion in dict.fromkeys([*before, *now])
        if before.get((package, criterion)) != now.get((package, criterion))
    ]
    return found


def words(told: t.Any, derived: t.Any) -> list[str]:
    """Return the places of a report, but for its verdicts, that differ: a few, and how many more."""
    walk = (place for place, _told, _derived in _walk(told, derived))
    at = [f"report.json, {one}" for one in walk if not _VERDICT.fullmatch(one) and not _RESULT.fullmatch(one)]
    more = [f"report.json, {len(at) - _MOST} more places"] if len(at) > _MOST else []
    return at[:_MOST] + more


def named(by: t.Mapping[str, str]) -> str:
    """Return versions as a reader has them."""
    return ", ".join(f"{name} {version}" for name, version in by.items()) or "an unknown version"


def _results(report: t.Any) -> dict[tuple[str, str], str]:
    return {
        (name, one["id"]): one["result"]
        for name, package in report["packages"].items()
        for one in package["criteria"]
    }


def _walk(told: t.Any, derived: t.Any, place: str = "") -> Places:
    if isinstance(told, dict) and isinstance(derived, dict):
        inside = {key: f"{place}.{key}".removeprefix(".") for key in {**derived, **told}}
    elif isinstance(told, list) and isinstance(derived, list) and len(told) == len(derived):
        told, derived = dict(enumerate(told)), dict(enumerate(derived))
        inside = {number: f"{place}[{number}]" for number in told}
    # To Python, 1 is True.
    elif type(told) is type(derived) and told == derived:
        return
    else:
        yield place, told, derived
        return
    for key, at in inside.items():
        yield from _walk(told.get(key, _ABSENT), derived.get(key, _ABSENT), at)


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _shown(value: t.Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
