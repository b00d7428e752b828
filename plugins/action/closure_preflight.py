# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check a role's variables and the host that it is for, and report all problems at once."""

from __future__ import annotations

import shlex
import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._core import libraries
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import formats
from ..plugin_utils.preflight import host as hosts


class ActionModule(ClosureAction):
    """Fail with one sentence for each variable that is missing or wrong, and for what the host lacks."""

    def act(self, args: Options, known: Options) -> Result:
        """Check the role's argument spec, the formats (format → names of variables), and then the host."""
        problems = [*self._arguments(known), *self._variables(args)]
        found = self.look(args, known) if args.get("needs") is not None else {}
        problems += found.pop("problems", [])
        problems += hosts.another(found.get("files", {}), args.get("own") or {})
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        return {"changed": False, **found}

    def look(self, args: Options, known: Options) -> dict[str, t.Any]:
        """Return whether the host was C(reached), and what it has; what it lacks, as C(problems)."""
        host = self.host(known)
        if self._task.delegate_to:
            known = known.get("ansible_delegated_vars", {}).get(host, {})
        needs = [str(name) for name in args.get("needs") or []]
        own = str(self._templar.template(known.get("ansible_python_interpreter")) or "")
        own = own if own and not own.startswith("auto") else "python3"
        interpreters = [own, *libraries.candidates(args.get("python"), args.get("path") or [])]
        asked = hosts.command(interpreters, needs, args.get("files") or {}, args.get("ports") or [])
        found, errors = self._ask(asked)
        if found is None:
            nothing: dict[str, t.Any] = {"reached": False, "python": "", "files": {}, "taken": []}
            return {"msg": f"{host} cannot be reached: {errors}", **nothing}
        problem = hosts.problem(host, interpreters, needs, found, errors)
        if problem:
            return {"reached": True, "problems": [problem]}
        told = {"python": hosts.fitting(found, needs), "files": found[own].files, "taken": found[own].taken}
        return {"reached": True, **told}

    def host(self, known: Options) -> str:
        """Return the name of the host that is asked."""
        return str(self._task.delegate_to or known.get("inventory_hostname", ""))

    def _arguments(self, known: Options) -> list[str]:
        """Return what is wrong with the variables of the role that the task is of, by its argument spec."""
        if "role_path" not in known:
            return []
        specs = self._loader.load_from_file(str(Path(known["role_path"], "meta", "argument_specs.yml")))
        spec = next(iter(specs["argument_specs"].values()))["options"]
        given = self._templar.template({name: known[name] for name in spec if name in known})
        return list(ArgumentSpecValidator(spec).validate(given).error_messages)

    def _variables(self, args: Options) -> t.Iterator[str]:
        for need in ("required", "optional"):
            for kind, names in (args.get(need) or {}).items():
                if kind not in formats.KINDS:
                    kinds = ", ".join(sorted(formats.KINDS))
                    raise ValueError(f"{kind} is not a format; the formats are {kinds}")
                found = (self._problem(name, kind, required=need == "required") for name in names)
                yield from filter(None, found)

    def _problem(self, name: str, kind: str, *, required: bool) -> str:
        try:
            value = self._templar.resolve_variable_expression(name)
        except AnsibleError as exc:
            # A variable that leads to one which is not defined is missing, too.
            return f"{name} cannot be read: {exc.message}" if required else ""
        # A role merges a dictionary of the user's with its defaults under the same name with two underscores.
        return formats.problem(name.lstrip("_"), kind, value, required)

    def _ask(self, command: str) -> tuple[dict[str, hosts.Answer] | None, str]:
        """Return what the host answered, and what went wrong there."""
        execute: t.Callable[[str], dict[str, t.Any]] = self._low_level_execute_command
        try:
            answer = execute(f"/bin/sh -c {shlex.quote(command)}")
        except AnsibleError as exc:
            return None, " ".join(exc.message.split())
        found = hosts.read(str(answer.get("stdout", "")))
        said = str(answer.get("stderr") or ("" if found else answer.get("stdout", "")))
        return found, " ".join(said.split())
