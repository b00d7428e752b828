# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a package of an earlier attempt counts: one that does, and each way in which it does not."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text.merging import (
    Candidate,
    Change,
    Merge,
    Offered,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import merging
from tests.unit.captured import RELEASE, step

BEGAN, STAGING = "2026-11-25T12:00:00.000Z", "staging:/app/backend at backend"
FIRST, SECOND = "20261124T120000.000000Z", "20261125T090000.000000Z"
DAY = 86400.0
QUEUE: dict[str, t.Any] = {"runner": "queue"}
OWN = merging.Own(BEGAN, RELEASE, STAGING, {})


def at(one: Step, time: str) -> Step:
    return replace(one, started=time, ended=time)


def sessions(name: str = "psp", cluster: str = "1", step_name: str = "recon_sessions") -> Step:
    rows = [
        {"cluster": cluster, "database": "other", "own": False},
        {"cluster": cluster, "database": name, "own": True},
    ]
    return step(step_name, stdout="".join(f" {json.dumps(row)}\n" for row in rows))


def revisions(name: str = "psp", cluster: str | None = "1") -> Step:
    row = {"database": name, "revision": "7"} | ({"cluster": cluster} if cluster else {})
    return step("table_revisions", stdout=f" {json.dumps(row)}\n")


def backend(runner: str | None = "queue") -> Step:
    process = {
        "pid": 7,
        "started": BEGAN,
        "command": "uvicorn",
        "directory": "/app/backend",
        "shown": {"RECON_RUNNER": runner},
        "digests": {},
    }
    return step("backend_environment", stdout=json.dumps([process]))


def offered(package: int, *steps: Step, time: str = "2026-11-25T09:00:00.000Z", **changed: t.Any) -> Offered:
    digest = changed.pop("now", "d" * 64)
    given = {"commit": RELEASE.commit, "environment": "staging", "staging": STAGING, "sha256": "d" * 64}
    candidate = Candidate(package, FIRST, **{**given, **changed})
    kept = tuple(at(one, time) for one in steps or (step("one"),))
    return Offered(candidate, digest, Evidence(package, RELEASE, kept), QUEUE if package == 3 else {})


def refused(*others: Offered, own: merging.Own = OWN, max_age: float = DAY) -> dict[int, str]:
    return merging.refusals(own, Merge(max_age, ()), others)


def change(what: str, package: int, time: str = "2026-11-25T10:00:00.000Z") -> dict[str, t.Any]:
    return {"since": (Change(SECOND, package, what, "backend", time),)}


@pytest.mark.parametrize("package", range(4))
def test_what_is_fresh_and_of_this_release_counts(package: int) -> None:
    assert refused(offered(package)) == {}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (offered(1, sha256=""), "the attempt was begun and never reported"),
        (offered(1, now="e" * 64), f"its SHA-256 was {'d' * 64}, and is {'e' * 64}"),
        (offered(1, now=""), "and is none"),
        (offered(0, commit="b" * 40), f"it is for the commit {'b' * 40}, and the release's is {'a' * 40}"),
        (offered(1, environment="qa"), "it is for the environment qa, and the release's is staging"),
        (
            offered(2, staging="staging:/srv at b2"),
            f"of the staging staging:/srv at b2, and this one is {STAGING}",
        ),
        (offered(3, staging=""), "it is of the staging unknown"),
        (
            offered(1, time="2026-11-24T11:59:59.000Z"),
            "24.0 h before this attempt began, and rc_closure_max_age",
        ),
        (
            offered(1, time="2026-11-25T12:00:01.000Z"),
            "after this attempt began, at 2026-11-25T12:00:00.000Z",
        ),
        (replace(offered(1), evidence=Evidence(1, RELEASE)), "it has no step"),
        (
            offered(2, **change("alembic_evidence", 1)),
            "alembic_evidence by the attempt 20261125T090000.000000Z",
        ),
        (offered(3, **change("alembic_smoke", 1)), "collect Package-3 after that"),
        (offered(2, **change("backend_env", 3)), "collect Package-2 after that"),
        (offered(3, **change("arq_worker", 3)), "arq_worker by"),
        (offered(3, **change("redis", 3)), "redis by"),
        (offered(3, **change("backend_env", 2)), "backend_env by"),
        # What nobody knows may have changed anything.
        (offered(1, **change("unheard_of", 2)), "unheard_of by"),
    ],
)
def test_what_does_not_count(other: Offered, said: str) -> None:
    (reason,) = refused(other).values()
    assert said in reason


