# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Post the report of an attempt to the ticket, and carry out the closing rule."""

from __future__ import annotations

import os
import typing as t
from contextlib import nullcontext

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._core.deadline import Deadline
from ..module_utils._core.evidence import Release, utc_now
from ..module_utils._core.redaction import Redactor
from ..plugin_utils.keep import elsewhere, locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, progress
from ..plugin_utils.tell.record import in_locker
from ..plugin_utils.tell.ticket import opening, telling
from ..plugin_utils.tell.ticket.base import TicketError
from ..plugin_utils.tell.ticket.posting import Pace

SCHEMA = "psp.rc_closure/ticket/1"
_UNOPENED = "no attempt is open, so nothing is posted; what the ticket ({provider}) needs is valid{read}"
_LOOK_SECONDS = 30.0


class ActionModule(ClosureAction):
    """Post what C(closure_report) wrote into the locker."""

    def act(self, args: Options, known: Options) -> Result:
        """Take the options of C(opening.SPEC). Without an attempt they are only checked."""
        redact = Redactor({})
        attempt: locker.Attempt | None = None
        try:
            options = _options(args)
            attempt = locker.named_attempt(options["attempt"])
            secret = opening.token(options, os.environ)
            given = {"token": secret} if secret else {}
            redact = locker.redactor(attempt, **given) if attempt else Redactor(given)
            if attempt is None:
                read = _read(options, redact, secret)
                return {"changed": False, "msg": _UNOPENED.format(**options, read=read)}
            with nullcontext() if self._task.check_mode else locker.telling(attempt):
                return self._tell(attempt, options, redact, secret)
        except (TicketError, locker.LockerError, OSError, ValueError) as exc:
            if attempt is None:
                return {"failed": True, "msg": redact(str(exc))}
            return self._failed(attempt, redact(str(exc)))

    def _tell(self, attempt: locker.Attempt, options: Options, redact: Redactor, secret: str) -> Result:
        order = _order(attempt, options, redact)
        deadline = Deadline(options["limit"])
        ticket = opening.open_ticket(options, attempt, secret, redact, deadline)
        if self._task.check_mode:
            return telling.preview(ticket, order).result("check mode: would post")
        interval = 0.0 if options["provider"] == opening.FILE else options["interval"]
        pace = Pace(deadline.pause, interval)
        with progress(lambda: f"{ticket.place}, {pace.progress}"):
            result = telling.tell(ticket, order, pace).result("posted")
        _record(attempt, {**result, "locker_sha256": order.locker, "problem": ""})
        return result

    def _failed(self, attempt: locker.Attempt, problem: str) -> Result:
        """Return what is wrong, where the report is, and what to do."""
        where = f"The report is in {elsewhere.find(attempt.folder / 'report.md')}; posting again continues"
        sentence = f"not everything was posted to the ticket: {problem.rstrip('.')}. {where}"
        if not self._task.check_mode:
            _record(attempt, {"problem": sentence})
        return {"failed": True, "msg": sentence}


def _options(args: Options) -> dict[str, t.Any]:
    given = {name: value for name, value in args.items() if value not in (None, "") or name == "label"}
    checked = ArgumentSpecValidator(opening.SPEC).validate(given)
    options = dict(checked.validated_parameters)
    problems = checked.error_messages or opening.problems(options, os.environ)
    if problems:
        raise TicketError("; ".join(problems))
    return options


def _read(options: Options, redact: Redactor, secret: str) -> str:
    """Read the ticket where it is a server's, and return what is to be added to the message.

    Raises:
        TicketError: it cannot be read, or tells that it cannot be written to.
    """
    if options["provider"] == opening.FILE:
        return ""
    nowhere = locker.Attempt("", "", Release("", "", "", ""))
    ticket = opening.open_ticket(options, nowhere, secret, redact, Deadline(_LOOK_SECONDS))
    state = ticket.state().name
    refusal = ticket.refusal()
    if refusal:
        raise TicketError(f"{ticket.place} can be read and not written to: {refusal}")
    return f", and {ticket.place} can be read: it is {state}"


def _order(attempt: locker.Attempt, options: Options, redact: Redactor) -> telling.Order:
    try:
        document = locker.read_json(attempt.folder / "report.json")
    except FileNotFoundError as exc:
        if elsewhere.find(attempt.folder / "report.json").exists():
            raise TicketError("the locker's disk is full, and the report is elsewhere: make space") from exc
        raise TicketError(f"{attempt.path} contains no report.json: run closure_report first") from exc
    given = {name: options[name] for name in ("close", "label", "analysts")}
    name, digest, later = attempt.folder.name, locker.digest(attempt), locker.later_attempt(attempt)
    record = in_locker.told(attempt)
    return telling.Order(document, name, digest, redact, later=later, record=record, **given)


def _record(attempt: locker.Attempt, facts: Options) -> None:
    record = {"schema": SCHEMA, "told": utc_now(), **facts}
    locker.write_report(attempt, locker.TICKET_RECORD, locker.as_json(record))
