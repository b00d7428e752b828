# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge an attempt again from the locker alone, and compare the result with what was reported."""

from __future__ import annotations

from ..plugin_utils.keep import locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import formats
from ..plugin_utils.tell import verify
from ..plugin_utils.tell.record import check


class ActionModule(ClosureAction):
    """Fail with one sentence for each place where report and evidence differ."""

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
        digest, given = locker.digest(attempt), str(args.get("sha256") or "")
        record = check.check(attempt, str(args.get("public_key") or ""))
        problems = [*verify.problems(attempt), *record.problems]
        if given not in ("", digest):
            problems.append(
                f"the attempt's SHA-256 is {digest}, not {given} (rc_closure_locker_sha256): "
                "the locker was changed since"
            )
        found = {"changed": False, "attempt": attempt.as_dict(), "sha256": digest, "problems": problems}
        notes = [*record.warnings, *record.notes]
        if problems:
            return {**found, "notes": notes, "failed": True, "msg": "; ".join(problems)}
        agreeing = f"{attempt.path} agrees with its evidence; its SHA-256 is {digest}"
        return {**found, "notes": notes, "msg": "; ".join([agreeing, *notes])}
