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

_VARIABLES = (VARIABLE, f"{VARIABLE}_by", f"{VARIABLE}_reason")
_LABELS = ("decision", "decided by", "because")


@dataclass(frozen=True)
class Choice:
    """The decision on what exists already."""

    what: str  # reset or stamp
    by: str  # who decided
    reason: str
    recorded: str = ""  # when it was kept, RFC 3339, UTC; "" where it is not kept yet


def given(what: t.Any, by: t.Any, reason: t.Any) -> Choice | None:
    """Return the decision that the variables name, or None where they name none.

    Raises:
        ValueError: it is not a decision, or lacks who decided or why.
    """
    given = zip(_VARIABLES, (what, by, reason), strict=True)
    texts = {name: " ".join(str(text or "").split()) for name, text in given}
    named = [name for name, text in texts.items() if text]
    missing = [name for name in texts if name not in named]
    if not named:
        return None
    if VARIABLE in missing:
        raise ValueError(f"{named[0]} is given, and {VARIABLE} is missing")
    if texts[VARIABLE] not in DECISIONS:
        raise ValueError(f"{VARIABLE} is {what!r}, not reset or stamp")
    if missing:
        raise ValueError(f"{missing[0]} is missing: a decision to {texts[VARIABLE]} requires it")
    return Choice(*texts.values())


def step(choice: Choice) -> Step:
    """Return the decision as a step, recorded here and now."""
    texts = zip(_LABELS, (choice.what, choice.by, choice.reason), strict=True)
    lines = [f"{label}: {text}\n" for label, text in texts]
    return Started(MIGRATION_DECISION, VARIABLE).ended("".join(lines))


def kept(steps: t.Iterable[Step]) -> Choice | None:
    """Return the last decision among steps, or None."""
    found = [one for one in steps if one.name == MIGRATION_DECISION]
    if not found:
        return None
    texts = dict(line.partition(": ")[::2] for line in found[-1].stdout.splitlines())
    what, by, reason = (texts.get(label, "") for label in _LABELS)
    return Choice(what, by, reason, found[-1].started)


def sentences(choice: Choice) -> list[str]:
    """Return what is to be read of it, one sentence each."""
    return [
        f"Decided: {choice.what}, by {choice.by}, recorded {choice.recorded}: {choice.reason}",
        "That decision turns nothing into PASS: Package-1 is judged by what the next run shows.",
    ]
