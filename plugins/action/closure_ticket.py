# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the report of an attempt into the ticket, and carry the closing rule out."""

from __future__ import annotations

import json
import os
import time
import typing as t
from contextlib import nullcontext
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._clients.rest import Deadline
from ..module_utils._core.evidence import utc_now
from ..module_utils._core.redaction import Redactor
from ..plugin_utils.keep import locker
from ..plugin_utils.tell.ticket import opening, telling
from ..plugin_utils.tell.ticket.base import TicketError
from ..plugin_utils.tell.ticket.posting import Pace
from ..plugin_utils.tell.ticket.rule import Later

SCHEMA = "psp.rc_closure/ticket/1"
PROGRESS_SECONDS = 15.0
_UNOPENED = (
    "no attempt is open, so there is nothing to post; the variables of the ticket ({provider}) are right"
)

display = Display()

Result = dict[str, t.Any]


class ActionModule(ActionBase):
    """Post what C(closure_report) wrote; it is in the locker before the first request is made."""

    supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Take the options of C(opening.SPEC). Without an attempt they are checked, and that is all."""
        super().run(tmp, task_vars)
        redact = Redactor({})
        attempt: locker.Attempt | None = None
        try:
            options = _options(self._task.args)
            wrong = opening.problems(options, os.environ)
            if wrong:
                raise TicketError("; ".join(wrong))
            attempt = locker.named_attempt(options["attempt"])
            if attempt is None:
                return {"changed": False, "msg": _UNOPENED.format(**options)}
            secret = opening.token(options, os.environ)
            redact = Redactor({"token": secret} if secret else {})
            with nullcontext() if self._task.check_mode else locker.telling(attempt):
                return self._tell(attempt, options, _order(attempt, options, redact), secret)
        except (TicketError, locker.LockerError, OSError, ValueError) as exc:
            return self._failed(attempt, redact(str(exc)))

    def _tell(self, attempt: locker.Attempt, options: Result, order: telling.Order, secret: str) -> Result:
        deadline = Deadline(options["limit"])
        ticket = opening.open_ticket(options, attempt, secret, order.redact, deadline)
        if self._task.check_mode:
            told = telling.preview(ticket, order)
            return {**_shown(told, ticket.place), "msg": f"check mode: would {_said(told, ticket.place)}"}
        interval = 0.0 if options["provider"] == opening.FILE else options["interval"]
        told = telling.tell(ticket, order, Pace(deadline.pause, interval, _Progress(ticket.place)))
        result = {**_shown(told, ticket.place), "msg": f"did {_said(told, ticket.place)}"}
        _record(attempt, {**result, "locker_sha256": order.locker, "problem": ""})
        return result

    def _failed(self, attempt: locker.Attempt | None, problem: str) -> Result:
        """Say what is wrong, and that the report is safe."""
        where = f". The report is in {attempt.path}/report.md, and posting again goes on" if attempt else ""
        sentence = f"the ticket was not told everything: {problem.rstrip('.')}{where}"
        if attempt and not self._task.check_mode:
            _record(attempt, {"problem": sentence})
        return {"failed": True, "msg": sentence}


def _options(args: t.Mapping[str, t.Any]) -> Result:
    given = {name: value for name, value in args.items() if value not in (None, "") or name == "label"}
    checked = ArgumentSpecValidator(opening.SPEC).validate(given)
    if checked.error_messages:
        raise TicketError("; ".join(checked.error_messages))
    return dict(checked.validated_parameters)


class _Progress:
    """Say every so often how far a long posting is."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._next = time.monotonic() + PROGRESS_SECONDS

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            display.display(f"  … {self._place}: {done} of {total} comments")
            self._next = time.monotonic() + PROGRESS_SECONDS


def _order(attempt: locker.Attempt, options: Result, redact: Redactor) -> telling.Order:
    path = Path(attempt.path)
    try:
        document = json.loads((path / "report.json").read_text("utf-8"))
    except FileNotFoundError as exc:
        raise TicketError(f"{path} holds no report.json: closure_report comes first") from exc
    later = locker.later_attempt(attempt)
    return telling.Order(
        document=document,
        attempt=path.name,
        locker=locker.digest(attempt),
        redact=redact,
        close=options["close"],
        label=options["label"],
        analysts=options["analysts"],
        later=Later(*later) if later else None,
    )


def _shown(told: telling.Told, place: str) -> Result:
    return {
        "changed": told.changed,
        "ticket": place,
        "url": told.url,
        "action": told.action,
        "state": told.state,
        "added": told.added,
        "edited": told.edited,
        "comments": telling.summary(told),
        "report_sha256": told.report,
    }


def _said(told: telling.Told, place: str) -> str:
    actions = {"close": ", close it", "reopen": ", open it again"}
    parts = len(told.messages) - 1
    left = len(told.messages) - told.added - told.edited
    return (
        f"bring {parts} part{'' if parts == 1 else 's'} and the verdict into {place}: add {told.added}, "
        f"edit {told.edited}, leave {left}{actions.get(told.action, '')}"
    )


def _record(attempt: locker.Attempt, facts: Result) -> None:
    record = {"schema": SCHEMA, "told": utc_now(), **facts}
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    locker.write_report(attempt, locker.TICKET_RECORD, text)
