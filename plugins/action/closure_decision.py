# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the operator's decision to reset or to stamp with the evidence of Package-1."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible.plugins.action import ActionBase

from ..plugin_utils.keep import locker
from ..plugin_utils.tell.report import migration_decision
from ..plugin_utils.tell.report.migration_decision import Choice

PACKAGE = 1


class ActionModule(ActionBase):
    """Add a step, once for each decision; the report has to be written after it."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(attempt), C(decision), C(by) and C(reason). Without an attempt they are only checked."""
        super().run(tmp, task_vars)
        args = self._task.args
        try:
            choice = migration_decision.given(args.get("decision"), args.get("by"), args.get("reason"))
            attempt = locker.named_attempt(args.get("attempt"))
            if choice is None or attempt is None:
                return _result(choice)
            return self._keep(attempt, choice)
        except (ValueError, locker.LockerError, OSError) as exc:
            return {"failed": True, "msg": str(exc)}

    def _keep(self, attempt: locker.Attempt, choice: Choice) -> dict[str, t.Any]:
        kept = locker.load(attempt).get(PACKAGE)
        if kept is None:
            msg = "this attempt does not contain Package-1, so there is nothing to decide on"
            return {**_result(choice), "msg": msg}
        before = migration_decision.kept(kept[0].steps)
        changed = before is None or replace(before, recorded="") != choice
        if changed and not self._task.check_mode:
            locker.keep(attempt, PACKAGE, [migration_decision.step(choice)])
        return _result(choice, changed=changed, kept=changed and not self._task.check_mode)


def _result(choice: Choice | None, *, changed: bool = False, kept: bool = False) -> dict[str, t.Any]:
    return {"changed": changed, "kept": kept, "decision": choice.what if choice else ""}
