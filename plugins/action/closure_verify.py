# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge an attempt again from the locker alone, and compare the result with what was reported."""

from __future__ import annotations

from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import formats
from ..plugin_utils.tell import verify


class ActionModule(ClosureAction):
    """Fail with one sentence for each file that was changed, and where report and evidence differ."""

    failure = "the report cannot be verified: "

    def act(self, args: Options, known: Options) -> Result:
        """Take C(locker), C(ticket), C(release), C(name), C(sha256) and C(public_key)."""
        problems = formats.problems(
            {
                "rc_closure_ticket": ("ticket", args.get("ticket")),
                "rc_closure_release": ("name", args.get("release")),
                "rc_closure_ticket_attempt": ("name", args.get("name"), False),
                "rc_closure_locker_sha256": ("sha256", args.get("sha256"), False),
            }
        )
        if problems:
            return {"failed": True, "msg": "; ".join(problems)}
        name = args.get("name") or ""
        attempt = locker.find_attempt(args["locker"], args["ticket"], args["release"], name)
        given = (str(args.get(name) or "") for name in ("sha256", "public_key"))
        found = verify.look(attempt, *given)
        result = {
            "changed": False,
            "attempt": attempt.as_dict(),
            "sha256": found.sha256,
            "problems": found.changed,
            "differences": found.differences,
            "warnings": [*found.differences, *found.warnings],
            "notes": found.notes,
        }
        if found.changed:
            return {**result, "failed": True, "msg": "; ".join(found.changed)}
        differs = ", as another version judged and rendered it" if found.differences else ""
        sentence = f"{attempt.path} agrees with its evidence{differs}; its SHA-256 is {found.sha256}"
        return {**result, "msg": "; ".join([sentence, *found.notes])}
