# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier attempt had begun and never reported is counted with this one, or is not proven."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import ENDED, Evidence, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import earlier_attempts
from ansible_collections.psp.rc_closure.plugins.module_utils._text.earlier_attempts import (
    Attempt,
    Intent,
    Outcome,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    Finding,
    Judge,
    Policy,
    Rule,
    met,
    not_met,
    with_earlier,
)
from tests.unit.captured import NOW, evidence, step

FIRST, SECOND = "20261124T010000.000000Z", "20261124T020000.000000Z"
SAID = f"; the attempt {FIRST}, never reported, had begun alembic upgrade head at {NOW} on backend, and "
LOST = SAID + "its outcome was not kept"
ASKED = ": look into what it did, and begin a new attempt"
LATER = {"package_1": SECOND}


def begun(
    status: int | None = None,
    *,
    package: int = 1,
    name: str = "alembic_evidence_intent",
    told: t.Mapping[str, str] | None = None,
) -> Step:
    """An earlier attempt whose upgrade ended with this status; None where that was not kept."""
    outcome = None if status is None else Outcome("alembic_upgrade", ENDED, "", status, "", "")
    intent = Intent(package, name, "alembic upgrade head", "backend", NOW, outcome)
    attempt = Attempt(FIRST, {f"package_{package}": [name]}, (intent,), told or {})
    return step("earlier_attempts", exit_status=None, stdout=earlier_attempts.render([attempt]))


def _judge(finding: Finding, *, idle: bool) -> Judge:
    @with_earlier("alembic_evidence", "alembic_smoke", idle=lambda _evidence: idle)
    def rule(evidence: Evidence, policy: Policy) -> Finding:
        return finding

    return Judge((Rule("rule", "Rule", rule),), lambda evidence, policy: f"It is so ({finding.reason}).")


@pytest.mark.parametrize(
    ("before", "idle", "result", "more"),
    [
        ([], True, MET, ""),
        ([begun()], True, NOT_PROVEN, LOST + ASKED),
        ([begun(1)], True, NOT_PROVEN, f"{SAID}it ended with status 1{ASKED}"),
        ([begun(told={"package_2": SECOND})], True, NOT_PROVEN, LOST + ASKED),
        ([begun(0)], True, MET, f"{SAID}it ended with status 0"),
        ([begun(told=LATER)], True, MET, LOST),
        ([begun()], False, MET, LOST),
        ([begun(name="alembic_smoke_intent")], True, NOT_PROVEN, LOST + ASKED),
        ([begun(name="redis_intent")], True, MET, ""),
        ([begun(package=2)], True, MET, ""),
    ],
    ids=[
        "no earlier attempt",
        "its outcome was lost",
        "it failed",
        "another package's report told of it",
        "it ended well",
        "a report told of it",
        "something ran here, too",
        "a smoke",
        "another change",
        "another package",
    ],
)
def test_what_was_begun_before_counts(before: list[Step], idle: bool, result: str, more: str) -> None:
    verdict = _judge(met("nothing had to run", "one"), idle=idle)(evidence(1, [step("one"), *before]), {})
    (criterion,) = verdict.criteria
    assert (criterion.result, criterion.reason) == (result, f"nothing had to run{more}")
    assert criterion.steps == (("one", "earlier_attempts") if more else ("one",))
    assert verdict.status == ("PASS" if result == MET else "FAIL")
    assert more.removesuffix(ASKED) in verdict.note


def test_what_is_not_met_stays_so() -> None:
    (criterion,) = _judge(not_met("no table", "one"), idle=True)(evidence(1, [begun()]), {}).criteria
    assert (criterion.result, criterion.reason) == (NOT_MET, f"no table{LOST}")


def test_what_cannot_be_read_proves_nothing() -> None:
    broken = step("earlier_attempts", stdout="{")
    verdict = _judge(met("nothing had to run"), idle=True)(evidence(1, [broken]), {})
    assert (verdict.status, verdict.criteria[0].result) == ("FAIL", NOT_PROVEN)


@pytest.mark.parametrize(("bad", "note"), [(1, "A is not met: no."), (3, "A is not met: no (2 more).")])
def test_a_note_names_the_first_cause_and_counts_the_others(bad: int, note: str) -> None:
    rules = [Rule(name, name, lambda _evidence, _policy: not_met("no")) for name in "ABC"[:bad]]
    proven = Rule("D", "D", lambda _evidence, _policy: met("yes"))
    assert Judge((proven, *rules), lambda _evidence, _policy: "")(evidence(1, []), {}).note == note


def test_a_note_says_it_once() -> None:
    said = Judge((), lambda _evidence, _policy: f"It is so{LOST}.")(evidence(1, [begun()]), {})
    assert said.note == f"It is so{LOST}."


def test_a_note_names_what_no_rule_counts() -> None:
    other = begun(package=3, name="redis_intent")
    verdict = _judge(met("so"), idle=True)(evidence(3, [other]), {})
    assert verdict.note == f"It is so (so){LOST}."
