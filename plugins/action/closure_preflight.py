# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check what an argument spec cannot express of variables, all of them at once."""

from __future__ import annotations

from ansible.errors import AnsibleError

from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import formats


class ActionModule(ClosureAction):
    """Fail with one sentence for each variable that is missing or wrong."""

    def act(self, args: Options, known: Options) -> Result:
        """Check C(required) and C(optional): format → names of variables."""
        problems: list[str] = []
        for need in ("required", "optional"):
            for kind, names in (args.get(need) or {}).items():
                if kind not in formats.KINDS:
                    kinds = ", ".join(sorted(formats.KINDS))
                    raise ValueError(f"{kind} is not a format; the formats are {kinds}")
                found = (self._problem(name, kind, required=need == "required") for name in names)
                problems += filter(None, found)
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        return {"changed": False}

    def _problem(self, name: str, kind: str, *, required: bool) -> str:
        try:
            value = self._templar.resolve_variable_expression(name)
        except AnsibleError as exc:
            # A variable that leads to one which is not defined is missing, too.
            return f"{name} cannot be read: {exc.message}" if required else ""
        # A role merges a dictionary of the user's with its defaults under the same name with two underscores.
        return formats.problem(name.lstrip("_"), kind, value, required)
