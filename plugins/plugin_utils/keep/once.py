# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be done at most once per attempt, and how far the attempt has come with it.

Such a collector works in stages. It returns what it intends to do (C(INTEND)); that is written to the locker;
only then it does it (C(send)). If an intent is there already, since a run was interrupted or the task is run
again, the collector looks for its result (C(look)), and nothing is done again.
"""

from __future__ import annotations

import json
import typing as t

from ...module_utils._core.evidence import Evidence, Step
from ...module_utils._core.step_names import CI_DISPATCH, CI_DISPATCH_INTENT
from .locker import LockerError

Options = dict[str, t.Any]

# The module that does such a thing, without its collection, and its step that contains the intent.
COLLECTOR = "ci_run_dispatch"
INTENT = CI_DISPATCH_INTENT
# The module's options to return its intent.
INTEND: Options = {"stage": "intend"}


def intended(steps: t.Iterable[Step]) -> Step | None:
    """Return the step that contains the intent, if there is one."""
    return next((step for step in steps if step.name == INTENT), None)


def send(intent: Step) -> Options:
    """Return its options to carry an intent out.

    Raises:
        LockerError: the step does not contain an intent.
    """
    try:
        return {"stage": "send", "intent": json.loads(intent.stdout)}
    except ValueError as exc:
        raise LockerError(f"the step {intent.name} cannot be read: {exc}") from exc


def look(intent: Step, kept: Evidence) -> Options:
    """Return its options to look for the result of an intent; raises what C(send()) does."""
    answer = kept.get(CI_DISPATCH)
    return {**send(intent), "stage": "look", "answer": answer.as_dict() if answer else None}
