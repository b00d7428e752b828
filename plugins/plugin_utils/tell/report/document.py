# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as data: verdicts derived from the locker's evidence, and the gate from the verdicts.

Every rendering, the ticket's text among them, is made from this document and from nothing else.
"""

from __future__ import annotations

import typing as t
from contextlib import suppress
from dataclasses import asdict, replace

from ....module_utils._core.evidence import Evidence
from ....module_utils._text import earlier_attempts
from ....module_utils._text.merging import Merge, Offered
from ...judge import earlier, package_0, package_1, package_2, package_3
from ...judge.base import FAIL, LEFT_OUT, PASS, Policy, Verdict
from ...keep.locker import PACKAGES, STREAMS, Attempt
from . import merged, origin, reset_or_stamp, shown

SCHEMA = "psp.rc_closure/report/1"
# By the package's number.
TITLES = ("CI Postgres job", "STG-MIG (MIG-01B/C)", "STG-ROLL", "PSP-03D queue enablement")
JUDGES = (package_0.judge, package_1.judge, package_2.judge, package_3.judge)

Document = dict[str, t.Any]
# Each package's evidence and policy; packages that were not asked for are absent.
Kept = t.Mapping[int, tuple[Evidence, Policy]]


def build(
    attempt: Attempt, own: Kept, now: str, taken: tuple[Merge | None, t.Sequence[Offered]] = (None, ())
) -> Document:
    """Judge what was kept and return the report; C(now) is RFC 3339, UTC.

    Large outputs are shortened in it, and marks that are not seen are named.

    Args:
        attempt: that is reported.
        own: what it collected.
        now: when it is reported.
        taken: what it takes of packages that earlier attempts collected, as C(keep/merging.load()) has it.
    """
    others = merged.weigh(attempt, own, *taken)
    kept = {**own, **{number: one.kept for number, one in others.items()}}
    verdicts = {number: merged.counted(_verdict(number, kept), others.get(number)) for number in PACKAGES}
    failing = [number for number in PACKAGES if verdicts[number].status != PASS]
    judged = sorted(number for number in kept if number not in others or others[number].counts)
    document = {
        "schema": SCHEMA,
        "release": asdict(attempt.release),
        "attempt": {
            "started": attempt.started,
            "reported": now,
            **({"language": attempt.language} if attempt.language else {}),
        },
        **origin.section(attempt, [one for one, _policy in own.values()]),
        **_earlier(kept),
        "gate": {
            "status": FAIL if failing else PASS,
            "reasons": [f"Package-{number}: {verdicts[number].note}" for number in failing],
            **_left_out(verdicts),
        },
        # What this run was asked for may pass while the gate stays shut, unless that is all it was asked for.
        "run": {
            "packages": judged,
            "status": FAIL if set(failing) & (set(judged) if own else set(PACKAGES)) or not judged else PASS,
        },
        "packages": {
            f"package_{number}": _package(verdicts[number], kept.get(number), others.get(number))
            for number in PACKAGES
        },
    }
    return shown.shortened(document)


def _left_out(verdicts: t.Mapping[int, Verdict]) -> dict[str, t.Any]:
    """Return the criteria that a policy left out; no entry where there are none."""
    found = [
        f"Package-{number}: {one.text} ({one.reason})"
        for number, verdict in verdicts.items()
        for one in verdict.criteria
        if one.result == LEFT_OUT
    ]
    return {"left_out": found} if found else {}


def _earlier(kept: Kept) -> dict[str, t.Any]:
    """Return the earlier attempts that were begun and never reported; no entry where there are none."""
    found: dict[str, t.Any] = {}
    for evidence, _policy in kept.values():
        # What cannot be read is for the judge to say.
        with suppress(KeyError, TypeError, ValueError):
            found |= {one.name: _without_streams(one) for one in earlier.attempts(evidence)}
    return {"unreported_attempts": [found[name] for name in sorted(found)]} if found else {}


def _without_streams(attempt: earlier_attempts.Attempt) -> dict[str, t.Any]:
    """Return an attempt without the outputs, which the package's own step has."""
    intents = [
        replace(one, outcome=one.outcome and replace(one.outcome, stdout="", stderr=""))
        for one in attempt.intents
    ]
    return asdict(replace(attempt, intents=tuple(intents)))


def summary(document: Document) -> Document:
    """Return the report without its outputs: what fits into a job's statistics."""
    release, packages = document["release"], document["packages"].items()
    return {
        "ticket": release["ticket"],
        "release": release["candidate"],
        "commit": release["commit"],
        "gate": document["gate"],
        "packages": {name: {key: one[key] for key in ("status", "note")} for name, one in packages},
    }


def without_streams(document: Document) -> Document:
    """Return the report with the streams left in the locker: what a fact can hold."""
    packages = {
        name: {
            **package,
            "steps": [{key: step[key] for key in step if key not in STREAMS} for step in package["steps"]],
        }
        for name, package in document["packages"].items()
    }
    return {**document, "packages": packages}


def _verdict(number: int, kept: Kept) -> Verdict:
    if number not in kept:
        return Verdict(number, FAIL, "Not proven: it was not collected in this run.", ())
    return JUDGES[number](*kept[number])


def _package(
    verdict: Verdict, kept: tuple[Evidence, Policy] | None, other: merged.Taken | None
) -> dict[str, t.Any]:
    evidence, policy = kept or (None, {})
    steps = evidence.steps if evidence else ()
    decision = reset_or_stamp.section(policy, steps) if verdict.package == 1 else None
    return {
        "title": TITLES[verdict.package],
        "status": verdict.status,
        "note": verdict.note,
        **({"merged": other.section()} if other else {}),
        "policy": dict(policy),
        "criteria": [asdict(criterion) for criterion in verdict.criteria],
        **({"reset_or_stamp": decision} if decision else {}),
        "steps": [
            {
                **step.attributes(),
                **shown.whole(step, number, verdict.package, other.folder if other else ""),
                "seconds": round(step.seconds, 3),
            }
            for number, step in enumerate(steps, 1)
        ],
    }
