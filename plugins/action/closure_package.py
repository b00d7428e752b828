# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Register a package to be judged in this attempt, with its policy."""

from __future__ import annotations

from ..plugin_utils.keep import earlier, locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result


class ActionModule(ClosureAction):
    """Keep the package's policy in the locker."""

    def act(self, args: Options, known: Options) -> Result:
        """Take C(attempt), C(package) and C(policy)."""
        if self._task.check_mode:
            return {"changed": False}
        if not args.get("attempt"):
            raise locker.LockerError("no attempt is open: run the role rc_closure, tasks_from open, first")
        attempt = locker.Attempt.from_dict(args["attempt"])
        package = int(args["package"])
        earlier.keep(attempt, package)
        locker.open_package(attempt, package, args.get("policy") or {})
        attempt.check([package])
        return {"changed": True}
