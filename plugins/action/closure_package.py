# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Register a package to be judged in this attempt, with its policy."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..plugin_utils.keep import locker


class ActionModule(ActionBase):
    """Keep the package's policy in the locker."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(attempt), C(package) and C(policy)."""
        super().run(tmp, task_vars)
        args = self._task.args
        if self._task.check_mode:
            return {"changed": False}
        if not args.get("attempt"):
            msg = "no attempt is open: run the role rc_closure, tasks_from open, first"
            return {"failed": True, "msg": msg}
        try:
            attempt = locker.Attempt.from_dict(args["attempt"])
            locker.open_package(attempt, int(args["package"]), args.get("policy") or {})
        except (locker.LockerError, OSError) as exc:
            return {"failed": True, "msg": str(exc)}
        return {"changed": True}
