# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reach a host, and keep what is about to be set up there, before anything of it is touched."""

from __future__ import annotations

from ..plugin_utils.keep import intents, locker, watch
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import host as hosts


class ActionModule(ClosureAction):
    """Fail where the host cannot be reached, or no module could run there."""

    def act(self, args: Options, known: Options) -> Result:
        """Take C(attempt), C(packages) and C(intent)."""
        host = self.host(known)
        found = hosts.look(self.shell, host, [self.python(known)])
        if "msg" in found:
            return {"failed": True, "msg": found["msg"]}
        if args.get("attempt") and args.get("intent") and not self._task.check_mode:
            role, attempt = str(args["intent"]), locker.Attempt.from_dict(args["attempt"])
            watch.check(attempt)
            concerned = [int(package) for package in args.get("packages") or []]
            attempt.check(concerned)
            what = f"set up {role}: its files and environment, and its start or, where they change, restart"
            packages = [package for package in concerned if str(package) not in attempt.held_back]
            locker.keep_where_open(attempt, packages, [intents.step(role, [what], host)])
        return {"changed": False}
