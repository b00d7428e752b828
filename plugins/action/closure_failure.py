# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the failure of a rescued task as evidence."""

from __future__ import annotations

from ..module_utils._core.evidence import FILE
from ..module_utils._core.step_names import ROLE_FAILED, StepName
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result


class ActionModule(ClosureAction):
    """Keep the failure where an attempt is open; fail with it where none is."""

    def act(self, args: Options, known: Options) -> Result:
        """Take C(attempt), C(package) or C(packages), and C(name); the rest is the rescued task's."""
        task = str(known["ansible_failed_task"]["name"])
        message = str(known["ansible_failed_result"].get("msg") or "it failed without a message")
        sentence = f"{task}: {' '.join(message.split())}"
        if not args.get("attempt") or self._task.check_mode:
            return {"failed": True, "msg": sentence}
        name = StepName(str(args.get("name") or ROLE_FAILED), task, FILE)
        step = Started(name, task, host=str(known.get("inventory_hostname", ""))).failed(sentence)
        attempt = locker.Attempt.from_dict(args["attempt"])
        packages = [int(package) for package in args.get("packages") or [args["package"]]]
        kept = locker.keep_where_open(attempt, packages, [step])
        return {"changed": True, "steps": kept, "msg": sentence}
