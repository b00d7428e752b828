# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package that an earlier attempt collected counts for the one that merges it.

It must be of the same release, staging and database, young enough, reported, and unchanged since; and what
changed staging later must not be what it is about.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence, Release, parse_time
from ...module_utils._text import catalog
from ...module_utils._text.merging import Candidate, Change, Merge, Offered
from . import clocks, package_3
from .base import LEFT_OUT, MET, MissingStepError, Policy

# What a change makes void, by package. One that is not here makes all void that is about staging.
_VOID: dict[str, frozenset[int]] = {
    "ci_dispatch": frozenset(),
    "backfill_evidence": frozenset(),
    "e2e_evidence": frozenset(),
    "recon_run_lifecycle": frozenset(),
    "redis": frozenset({3}),
    "arq_worker": frozenset({3}),
    "backend_env": frozenset({2, 3}),
    "alembic_evidence": frozenset({2, 3}),
    "alembic_smoke": frozenset({2, 3}),
}
_STAGING = frozenset({1, 2, 3})
# Which database: C(system_identifier) of its cluster, C('') where it is not shown, and its name.
_Databases = frozenset[tuple[str, str]]

Kept = t.Mapping[int, tuple[Evidence, Policy]]


class Own(t.NamedTuple):
    """The attempt that merges."""

    started: str  # RFC 3339, UTC
    release: Release
    staging: str
    kept: Kept  # what it collected itself


def refusals(own: Own, merge: Merge, offered: t.Sequence[Offered]) -> dict[int, str]:
    """Return package → why what an earlier attempt collected of it does not count; absent where it does."""
    by_package = {one.candidate.package: one for one in offered}
    everything = {**own.kept, **{n: (one.evidence, one.policy) for n, one in by_package.items()}}
    found = {n: _refusal(own, merge.max_age, one, everything) for n, one in by_package.items()}
    found = {n: reason for n, reason in found.items() if reason}
    return found | _of_another_database(own, [one for n, one in by_package.items() if n not in found])


def collected(evidence: Evidence) -> tuple[str, str]:
    """Return when the first step began and the last one ended, C('') where there is none.

    An operator's decision is kept when it is made, and collects nothing.
    """
    taken = [step for step in evidence.steps if step.name != steps.MIGRATION_DECISION]
    if not taken:
        return "", ""
    return (
        min((one.started for one in taken), key=parse_time),
        max((one.ended for one in taken), key=parse_time),
    )


def changes(own: Own, candidate: Candidate) -> list[Change]:
    """Return what was about to change what a package is about, after its attempt or in this one."""
    here = (one for evidence, _policy in own.kept.values() for one in _intents(evidence))
    return [one for one in (*candidate.since, *here) if candidate.package in _VOID.get(one.what, _STAGING)]


def _intents(evidence: Evidence) -> t.Iterator[Change]:
    for step in evidence.steps:
        if step.name.endswith(steps.INTENT):
            what = step.name.removesuffix(steps.INTENT)
            yield Change("", evidence.package, what, step.host, step.started)


def _refusal(own: Own, max_age: float, one: Offered, everything: Kept) -> str:
    candidate = one.candidate
    if not candidate.sha256:
        return "the attempt was begun and never reported"
    if one.sha256 != candidate.sha256:
        now = one.sha256 or "none"
        return f"the attempt was changed since: its SHA-256 was {candidate.sha256}, and is {now}"
    for name in ("commit", "environment"):
        has, want = getattr(candidate, name), getattr(own.release, name)
        if has != want:
            return f"it is for the {name} {has or 'unknown'}, and the release's is {want}"
    if candidate.package in _STAGING and candidate.staging != own.staging:
        of, here = candidate.staging or "unknown", own.staging or "unknown"
        return f"it is of the staging {of}, and this one is {here}"
    return _too_old(own.started, max_age, one.evidence) or _changed(own, one, everything)


def _too_old(began: str, max_age: float, evidence: Evidence) -> str:
    """Say that evidence is older than allowed, or from after the attempt that merges it began."""
    _first, last = collected(evidence)
    if not last:
        return "it has no step"
    age = (parse_time(began) - parse_time(last)).total_seconds()
    if age < 0:
        return f"its last step ended at {last}, after this attempt began, at {began}: a clock is off"
    if age > max_age:
        return (
            f"its last step ended at {last}, {age / 3600:.1f} h before this attempt began, and "
            f"rc_closure_max_age is {max_age / 3600:.1f} h"
        )
    return ""


def _changed(own: Own, one: Offered, everything: Kept) -> str:
    """Say what changed staging later that the package is about, and is not proven anew."""
    package = one.candidate.package
    for change in changes(own, one.candidate):
        if package == 3 and change.what == "backend_env" and _still_queues(change, one.policy, everything):
            continue
        return f"staging was changed since, {change}: collect Package-{package} after that"
    return ""


def _still_queues(change: Change, policy: Policy, everything: Kept) -> bool:
    """Whether the backend, set up again for Package-2, is shown with the queue's runner after that."""
    evidence, _policy = everything.get(2, (None, {}))
    shown = [one for one in evidence.steps if one.name == steps.BACKEND_ENVIRONMENT] if evidence else []
    at = clocks.Moment(clocks.CONTROLLER, change.at)
    if evidence is None or not shown or not change.at:
        return False
    if not all(clocks.is_after(evidence, clocks.Moment(one.host, one.started), at) for one in shown):
        return False
    left_out = "backend_runner" in (policy.get("left_out") or {})
    decide = package_3.backend_without_runner if left_out else package_3.backend_runner
    try:
        return decide(evidence, policy).result in (MET, LEFT_OUT)
    except (MissingStepError, KeyError):
        return False


def _of_another_database(own: Own, offered: t.Sequence[Offered]) -> dict[int, str]:
    """Compare the databases that the evidence shows with that of the newest evidence that shows one."""
    known = [(n, _databases(evidence)) for n, (evidence, _policy) in sorted(own.kept.items())]
    latest = sorted(offered, key=lambda one: parse_time(collected(one.evidence)[1]), reverse=True)
    known += [(one.candidate.package, _databases(one.evidence)) for one in latest]
    known = [(n, databases) for n, databases in known if databases]
    if not known:
        return {}
    newest, reference = known[0]
    return {
        n: f"it is of the database {_named(databases)}, and Package-{newest} of {_named(reference)}"
        for n, databases in known
        if n not in own.kept and not _meet(databases, reference)
    }


def _databases(evidence: Evidence) -> _Databases:
    """Return the databases that the package's connections came to, as Postgres itself names them."""
    names = (steps.TABLE_REVISIONS, steps.RECON_SESSIONS, steps.BACKEND_SESSIONS)
    shown = [step for step in evidence.steps if step.name in names]
    try:
        rows = [row for step in shown for row in catalog.objects(step.stdout) if row.get("own", True)]
        return frozenset((str(row.get("cluster") or ""), str(row["database"])) for row in rows)
    except (ValueError, KeyError, AttributeError):
        return frozenset({("", "one that cannot be read")})


def _meet(some: _Databases, others: _Databases) -> bool:
    """Whether two packages have a database in common; a cluster that is not shown may be any."""
    return any(
        one[1] == other[1] and (one[0] == other[0] or "" in (one[0], other[0]))
        for one in some
        for other in others
    )


def _named(databases: _Databases) -> str:
    return " and ".join(sorted(f"{name} (cluster {cluster or 'not shown'})" for cluster, name in databases))
