# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a host before anything is touched: its Python, libraries, files and ports."""

from __future__ import annotations

import shlex
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._core import libraries
from ..plugin_utils.keep import intents, locker, watch
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import host as hosts


class ActionModule(ClosureAction):
    """Fail with one sentence where a module could not run, or would lack a library."""

    def act(self, args: Options, known: Options) -> Result:
        """Return C(files) and C(taken), and whether the host was C(reached)."""
        host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        if self._task.delegate_to:
            known = known.get("ansible_delegated_vars", {}).get(host, {})
        needs = [str(name) for name in args.get("needs") or []]
        own = str(self._templar.template(known.get("ansible_python_interpreter")) or "")
        own = own if own and not own.startswith("auto") else "python3"
        interpreters = [own, *libraries.candidates(args.get("python"), args.get("path") or [])]
        asked = hosts.command(interpreters, needs, args.get("files") or {}, args.get("ports") or [])
        found, errors = self._ask(asked)
        if found is None:
            failed = boolean(args.get("reachable", False), strict=False)
            nothing: dict[str, t.Any] = {"reached": False, "python": "", "files": {}, "taken": []}
            return {"failed": failed, "msg": f"{host} cannot be reached: {errors}", **nothing}
        problem = hosts.problem(host, interpreters, needs, found, errors)
        if problem:
            return {"failed": True, "msg": problem}
        if boolean(args.get("reachable", False), strict=False):
            self._intend(args, host)
        told = {"python": hosts.fitting(found, needs), "files": found[own].files, "taken": found[own].taken}
        return {"changed": False, "reached": True, **told}

    def _intend(self, args: Options, host: str) -> None:
        """Keep what is about to be set up on the host, before anything of it is touched."""
        if not args.get("attempt") or not args.get("intent") or self._task.check_mode:
            return
        role = str(args["intent"])
        what = f"set up {role}: its files and environment, and its start, or its restart where they change"
        packages = [int(package) for package in args.get("packages") or []]
        attempt = locker.Attempt.from_dict(args["attempt"])
        watch.check(attempt)
        locker.keep_where_open(attempt, packages, [intents.step(role, [what], host)])

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
