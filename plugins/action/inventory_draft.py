# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the draft of an inventory from what M(psp.rc_closure.service_discovery) found."""

from __future__ import annotations

from pathlib import Path

from ..plugin_utils.discover import draft as drafts
from ..plugin_utils.discover import inventory
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result


class ActionModule(ClosureAction):
    """Fail with one sentence where nothing was found or something of others' is in the way."""

    def act(self, args: Options, known: Options) -> Result:
        """Return C(path), C(files) and what is guessed or missing; write nothing in check mode."""
        folder = Path(str(args["path"])).expanduser().absolute()
        hosts = known["hostvars"]
        # As they stand in the inventory: a lookup of a pod is no pod's name.
        made = drafts.make(
            {
                name: {
                    "variables": hosts.raw_get(name),
                    **self._found(hosts[name].get(args["register"]) or {}),
                }
                for name in args["hosts"]
            }
        )
        texts = inventory.texts(made)
        reason = inventory.refusal(folder)
        if reason:
            return {"failed": True, "msg": reason}
        if not self._task.check_mode:
            inventory.write(folder, texts, password=made.password)
        diff = [
            {"before": "", "after": text, "after_header": str(folder / name)} for name, text in texts.items()
        ]
        told = {**inventory.summary(made), "notes": made.notes, "files": texts}
        return {"changed": True, "path": str(folder), "diff": diff, **told}

    def _found(self, registered: Options) -> Options:
        findings = registered.get("findings")
        problem = "" if findings else " ".join(str(registered.get("msg") or "it was not looked at").split())
        return {"findings": findings, "problem": problem}
