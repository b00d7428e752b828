# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check variables before anything is touched, each against what it wants."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils.preflight import wants

display = Display()


class ActionModule(ActionBase):
    """Fail with one sentence for each variable that is missing or wrong."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Check C(variables): name → C({value, want, optional}); say the C(warnings) that are not empty."""
        super().run(tmp, task_vars)
        try:
            problems = wants.problems(self._task.args["variables"])
        except (KeyError, ValueError) as exc:
            return {"failed": True, "msg": f"variables: {exc}"}
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        for warning in self._task.args.get("warnings", []):
            if str(warning).strip():
                display.warning(str(warning).strip())
        return {"changed": False}
