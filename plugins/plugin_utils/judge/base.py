# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all judges share: criteria, the verdict, and how the one follows from the other.

A judge is pure: no I/O, no clock, no Ansible. It reads the text of the steps and the policy, and so
comes out the same for anyone, at any time.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import wraps

from ...module_utils._core.evidence import ENDED, Evidence, Step
from ...module_utils._core.step_names import (
    EARLIER_ATTEMPTS,
    HOST_CLOCK,
    ROLE_FAILED,
    breakdown,
    collectors_of,
    intent,
)
from . import earlier
from .not_excluded import NOT_EXCLUDED

MET = "met"
NOT_MET = "not_met"
NOT_PROVEN = "not_proven"
LEFT_OUT = "left_out"
PASS = "PASS"
FAIL = "FAIL"

# What Python prints of an error that nobody handled, whatever status the command ends with.
TRACEBACK = "Traceback (most recent call last)"

Policy = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Finding:
    """What a rule found."""

    result: str  # C(met), C(not_met), C(not_proven) or C(left_out)
    reason: str  # the deciding fact, in a sentence without its full stop
    steps: tuple[str, ...] = ()  # the names of those that show it
    detail: str = ""  # quoted from the evidence, such as an error block, where a sentence is not enough


def met(reason: str, *steps: str, detail: str = "") -> Finding:
    """Return the finding that the criterion is met."""
    return Finding(MET, reason, steps, detail)


def not_met(reason: str, *steps: str, detail: str = "") -> Finding:
    """Return the finding that the system does not satisfy the criterion."""
    return Finding(NOT_MET, reason, steps, detail)


def not_proven(reason: str, *steps: str, detail: str = "") -> Finding:
    """Return the finding that the evidence shows it neither way."""
    return Finding(NOT_PROVEN, reason, steps, detail)


def left_out(reason: str, *steps: str) -> Finding:
    """Return the finding that the backend has nothing that the criterion could be applied to."""
    return Finding(LEFT_OUT, reason, steps)


Decide = t.Callable[[Evidence, Policy], Finding]


@dataclass(frozen=True)
class Rule:
    """One line of the checklist and the function that decides it."""

    id: str
    text: str
    decide: Decide
    needs: str = ""  # the entry of the policy without which it is not asked
    # Decides where the policy leaves the rule out (its C(left_out): id → why), by what the evidence shows in
    # place of it. A rule without one cannot be left out.
    instead: Decide | None = None


@dataclass(frozen=True)
class Criterion:
    """A rule applied: one line of the checklist, and what C(Finding) says of it."""

    id: str
    text: str
    result: str
    reason: str
    steps: tuple[str, ...]
    detail: str = ""
    not_excluded: str = ""  # how it could be false though it is met


@dataclass(frozen=True)
class Verdict:
    """PASS only where every criterion is met or left out, with a note that names the deciding fact."""

    package: int
    status: str
    note: str
    criteria: tuple[Criterion, ...]


class MissingStepError(Exception):
    """A step that a rule needs was not kept, or was not carried out to its end."""


def ended(evidence: Evidence, name: str) -> Step:
    """Return the step of that name, which ended by itself.

    Raises:
        MissingStepError: it was not kept, could not be carried out, was left out, or hit its limit.
    """
    step = evidence.get(name)
    if step is None:
        own = [*map(breakdown, collectors_of(name))]
        # Asked again, a collector may only say that it broke down before: the first says why. What else went
        # wrong in the role is the cause only where its own collector did not break down.
        steps = [step for names in (own, [ROLE_FAILED]) for step in evidence.steps if step.name in names]
        broken = f"; {steps[0].reason}" if steps else ""
        raise MissingStepError(f"no step {name} was kept{broken}")
    if step.outcome != ENDED:
        raise MissingStepError(f"{step.title}: {step.reason}")
    return step


def succeeded(evidence: Evidence, name: str) -> Step:
    """Return the step of that name, which ended with status 0.

    Raises:
        MissingStepError: as C(ended()) does, or its status is another.
    """
    step = ended(evidence, name)
    if step.exit_status != 0:
        raise MissingStepError(f"{step.title}: exit status {step.exit_status}{last_line(step.stderr)}")
    return step


