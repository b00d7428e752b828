# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep what broke in a C(rescue), as evidence of a package, so that the closure can go on and say it."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core.evidence import FILE
from ..module_utils._core.step_names import StepName
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import locker


class ActionModule(ActionBase):
    """Keep the failure where an attempt is open; be the failure where none is."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(attempt), C(package), C(name), C(task) (the failed task's name) and C(message)."""
        super().run(tmp, task_vars)
        args = self._task.args
        sentence = f"{args['task']}: {' '.join(str(args['message']).split())}"
        if not args.get("attempt") or self._task.check_mode:
            return {"failed": True, "msg": sentence}
        name, task = StepName(str(args["name"]), str(args["task"]), FILE), str(args["task"])
        host = str((task_vars or {}).get("inventory_hostname", ""))
        step = Started(name, task, host=host).failed(sentence)
        try:
            kept = locker.keep(locker.Attempt.from_dict(args["attempt"]), int(args["package"]), [step])
        except locker.LockerError as exc:
            return {"failed": True, "msg": str(exc)}
        return {"changed": True, "steps": kept, "msg": sentence}
