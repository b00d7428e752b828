# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge the evidence in the locker, and report: report.md, report.json, a fact and the job's statistics."""

from __future__ import annotations

from ..module_utils._core.evidence import utc_now
from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.tell.report import document, markdown


class ActionModule(ClosureAction):
    """Return the fact C(rc_closure_report). A later task enforces the gate."""

    failure = "the report cannot be written: "

    def act(self, args: Options, known: Options) -> Result:
        """Take C(attempt); write the reports into the locker."""
        attempt = locker.named_attempt(args.get("attempt"))
        if self._task.check_mode or attempt is None:
            return {"changed": False, "msg": "check mode: nothing was kept, so nothing is judged"}
        report = document.build(attempt, locker.load(attempt), utc_now())
        texts = {
            "report.json": locker.as_json(report),
            "report.md": markdown.render(report),
        }
        paths = {name: locker.write_report(attempt, name, text) for name, text in texts.items()}
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
