# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be done at most once per attempt, and how far the attempt has come with it.

Such a collector works in stages. It returns what it intends to do (C(INTEND)); that is written to the locker;
only then it does it (C(stage)). If an intent is there already, since a run was interrupted or the task is run
again, the collector looks for its result, and nothing is done again.
"""

from __future__ import annotations

import json
import typing as t

from ...module_utils._core.evidence import Evidence
from ...module_utils._core.step_names import CI_DISPATCH, CI_DISPATCH_INTENT
from .locker import LockerError

Options = dict[str, t.Any]

# The module that does such a thing, without its collection, and its step that contains the intent.
COLLECTOR = "ci_run_dispatch"
INTENT = CI_DISPATCH_INTENT
# The module's options to return its intent.
INTEND: Options = {"stage": "intend"}


def stage(kept: Evidence, *, new: bool) -> Options:
    """Return its options to carry out the intent that was kept, if it is C(new), or to look for its result.

    Raises:
        LockerError: the step does not contain an intent.
    """
    intent, answer = kept.get(INTENT), kept.get(CI_DISPATCH)
    try:
        found = json.loads(intent.stdout if intent else "")
    except ValueError as exc:
        raise LockerError(f"the step {INTENT} cannot be read: {exc}") from exc
    if new:
        return {"stage": "send", "intent": found}
    return {"stage": "look", "intent": found, "answer": answer.as_dict() if answer else None}