@pytest.mark.parametrize(
    "other",
    [
        # CI has no staging, and its run may be beside another.
        offered(0, staging=""),
        offered(0, **change("unheard_of", 2)),
        offered(1, time="2026-11-24T12:00:00.000Z"),
        offered(1, **change("alembic_evidence", 1)),
        offered(1, **change("backend_env", 2)),
        offered(2, **change("arq_worker", 3)),
        *(offered(3, **change(what, 2)) for what in ("backfill_evidence", "e2e_evidence", "ci_dispatch")),
        offered(2, **change("recon_run_lifecycle", 3)),
    ],
)
def test_what_still_counts(other: Offered) -> None:
    assert refused(other) == {}


def test_a_decision_that_came_later_makes_nothing_fresh() -> None:
    old = offered(1, time="2026-11-20T12:00:00.000Z")
    later = at(step("migration_decision"), "2026-11-25T11:00:00.000Z")
    evidence = replace(old.evidence, steps=(*old.evidence.steps, later))
    assert "120.0 h before" in refused(replace(old, evidence=evidence))[1]


@pytest.mark.parametrize(
    ("shown", "time", "counts"),
    [
        ([backend()], "2026-11-25T10:00:01.000Z", True),
        ([backend(), backend("inline")], "2026-11-25T10:00:01.000Z", False),
        ([backend("inline")], "2026-11-25T10:00:01.000Z", False),
        ([backend(None)], "2026-11-25T10:00:01.000Z", False),
        ([step("backend_environment", stdout="broken")], "2026-11-25T10:00:01.000Z", False),
        ([backend()], "2026-11-25T09:59:59.000Z", False),
        ([], "2026-11-25T10:00:01.000Z", False),
    ],
)
def test_a_backend_that_was_restarted_since_is_shown_with_the_queue(
    shown: list[Step], time: str, counts: bool
) -> None:
    three = offered(3, **change("backend_env", 2))
    two = offered(2, step("flags_file"), *shown, time=time)
    assert (3 not in refused(three, two)) is counts
    # It is the same where this attempt collected Package-2.
    own = OWN._replace(kept={2: (two.evidence, {})})
    assert (3 not in refused(three, own=own)) is counts


def test_what_this_attempt_changes_counts_too() -> None:
    migrated = Evidence(1, RELEASE, (step("alembic_evidence_intent"), revisions()))
    found = refused(offered(3), own=OWN._replace(kept={1: (migrated, {})}))
    assert "alembic_evidence by this attempt, Package-1" in found[3]


@pytest.mark.parametrize(
    ("one", "three", "counts"),
    [
        (revisions(), sessions(), True),
        # A locker of an earlier version does not show the cluster.
        (revisions(cluster=None), sessions(), True),
        (revisions(), sessions(cluster="2"), False),
        (revisions("psp_old"), sessions(), False),
        (revisions("psp_old", None), sessions(), False),
        (step("table_revisions", stdout=" {broken\n"), sessions(), False),
        (step("table_revisions"), sessions(step_name="backend_sessions"), True),
    ],
)
def test_the_database_is_one(one: Step, three: Step, counts: bool) -> None:
    others = [offered(1, one), offered(3, three, time="2026-11-25T10:00:00.000Z")]
    found = refused(*others)
    assert (found == {}) is counts
    if not counts:
        assert set(found) == {1}
        assert "and Package-3 of psp (cluster" in found[1]


def test_this_attempt_s_own_database_is_the_one() -> None:
    own = OWN._replace(kept={1: (Evidence(1, RELEASE, (revisions("new"),)), {})})
    assert (
        "it is of the database psp (cluster 1), and Package-1 of new"
        in refused(offered(3, sessions()), own=own)[3]
    )
