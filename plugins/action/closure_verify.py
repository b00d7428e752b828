# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge an attempt again from the locker alone, and compare the result with what was reported."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..plugin_utils.keep import bucket
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import controller, formats
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
        if not str(args["locker"]).startswith(bucket.SCHEME):
            return _verified(args, str(args["locker"]))
        lacking = controller.lacking(bucket.LIBRARY)
        if lacking:
            return {"failed": True, "msg": lacking[0]}
        with tempfile.TemporaryDirectory() as folder:
            asked = Path(folder), str(args["ticket"]), str(args["release"])
            bucket.Bucket(str(args["locker"])).download(*asked)
            bucket.copies(*asked)
            found = _verified(args, folder)
            return {**found, "msg": found["msg"].replace(folder, str(args["locker"]).rstrip("/"))}


def _verified(args: Options, root: str) -> Result:
    """Verify an attempt of the locker C(root)."""
    name = args.get("name") or ""
    attempt = verify.find(root, args["ticket"], args["release"], name)
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
