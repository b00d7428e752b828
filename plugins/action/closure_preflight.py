# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check what an argument spec cannot express of variables, all of them at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml
from ansible.errors import AnsibleError

from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import formats, nearest

# The one in C takes a tenth of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ROLES = Path(__file__).parents[2] / "roles"
# What this collection sets itself; a job template hands the next one what was set.
_SET = {"rc_closure_attempt", "rc_closure_report"}


class ActionModule(ClosureAction):
    """Fail with one sentence for each variable that is missing or wrong."""

    def act(self, args: Options, known: Options) -> Result:
        """Check C(required) and C(optional): format → names of variables; and the names on C(hosts)."""
        hosts = [known["hostvars"].raw_get(host) for host in args.get("hosts") or []]
        given = {name: value for variables in hosts for name, value in variables.items()}
        problems = self._given(given) if given else []
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

    def _given(self, given: Options) -> list[str]:
        defaults = _defaults()
        return nearest.unknown(given, {*defaults, *_SET}) + formats.texts(given, defaults)

    def _problem(self, name: str, kind: str, *, required: bool) -> str:
        try:
            value = self._templar.resolve_variable_expression(name)
        except AnsibleError as exc:
            # A variable that leads to one which is not defined is missing, too.
            return f"{name} cannot be read: {exc.message}" if required else ""
        # A role merges a dictionary of the user's with its defaults under the same name with two underscores.
        return formats.problem(name.lstrip("_"), kind, value, required)


def _defaults() -> dict[str, t.Any]:
    """Return all variables of the roles: each has a default."""
    files = [yaml.load(path.read_bytes(), _Loader) for path in _ROLES.glob("*/defaults/main.yml")]
    return {name: default for file in files for name, default in file.items()}
