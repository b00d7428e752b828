# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a task's options to the ticket that they describe."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ....module_utils._core.deadline import Deadline
from ...keep.locker import Attempt
from ...preflight import controller, formats
from .base import Ticket, TicketError
from .cleaning import Redact
from .file_ticket import FileTicket
from .github_ticket import GitHubTicket
from .jira_ticket import JiraTicket

FILE = "file"
GITHUB = "github"
JIRA = "jira"

Options = t.Mapping[str, t.Any]

SPEC: dict[str, dict[str, t.Any]] = {
    "attempt": {"type": "dict"},
    "provider": {"type": "str", "choices": [FILE, GITHUB, JIRA], "default": FILE},
    "url": {"type": "str"},
    "repository": {"type": "str"},
    "issue": {"type": "str"},
    "user": {"type": "str"},
    "token": {"type": "str", "no_log": True},
    "token_file": {"type": "path", "no_log": False},
    "token_env": {"type": "str", "no_log": False},
    "ca_file": {"type": "path"},
    "characters": {"type": "int"},
    "interval": {"type": "float", "default": 1.0},
    "limit": {"type": "float", "default": 1800.0},
    "close": {"type": "bool", "default": False},
    "label": {"type": "str", "default": "closure-failed"},
    "analysts": {"type": "str", "default": "Dev/Backend"},
    "deployment": {"type": "str", "choices": ["auto", "cloud", "data_center"], "default": "auto"},
    "close_transition": {"type": "str"},
    "reopen_transition": {"type": "str"},
    "resolution": {"type": "str"},
}
_GITHUB_API = "https://api.github.com"
_ISSUES = {
    GITHUB: (r"(?:GH-|#)?([1-9]\d{0,9})", "GitHub requires the issue's number, such as 1234"),
    JIRA: (r"([A-Z][A-Z0-9_]+-[1-9]\d*)", "Jira requires the issue's key, such as PSP-1234"),
}


def token(options: Options, environment: t.Mapping[str, str]) -> str:
    """Return the ticket's token: from its file, from the environment variable of that name, or itself.

    Raises:
        TicketError: it is not where the options say.
    """
    path, variable = options.get("token_file"), options.get("token_env")
    source, found = "rc_closure_ticket_token", options.get("token")
    if path:
        source = f"rc_closure_ticket_token_file {path}"
        try:
            found = Path(path).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError, RuntimeError) as exc:
            unread = "it is not a text" if isinstance(exc, UnicodeDecodeError) else exc
            why = getattr(exc, "strerror", None) or unread
            raise TicketError(f"{source} cannot be read: {why}") from exc
    elif variable:
        source, found = f"the environment variable {variable}", environment.get(variable)
    found = str(found or "").strip()
    if options["provider"] != FILE and not found:
        raise TicketError(
            f"{source} is empty: {options['provider']} requires a token: set rc_closure_ticket_token_file, "
            "rc_closure_ticket_token_env (a variable's name) or rc_closure_ticket_token"
        )
    return found


def problems(options: Options, environment: t.Mapping[str, str]) -> list[str]:
    """Return a sentence for each option that is missing or not valid, without a request to the ticket."""
    remote, github = options["provider"] != FILE, options["provider"] == GITHUB
    url = options.get("url") or (_GITHUB_API if github else None)
    found = formats.problems(
        {
            "rc_closure_ticket_url": ("url", url, remote),
            "rc_closure_ticket_repository": ("repository", options.get("repository"), github),
            "rc_closure_ticket_jira.characters": ("count", options.get("characters"), False),
            "rc_closure_ticket_limit": ("seconds", options.get("limit")),
        }
    )
    found += controller.lacking("requests") if remote else []
    checks: list[t.Callable[[], object]] = [lambda: token(options, environment)]
    if remote and options.get("issue"):
        checks.append(lambda: issue(options, ""))
    for check in checks:
        try:
            check()
        except TicketError as exc:
            found.append(str(exc))
    return found


def issue(options: Options, ticket: str) -> str:
    """Return the issue's number or key: the one given, or else the ticket's key.

    Raises:
        TicketError: it is not valid for the provider.
    """
    given = str(options.get("issue") or ticket)
    pattern, form = _ISSUES[options["provider"]]
    found = re.fullmatch(pattern, given)
    if found is None:
        raise TicketError(f"rc_closure_ticket_issue is {given!r}: {form}")
    return found[1]


def open_ticket(
    options: Options, attempt: Attempt, secret: str, redact: Redact, deadline: Deadline
) -> Ticket:
    """Return the ticket.

    Raises:
        TicketError: the issue is not valid, or Jira does not report its deployment type.
    """
    if options["provider"] == FILE:
        ticket: Ticket = FileTicket(str(Path(attempt.path).parent.parent / "ticket"))
    else:
        kind = GitHubTicket if options["provider"] == GITHUB else JiraTicket
        params = {**options, "url": options.get("url") or _GITHUB_API}
        ticket = kind(params, issue(options, attempt.release.ticket), secret, redact, deadline)
    ticket.characters = options.get("characters") or ticket.characters
    return ticket
