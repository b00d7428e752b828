# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge the evidence in the locker, and report: report.md, report.json, a fact and the job's statistics."""

from __future__ import annotations

import json
import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core.evidence import utc_now
from ..plugin_utils.keep import locker
from ..plugin_utils.preflight.controller import MissingLibraryError
from ..plugin_utils.tell.report import document, markdown


class ActionModule(ActionBase):
    """Return the fact C(rc_closure_report). A later task enforces the gate."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Take C(attempt); write the reports into the locker."""
        super().run(tmp, task_vars)
        try:
            attempt = locker.named_attempt(self._task.args.get("attempt"))
            if self._task.check_mode or attempt is None:
                return {"changed": False, "msg": "check mode: nothing was kept, so nothing is judged"}
            return self._report(attempt)
        except (locker.LockerError, MissingLibraryError, OSError) as exc:
            return {"failed": True, "msg": f"the report cannot be written: {exc}"}

    @staticmethod
    def _report(attempt: locker.Attempt) -> dict[str, t.Any]:
        report = document.build(attempt, locker.load(attempt), utc_now())
        paths = {
            name: locker.write_report(attempt, name, text)
            for name, text in (
                ("report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n"),
                ("report.md", markdown.render(report)),
            )
        }
        locker.close_attempt(attempt)
        return {
            "changed": True,
            "paths": paths,
            "ansible_facts": {"rc_closure_report": {**document.without_streams(report), "paths": paths}},
            "ansible_stats": {
                "data": {"rc_closure": document.summary(report)},
                "per_host": False,
                "aggregate": False,
            },
        }
