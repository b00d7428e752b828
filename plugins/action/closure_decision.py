# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the operator's decision to reset or to stamp with the evidence of Package-1."""

from __future__ import annotations

from dataclasses import replace

from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.tell.report import migration_decision
from ..plugin_utils.tell.report.migration_decision import Choice

PACKAGE = 1


class ActionModule(ClosureAction):
    """Add a step, once for each decision; the report has to be written after it."""

    def act(self, args: Options, known: Options) -> Result:
        """Take C(attempt), C(decision), C(by) and C(reason). Without an attempt they are only checked."""
        choice = migration_decision.given(args.get("decision"), args.get("by"), args.get("reason"))
        attempt = locker.named_attempt(args.get("attempt"))
        if choice is None or attempt is None:
            return _result(choice)
        kept = locker.load(attempt).get(PACKAGE)
        if kept is None:
            msg = "this attempt does not contain Package-1, so there is nothing to decide on"
            return {**_result(choice), "msg": msg}
        before = migration_decision.kept(kept[0].steps)
        changed = before is None or replace(before, recorded="") != choice
        if changed and not self._task.check_mode:
            locker.keep(attempt, PACKAGE, [migration_decision.step(choice)])
        return _result(choice, changed=changed, kept=changed and not self._task.check_mode)


def _result(choice: Choice | None, *, changed: bool = False, kept: bool = False) -> Result:
    return {"changed": changed, "kept": kept, "decision": choice.what if choice else ""}
