# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that a host has a Python and the libraries that collectors need."""

from __future__ import annotations

import shlex
import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core import libraries
from ..plugin_utils.preflight import interpreters


class ActionModule(ActionBase):
    """Fail with one sentence where a module could not run, or would lack a library."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(needs), C(python) and C(path). A host without a shell is not checked."""
        super().run(tmp, task_vars)
        args, known = self._task.args, task_vars or {}
        needs = [str(name) for name in args["needs"]]
        own = str(self._templar.template(known.get("ansible_python_interpreter")) or "")
        own = own if own and not own.startswith("auto") else "python3"
        others = libraries.candidates(args.get("python"), args.get("path") or [])
        command = interpreters.command([own, *others], needs)
        execute: t.Callable[[str], dict[str, t.Any]] = self._low_level_execute_command
        found = interpreters.read(str(execute(f"/bin/sh -c {shlex.quote(command)}").get("stdout", "")))
        if found is None:
            return {"changed": False, "msg": "not checked: the host has no shell yet"}
        host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        problem = interpreters.problem(host, own, others, needs, found)
        return {"failed": True, "msg": problem} if problem else {"changed": False}
