# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an unexpected answer of Jira means, and what to do: one sentence each."""

from __future__ import annotations

import json
import re

from ....module_utils._clients.http import Exchange
from ....module_utils._core.evidence import ENDED

_SHORTER = "make rc_closure_ticket_characters smaller"
_ADDRESS = "rc_closure_ticket_url must be Jira's own address"
# Words in the answer to a bad request, and what to do.
_BAD_REQUEST = (
    ("too long|content_limit_exceeded", _SHORTER),
    (
        "cannot be set",
        "put the field on the screen of that issue, or leave it out: rc_closure_ticket_label or "
        "rc_closure_ticket_jira.resolution empty",
    ),
    ("spaces", "rc_closure_ticket_label must not contain spaces"),
    (
        "permission",
        "the token requires Add Comments, Edit Own Comments and, for labels, Edit Issues, also in the status "
        "that the issue is in",
    ),
    (
        "transition|workflow",
        "the workflow does not allow this transition from the status that the issue is in",
    ),
)
_SHOWN = 200
_LOWEST_ERROR = 300


def explain(exchange: Exchange, json_wanted: bool = True, *, issue: str) -> str:
    """Return one sentence that says what to do, or C('') if the answer is as expected."""
    step, status = exchange.step, exchange.step.exit_status
    if status is None or step.outcome != ENDED:
        return f"{exchange.asked}: {step.reason}"
    if status in (401, 403) or (status >= _LOWEST_ERROR and not exchange.is_web_page):
        return _explain_status(exchange, status, issue)
    if exchange.is_web_page:
        return (
            f"{exchange.asked} answered {status} with a web page, not with Jira's API: {_ADDRESS} "
            "(https://SITE.atlassian.net, or https://HOST with its context path), with no login page before "
            "it"
        )
    if json_wanted and status != 204 and exchange.json() is None:
        return f"{exchange.asked} answered {status} with something other than JSON: {_ADDRESS}"
    return ""


def is_rate_limited(exchange: Exchange) -> bool:
    """Whether Jira refused the request by its rate limit: it did nothing, and can be asked again later.

    https://developer.atlassian.com/cloud/jira/platform/rate-limiting: some 503 name a time to wait, too.
    """
    status = exchange.step.exit_status
    return status == 429 or (status == 503 and "retry-after" in exchange.headers)


def message(body: bytes) -> str:
    """Return what Jira says in an error's document, or the start of its text."""
    try:
        document = json.loads(body)
    except ValueError:
        text = body[:_SHOWN].decode("utf-8", "replace")
        return "" if text.lstrip().startswith("<") else " ".join(text.split())
    if not isinstance(document, dict):
        return ""
    said = [str(text) for text in document.get("errorMessages") or []]
    errors = document.get("errors")
    said += [f"{field}: {text}" for field, text in errors.items()] if isinstance(errors, dict) else []
    return " ".join(" ".join(said or [str(document.get("message", ""))]).split())


def _explain_status(exchange: Exchange, status: int, issue: str) -> str:
    said = message(exchange.body)
    what = f"{exchange.asked} answered {status}" + (f" ({said})" if said else "")
    remedies = {
        400: next((remedy for words, remedy in _BAD_REQUEST if re.search(words, said.lower())), ""),
        401: (
            "Jira does not take the token: it is wrong, expired or revoked, or, in the Cloud, "
            "rc_closure_ticket_jira.user is not the e-mail address of its owner"
        ),
        403: _forbidden(exchange, issue),
        404: (
            f"there is no issue {issue}, or the token may not see it (Jira answers 404 for both): correct "
            "rc_closure_ticket_issue or the token's access"
        ),
        413: _SHORTER,
        429: "Jira's rate limit is used up, and lasts longer than rc_closure_ticket_limit",
    }
    others = {3: _ADDRESS, 5: "Jira has a problem: try again later"}
    remedy = remedies.get(status, others.get(status // 100, ""))
    return f"{what}: {remedy}" if remedy else what


def _forbidden(exchange: Exchange, issue: str) -> str:
    names = ("x-seraph-loginreason", "x-authentication-denied-reason")
    if any(re.search("AUTHENTICATION_DENIED|CAPTCHA", exchange.headers.get(name, "")) for name in names):
        return "Jira requires a CAPTCHA after failed logins: log in once with a browser"
    return (
        f"the token may not do this on {issue}: it requires Browse Projects, Add Comments, Edit Own "
        "Comments, Edit Issues (for labels) and, to close, Transition Issues"
    )
