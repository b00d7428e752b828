# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the failure of a rescued task as evidence."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core.evidence import FILE
from ..module_utils._core.step_names import ROLE_FAILED, StepName
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import locker


class ActionModule(ActionBase):
    """Keep the failure where an attempt is open; fail with it where none is."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(attempt), C(package) or C(packages), and C(name); the rest is the rescued task's."""
        super().run(tmp, task_vars)
        args, known = self._task.args, task_vars or {}
        task = str(known["ansible_failed_task"]["name"])
        message = str(known["ansible_failed_result"].get("msg") or "it failed without a message")
        sentence = f"{task}: {' '.join(message.split())}"
        if not args.get("attempt") or self._task.check_mode:
            return {"failed": True, "msg": sentence}
        name = StepName(str(args.get("name") or ROLE_FAILED), task, FILE)
        step = Started(name, task, host=str(known.get("inventory_hostname", ""))).failed(sentence)
        try:
            attempt = locker.Attempt.from_dict(args["attempt"])
            packages = _concerned(attempt, args)
            kept = [entry for package in packages for entry in locker.keep(attempt, package, [step])]
        except locker.LockerError as exc:
            return {"failed": True, "msg": str(exc)}
        return {"changed": True, "steps": kept, "msg": sentence}


def _concerned(attempt: locker.Attempt, args: t.Mapping[str, t.Any]) -> list[int]:
    """Return the packages that the failure belongs to: of several, those that this run collects."""
    packages = [int(package) for package in args.get("packages") or [args["package"]]]
    return [package for package in packages if locker.is_open(attempt, package)] or packages[-1:]
