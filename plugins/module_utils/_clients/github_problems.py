# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of GitHub's that is not the one asked for means, and what to mend: one sentence each."""

from __future__ import annotations

import json
import typing as t

from .._core.evidence import ENDED, TIMED_OUT, Step
from .http import Exchange

_LOWEST_ERROR = 300
_SHOWN = 200
_UNPROCESSABLE = (
    (
        "workflow_dispatch",
        "the workflow has no workflow_dispatch trigger on this ref: give it one, or find a run",
    ),
    ("no ref found", "the ref is no branch and no tag of the repository: a dispatch takes no commit"),
    ("unexpected inputs", "the workflow does not declare these inputs"),
    ("required input", "the workflow requires an input that was not given"),
    ("disabled workflow", "the workflow is disabled: enable it in the repository's Actions"),
    ("no commit found", "the repository has no such commit or ref"),
)


def explain(exchange: Exchange, repository: str, *, json_wanted: bool = True) -> str:
    """Return one sentence that says what to mend, or C('') where the answer is what was asked for.

    With C(json_wanted), anything but a JSON document is wrong.
    """
    step, status = exchange.step, exchange.step.exit_status
    if status is None or step.outcome != ENDED:
        return f"{exchange.asked}: {step.reason}{_remedy(step)}"
    if status == 304:
        return ""
    if exchange.is_web_page:
        return (
            f"{exchange.asked} answered {status} with a web page, not with GitHub's API: the url must be "
            "the API's (https://api.github.com, or https://HOST/api/v3), with no login page before it"
        )
    if status >= _LOWEST_ERROR:
        return _explain_status(exchange, status, repository)
    if json_wanted and status != 204 and exchange.json() is None:
        return f"{exchange.asked} answered {status} with something that is no JSON"
    return ""


def is_rate_limited(exchange: Exchange) -> bool:
    """Whether GitHub refused the request for asking too much: it did nothing, and may be asked later."""
    status, headers = exchange.step.exit_status, exchange.headers
    if status not in (403, 429):
        return False
    return (
        status == 429
        or "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in message(exchange.body).lower()
    )


def message(body: bytes) -> str:
    """Return what GitHub says in an error's document, or the start of its text."""
    try:
        document = json.loads(body)
    except ValueError:
        return " ".join(body[:_SHOWN].decode("utf-8", "replace").split())
    if not isinstance(document, dict):
        return ""
    said = [str(document.get("message", ""))]
    errors = document.get("errors")
    said += [_error(error) for error in errors] if isinstance(errors, list) else []
    return " ".join(" ".join(said).split())


def _error(error: t.Any) -> str:
    return str(error.get("message") or error.get("code", "")) if isinstance(error, dict) else str(error)


def _remedy(step: Step) -> str:
    """Return what to mend where no whole answer came."""
    if "is not trusted" in step.reason:
        return "; name the PEM file of the server's authority as ca_file"
    if step.exit_status is not None or step.outcome == TIMED_OUT:
        return "; check what stands between here and the server (a proxy, a firewall), and try again"
    return f"; check the url, and that the server can be reached from {step.host}"


def _explain_status(exchange: Exchange, status: int, repository: str) -> str:
    said = message(exchange.body)
    what = f"{exchange.asked} answered {status}" + (f" ({said})" if said else "")
    mends = {
        301: f"the repository has moved: give its new name in place of {repository}",
        401: "GitHub does not take the token: it is wrong, expired or revoked",
        403: _forbidden(exchange, repository),
        404: f"it is not there, or the token may not see {repository} (GitHub answers 404 for both)",
        410: "it has expired and was removed",
        422: next((mend for words, mend in _UNPROCESSABLE if words in said.lower()), ""),
    }
    mend = mends.get(status, "GitHub is unwell" if status >= 500 else "")
    if is_rate_limited(exchange):
        mend = "the token's rate limit is used up, and lasts longer than the limit given here"
    return f"{what}: {mend}" if mend else what


def _forbidden(exchange: Exchange, repository: str) -> str:
    if "archived" in message(exchange.body):
        return f"{repository} is archived: nothing can be dispatched there"
    if "x-github-sso" in exchange.headers:
        return "the token must be authorized for the organization's single sign-on"
    wanted = exchange.headers.get(
        "x-accepted-github-permissions", "actions=write to dispatch, actions=read to look"
    )
    return f"the token may not do this on {repository}: it needs {wanted}"
