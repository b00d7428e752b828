# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open an attempt: check what identifies the release, lock the staging, and create the attempt's folder."""

from __future__ import annotations

import getpass
import os
import secrets
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleConnectionFailure
from ansible.utils.display import Display

from ..module_utils._core import lease
from ..module_utils._core.evidence import Release, utc_now
from ..module_utils._core.redaction import Redactor
from ..module_utils._core.steps import hostname
from ..plugin_utils.keep import bucket, elsewhere, locker, merging, provenance, watch
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, progress
from ..plugin_utils.preflight import controller, formats
from ..plugin_utils.tell.language import ENGLISH, LANGUAGES

display = Display()


class ActionModule(ClosureAction):
    """Return the fact C(rc_closure_attempt), which the collectors of this run are given."""

    def act(self, args: Options, known: Options) -> Result:
        """Check the release's variables; create the attempt's folder unless in check mode."""
        problems = formats.problems(
            {
                "rc_closure_ticket": ("ticket", args.get("ticket")),
                "rc_closure_release": ("name", args.get("release")),
                "rc_closure_commit": ("commit", args.get("commit")),
                "rc_closure_environment": ("name", args.get("environment")),
                "rc_closure_locker": ("path", args.get("locker")),
            }
        ) + controller.lacking("sqlglot")
        problems += controller.lacking(bucket.LIBRARY) if args.get("bucket") else []
        masked = args.get("masked") or {}
        if not isinstance(masked, dict) or not all(isinstance(one, bool) for one in masked.values()):
            problems.append("rc_closure_masked must be a dictionary of variables' names to true or false")
        language = str(args.get("language") or ENGLISH)
        if language not in LANGUAGES:
            problems.append(f"rc_closure_language is {language!r}, not {' or '.join(LANGUAGES)}")
        problems += [] if problems else controller.lacks_space(str(args["locker"]))
        if problems:
            return {"failed": True, "msg": "; ".join(problems)}
        release = Release(*(str(args[name]) for name in ("ticket", "release", "commit", "environment")))
        asked = _asked(args)
        if args.get("bucket") and not self._task.check_mode:
            copy = bucket.Bucket(str(args["bucket"]))
            copy.download(Path(str(args["locker"])).absolute(), release.ticket, release.candidate)
        problems = merging.conflicts(str(args["locker"]), release, asked.packages)
        if problems:
            return {"failed": True, "msg": f"nothing was touched: {'; '.join(problems)}"}
        if self._task.check_mode:
            return {"changed": True, "msg": "check mode: no attempt is opened, nothing is kept"}
        elsewhere.settle(Path(str(args["locker"])).absolute() / release.ticket)
        staging, token = str(args.get("staging") or ""), secrets.token_hex(16)
        locked = bool(staging) and self._lock(args, known, token)
        try:
            own = f"{staging} at {self._address(known)}" if staging else ""
            held_back = args.get("held_back") or {}
            attempt = locker.open_attempt(
                str(args["locker"]),
                release,
                utc_now(),
                own,
                held_back=held_back,
                masked=masked,
                language=language,
                provenance=_provenance(known, masked),
            )
            if asked.packages:
                merging.keep(attempt, asked)
        except locker.LockerError as exc:
            if locked:
                self.shell(lease.releasing(staging, token))
            raise locker.LockerError(f"rc_closure_locker: {exc}") from exc
        watch.begin(
            attempt,
            os.getppid(),
            lambda: not locked or self.shell(lease.renewing(staging, token)).status != lease.LOST_STATUS,
            lambda: locked and self.shell(lease.releasing(staging, token)),
        )
        return {"changed": True, "ansible_facts": {"rc_closure_attempt": attempt.as_dict()}}

    def _lock(self, args: Options, known: Options, token: str) -> bool:
        """Take the staging's lock on the host of the task; return whether that host could be reached.

        Raises:
            LockerError: another closure has it, or it cannot be used.
        """
        who = {"who": f"{getpass.getuser()}@{hostname()}", "since": utc_now(), "token": token}
        holder = {**who, "ticket": args.get("ticket"), "release": args.get("release")}
        options = {**args, "holder": holder}
        try:
            with progress(lambda: "the staging's lock: is who has it still at work?"):
                found = self._execute_module("psp.rc_closure.closure_attempt", options, task_vars=dict(known))
        except AnsibleConnectionFailure as exc:
            display.warning(f"the staging is not locked, for its host cannot be reached: {exc.message}")
            return False
        if "module_stdout" in found:  # as of a container that does not run
            display.warning("the staging is not locked, for no module could run on its host")
            return False
        if found.get("failed") and "held" not in found:
            raise locker.LockerError(f"no attempt is opened: {found.get('msg')}")
        held = found.get("held")
        if held:
            raise locker.LockerError(
                f"the staging is held by the closure of {held.get('ticket')}, release {held.get('release')}, "
                f"which {held.get('who')} began at {held.get('since')} and which was at work "
                f"{held['age']:.0f} s ago: wait for its end (a run that is gone loses the staging "
                f"{lease.LEASE_SECONDS:g} s after that)"
            )
        return True

    def _address(self, known: Options) -> str:
        """Return what tells the host's stagings from those of another host that this controller may have."""
        host = self.host(known)
        found = known.get("ansible_delegated_vars", {}).get(host, known)
        return str(self._templar.template(found.get("ansible_host")) or host)


def _asked(args: Options) -> merging.Asked:
    """Return which packages to take from earlier attempts.

    Raises:
        ValueError: an option is out of form.
    """
    try:
        packages = sorted({int(package) for package in args.get("merge") or []} & {*locker.PACKAGES})
        max_age = float(args.get("max_age") or 86400)
    except (TypeError, ValueError):
        max_age = 0.0
    if not 0 < max_age < float("inf"):
        raise ValueError(f"rc_closure_max_age must be seconds, not {args.get('max_age')!r}")
    return merging.Asked(packages, max_age)


def _provenance(known: Options, masked: t.Mapping[str, bool]) -> dict[str, t.Any]:
    """Return who runs this, with what; through the sink, as all text."""
    redact = Redactor({}, shown=[name for name, secret in masked.items() if not secret])
    return provenance.gather(known, context.CLIARGS, redact, [name for name in masked if masked[name]])
