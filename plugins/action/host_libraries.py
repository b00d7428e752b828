# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that a host has a Python and the libraries that collectors need."""

from __future__ import annotations

import shlex
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils._core import libraries
from ..plugin_utils.preflight import interpreters


class ActionModule(ActionBase):
    """Fail with one sentence where a module could not run, or would lack a library."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(needs), C(python), C(path) and C(reachable)."""
        super().run(tmp, task_vars)
        args, known = self._task.args, task_vars or {}
        host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        if self._task.delegate_to:
            known = known.get("ansible_delegated_vars", {}).get(host, {})
        needs = [str(name) for name in args.get("needs") or []]
        own = str(self._templar.template(known.get("ansible_python_interpreter")) or "")
        own = own if own and not own.startswith("auto") else "python3"
        others = libraries.candidates(args.get("python"), args.get("path") or [])
        found, why = self._ask(interpreters.command([own, *others], needs))
        if found is None:
            failed = boolean(args.get("reachable", False), strict=False)
            return {"failed": failed, "reached": False, "msg": f"{host} cannot be reached: {why}"}
        problem = interpreters.problem(host, own, others, needs, found)
        return {"failed": True, "msg": problem} if problem else {"changed": False, "reached": True}

    def _ask(self, command: str) -> tuple[dict[str, interpreters.Interpreter] | None, str]:
        """Return what the host answered, or why it did not."""
        execute: t.Callable[[str], dict[str, t.Any]] = self._low_level_execute_command
        try:
            answer = execute(f"/bin/sh -c {shlex.quote(command)}")
        except AnsibleError as exc:
            return None, " ".join(exc.message.split())
        said = str(answer.get("stderr") or answer.get("stdout", ""))
        return interpreters.read(str(answer.get("stdout", ""))), " ".join(said.split())
