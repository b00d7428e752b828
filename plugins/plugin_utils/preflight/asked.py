# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the servers answer before anything is touched, out of a collector's steps in check mode. Pure.

Only what keeps the collector from its work is a problem: what a server says of the release is for the judges.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.evidence import ENDED, HTTP, NOT_RUN, Step
from ...module_utils._core.step_names import DATABASE_RIGHTS, RECON_PROBE, REDIS_PING
from . import rights

REFUSALS = (401, 403)
NOT_READY = (502, 503, 504)
_MEND = {
    401: "the token is missing or not valid",
    403: "the token may not do that",
    404: "there is nothing at this address, or the token may not see it",
}


# How it is told of a server that is not up, see C(http.py); its certificate is another matter.
_DOWN = re.compile(
    r"refused the connection|did not answer within|cannot be resolved|the connection with \S+ failed"
    r"|(?:is answered|: status) 5\d\d\b|broke off"
)


def problems(steps: t.Sequence[Step], message: str = "", *, starting: bool = False) -> list[str]:
    """Return a sentence for each thing that could not be asked; C(message) is why there are no steps.

    With C(starting), the run is still to start the server, so that it may be down.
    """
    found = [problem for step in steps for problem in _problems(step)] if steps else [message]
    return [one for one in dict.fromkeys(found) if one and not (starting and _DOWN.search(one))]


def _problems(step: Step) -> list[str]:
    if step.name == DATABASE_RIGHTS and step.outcome == ENDED:
        return rights.problems(step)
    return list(filter(None, [_problem(step)]))


def _problem(step: Step) -> str:
    if step.outcome not in (ENDED, NOT_RUN):
        return step.reason
    status = step.exit_status or 0
    if step.name == RECON_PROBE and status not in (*REFUSALS, *NOT_READY):
        return ""  # there is no such run; with 500 a server stumbles over its id
    if step.kind == HTTP and status >= 400:
        asked = " ".join(step.command.split(" ")[:2])
        return f"{asked} is answered {status}: {_MEND.get(status, 'see what the server logs')}"
    if step.name.endswith(REDIS_PING) and status:
        return f"Redis: {' '.join(step.stderr.split())}"
    return ""
