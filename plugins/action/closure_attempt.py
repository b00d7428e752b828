# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open an attempt: check what identifies the release, and create the attempt's folder in the locker."""

from __future__ import annotations

from ..module_utils._core.evidence import Release, utc_now
from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import controller, formats


class ActionModule(ClosureAction):
    """Return the fact C(rc_closure_attempt), which the collectors of this run are given."""

    failure = "rc_closure_locker: "

    def act(self, args: Options, known: Options) -> Result:
        """Check the release's variables; create the attempt's folder unless in check mode."""
        problems = formats.problems(
            {
                "rc_closure_ticket": ("ticket", args.get("ticket")),
                "rc_closure_release": ("name", args.get("release")),
                "rc_closure_commit": ("commit", args.get("commit")),
                "rc_closure_environment": ("name", args.get("environment")),
                "rc_closure_locker": ("path", args.get("locker")),
            }
        ) + controller.lacking("sqlglot")
        if problems:
            return {"failed": True, "msg": "; ".join(problems)}
        release = Release(*(str(args[name]) for name in ("ticket", "release", "commit", "environment")))
        if self._task.check_mode:
            return {"changed": True, "msg": "check mode: no attempt is opened, nothing is kept"}
        attempt = locker.open_attempt(str(args["locker"]), release, utc_now())
        return {"changed": True, "ansible_facts": {"rc_closure_attempt": attempt.as_dict()}}
