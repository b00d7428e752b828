# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Jira's answers mean, by a table."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.http import Exchange
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import jira_problems
from tests.unit.captured import step

ASKED = "GET https://jira.example/rest/api/2/issue/PSP-1"


def exchange(status: int | None, body: t.Any = "", headers: t.Mapping[str, str] | None = None) -> Exchange:
    text = body if isinstance(body, str) else json.dumps(body)
    return Exchange(step("ticket", exit_status=status, command=ASKED), headers or {}, text.encode())


def errors(*messages: str, **fields: str) -> dict[str, t.Any]:
    return {"errorMessages": list(messages), "errors": fields}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            exchange(401, "<html>"),
            "answered 401: Jira does not take the token: it is wrong, expired or revoked",
        ),
        (
            exchange(401, errors("Client must be authenticated.")),
            "401 (Client must be authenticated.): Jira does",
        ),
        (
            exchange(403, errors("No.")),
            "403 (No.): the token may not do this on PSP-1: it requires Browse Projects",
        ),
        (
            exchange(403, "<html>", {"x-seraph-loginreason": "AUTHENTICATION_DENIED"}),
            "Jira requires a CAPTCHA after failed logins",
        ),
        (
            exchange(403, "", {"x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=x"}),
            "Jira requires a CAPTCHA after failed logins",
        ),
        (
            exchange(404, errors("Issue does not exist.")),
            "there is no issue PSP-1, or the token may not see it",
        ),
        (exchange(413), "answered 413: make rc_closure_ticket_jira.characters smaller"),
        (exchange(429), "Jira's rate limit is used up, and lasts longer than rc_closure_ticket_limit"),
        (exchange(500), "answered 500: Jira has a problem"),
        (exchange(502, "<html>", {"content-type": "text/html"}), "answered 502 with a web page"),
        (exchange(302), "answered 302: rc_closure_ticket_url must be Jira's own address"),
        (exchange(200, "<!DOCTYPE html>"), "answered 200 with a web page, not with Jira's API"),
        (exchange(200, "hello"), "answered 200 with something other than JSON"),
        (
            exchange(400, errors(comment="The entered text is too long. It exceeds the limit.")),
            "is too long. It exceeds the limit.): make rc_closure_ticket_jira.characters",
        ),
        (exchange(400, errors("CONTENT_LIMIT_EXCEEDED")), "make rc_closure_ticket_jira.characters smaller"),
        (
            exchange(400, errors("It seems that you have tried to perform a workflow operation")),
            "does not allow",
        ),
        (exchange(400, errors(x="you do not have the permission")), "the token requires Add Comments"),
        (exchange(400, {"message": "odd"}), "answered 400 (odd)"),
        (exchange(409, "text of its own"), "answered 409 (text of its own)"),
        (exchange(None), f"{ASKED}: "),
    ],
)
def test_what_is_wrong_is_said(given: Exchange, sentence: str) -> None:
    said = jira_problems.explain(given, issue="PSP-1")
    assert said.startswith(ASKED)
    assert sentence in said


@pytest.mark.parametrize("given", [exchange(200, {}), exchange(201, {}), exchange(204), exchange(200, [])])
def test_what_is_well_says_nothing(given: Exchange) -> None:
    assert jira_problems.explain(given, issue="PSP-1") == ""


def test_an_answer_that_never_came_gives_its_reason() -> None:
    broken = step("x", exit_status=None, command=ASKED, outcome=FAILED, reason="jira.example refused")
    assert jira_problems.explain(Exchange(broken, {}, b""), issue="PSP-1") == f"{ASKED}: jira.example refused"


@pytest.mark.parametrize(
    ("status", "headers", "limited"),
    [
        (429, {}, True),
        (503, {"retry-after": "5"}, True),
        (503, {}, False),
        (403, {}, False),
        (200, {}, False),
    ],
)
def test_rate_limits_are_told_from_errors(status: int, headers: dict[str, str], limited: bool) -> None:
    assert jira_problems.is_rate_limited(exchange(status, "", headers)) is limited
