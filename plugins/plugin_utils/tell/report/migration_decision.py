# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's decision, to reset or to stamp, as a step of Package-1 that is kept with the evidence. Pure.

The checklist: on C(table already exists), the decision (reset or stamp) is written into the ticket. As a step
it is in the locker, in the report and in the ticket. No rule of a judge looks at it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ....module_utils._core.evidence import Step
from ....module_utils._core.step_names import MIGRATION_DECISION
from ....module_utils._core.steps import Started

PACKAGE = 1
VARIABLE = "rc_closure_decision"
DECISIONS = ("reset", "stamp")

_WHAT, _BY, _WHY = "decision: ", "decided by: ", "because: "


class DecisionError(ValueError):
    """It is no decision, or lacks who decided or why."""


@dataclass(frozen=True)
class Choice:
    """The decision on what exists already.

    Attributes:
        what: C(reset) or C(stamp).
        by: who decided.
        reason: why.
        recorded: when it was kept, RFC 3339, UTC; C('') where it is not kept yet.
    """

    what: str
    by: str
    reason: str
    recorded: str = ""


def given(what: t.Any, by: t.Any, reason: t.Any) -> Choice | None:
    """Return the decision that the variables name, or None where they name none.

    Raises:
        DecisionError: it is not a decision, or lacks who decided or why.
    """
    texts = {"decision": what, "decision_by": by, "decision_reason": reason}
    texts = {name: _line(text) for name, text in texts.items()}
    if not texts["decision"]:
        named = [name for name, text in texts.items() if text]
        if named:
            raise DecisionError(f"rc_closure_{named[0]} is given, and {VARIABLE} is missing")
        return None
    if texts["decision"] not in DECISIONS:
        raise DecisionError(f"{VARIABLE} is {what!r}, not reset or stamp")
    for name in ("decision_by", "decision_reason"):
        if not texts[name]:
            raise DecisionError(
                f"rc_closure_{name} is missing: a decision to {texts['decision']} requires it"
            )
    return Choice(texts["decision"], texts["decision_by"], texts["decision_reason"])


def step(choice: Choice) -> Step:
    """Return the decision as a step, recorded here and now."""
    lines = [f"{_WHAT}{choice.what}", f"{_BY}{choice.by}", f"{_WHY}{choice.reason}"]
    return Started(MIGRATION_DECISION, VARIABLE).ended("\n".join(lines) + "\n")


def kept(steps: t.Iterable[Step]) -> Choice | None:
    """Return the last decision among steps, or None."""
    found = [one for one in steps if one.name == MIGRATION_DECISION]
    if not found:
        return None
    lines = found[-1].stdout.splitlines()
    what, by, why = (_value(lines, label) for label in (_WHAT, _BY, _WHY))
    return Choice(what, by, why, found[-1].started)


def sentences(choice: Choice) -> list[str]:
    """Return what is to be read of it, one sentence each."""
    return [
        f"Decided: {choice.what}, by {choice.by}, recorded {choice.recorded}: {choice.reason}",
        "That decision turns nothing into PASS: Package-1 is judged by what the next run shows.",
    ]


def _value(lines: t.Iterable[str], label: str) -> str:
    return next((line.removeprefix(label) for line in lines if line.startswith(label)), "")


def _line(text: t.Any) -> str:
    return " ".join(str(text or "").split())