def with_earlier(*changes: str, idle: t.Callable[[Evidence], bool]) -> t.Callable[[Decide], Decide]:
    """Have a rule count what earlier attempts had begun of these changes and never reported.

    Evidence standard: "the command and its full stdout and stderr". Where this attempt had nothing to do
    (C(idle)), it must be known what came of the other, or else a report must have said that it is not.
    """
    names = [intent(change) for change in changes]

    def counting(decide: Decide) -> Decide:
        @wraps(decide)
        def decided(evidence: Evidence, policy: Policy) -> Finding:
            finding, others = decide(evidence, policy), earlier.begun(evidence, names)
            if not others:
                return finding
            reason = "; ".join([finding.reason, *(one.sentence for one in others)])
            finding = replace(finding, reason=reason, steps=(*finding.steps, EARLIER_ATTEMPTS))
            if finding.result == MET and idle(evidence) and not all(one.known for one in others):
                reason = f"{reason}: look into what it did, and begin a new attempt"
                return replace(finding, result=NOT_PROVEN, reason=reason)
            return finding

        return decided

    return counting


def last_line(text: str) -> str:
    """Return the last line of an error text that says something, after a colon, or nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f": {lines[-1]}" if lines else ""


@dataclass(frozen=True)
class Judge:
    """Derives the verdict of a package from its evidence; all rules that are asked must be met for PASS."""

    rules: tuple[Rule, ...]
    summary: t.Callable[[Evidence, Policy], str]  # makes the note's sentence for PASS
    # Makes what the rules read of what was kept: the same, in words that they know.
    read: t.Callable[[Evidence, Policy], Evidence] = lambda evidence, _policy: evidence

    def __call__(self, evidence: Evidence, policy: Policy) -> Verdict:
        """Apply the rules and return the verdict."""
        evidence = self.read(evidence, policy)
        asked = (rule for rule in self.rules if not rule.needs or policy.get(rule.needs))
        criteria = tuple(_apply(rule, evidence, policy) for rule in asked)
        bad = [c for c in criteria if c.result == NOT_MET] + [c for c in criteria if c.result == NOT_PROVEN]
        if not bad:
            return Verdict(evidence.package, PASS, self._note(evidence, policy, criteria), criteria)
        kind = "not met" if bad[0].result == NOT_MET else "not proven"
        more = f" ({len(bad) - 1} more)" if len(bad) > 1 else ""
        note = f"{bad[0].text} is {kind}: {bad[0].reason.rstrip('.')}{more}."
        return Verdict(evidence.package, FAIL, note, criteria)

    def _note(self, evidence: Evidence, policy: Policy, criteria: t.Sequence[Criterion]) -> str:
        """Return the summary, with what was left out, what unreported attempts had begun here, and the clocks
        that are off."""
        summary = self.summary(evidence, policy)
        others = [
            f"left out by policy: {one.text} ({one.reason})" for one in criteria if one.result == LEFT_OUT
        ]
        others += [one.sentence for one in earlier.begun(evidence) if one.sentence not in summary]
        clocks = [f"{one.host}: {one.stdout.strip()}" for one in evidence.steps if one.name == HOST_CLOCK]
        return "; ".join([summary.removesuffix("."), *others, *dict.fromkeys(clocks)]) + "."


def _apply(rule: Rule, evidence: Evidence, policy: Policy) -> Criterion:
    try:
        why = (policy.get("left_out") or {}).get(rule.id)
        finding = _instead(rule, str(why), evidence, policy) if why else rule.decide(evidence, policy)
    except MissingStepError as exc:
        finding = not_proven(str(exc))
    except Exception as exc:  # evidence that no rule foresaw proves nothing, and must not hide the rest
        finding = not_proven(f"the evidence could not be read, {type(exc).__name__}: {exc}")
    steps = tuple(map(str, finding.steps))
    unexcluded = _unexcluded(rule, evidence, steps) if finding.result == MET else ""
    return Criterion(rule.id, rule.text, finding.result, finding.reason, steps, finding.detail, unexcluded)


def _unexcluded(rule: Rule, evidence: Evidence, steps: t.Collection[str]) -> str:
    """Return how a met criterion could be false: the rule's own open defeaters, and what was not read."""
    partly = [step for step in evidence.steps if step.name in steps and step.bytes_left]
    unread = [
        f"{step.bytes_left} bytes amid the output of {step.title}, but for lines with words such as error"
        for step in partly
    ]
    return "; ".join(filter(None, [NOT_EXCLUDED.get(rule.id, ""), *unread]))


def _instead(rule: Rule, why: str, evidence: Evidence, policy: Policy) -> Finding:
    if rule.instead is None:
        return not_met(f"the policy leaves it out ({why}), and it cannot be left out")
    finding = rule.instead(evidence, policy)
    return replace(finding, reason=f"{why}; {finding.reason}") if finding.result == LEFT_OUT else finding
