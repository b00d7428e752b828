# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with a ticket is said in a sentence that names what to mend."""

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import TicketError
from tests.integration.tickets.conftest import Service
from tests.unit.reports import report


def problem(service: Service, **options: t.Any) -> str:
    service.options.update(options)
    with pytest.raises(TicketError) as raised:
        service.tell(report(1))
    assert service.options["token"] not in str(raised.value)
    return str(raised.value)


def test_a_wrong_token(service: Service) -> None:
    said = problem(service, token="a-token-that-is-wrong")
    name = "GitHub" if "repository" in service.options else "Jira"
    assert "answered 401" in said
    assert f"{name} does not take the token: it is wrong, expired or revoked" in said


def test_no_such_issue(service: Service) -> None:
    remote = "repository" in service.options
    said = problem(service, issue=99 if remote else "PSP-99")
    assert "answered 404" in said
    assert (
        f"there is no issue {'99 in psp/backend' if remote else 'PSP-99'}, or the token may not see it"
        in said
    )
    assert "rc_closure_ticket_issue" in said


def test_no_such_repository(github: Service) -> None:
    assert "rc_closure_ticket_repository" in problem(github, repository="psp/other")


def test_a_web_page_in_place_of_the_api(service: Service) -> None:
    service.memory.faults.web_page = True
    said = problem(service)
    assert "answered 200 with a web page, not with" in said
    assert "login page" in said


def test_nobody_at_the_address(service: Service) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert "refused the connection" in problem(service, url=url)


def test_a_connection_that_is_always_cut(github: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(github.memory.faults), "cut", property(lambda faults: "before", lambda *x: None))
    assert "the answer broke off after" in problem(github)
    assert github.memory.get(1).comments == []


def test_an_archived_repository(github: Service) -> None:
    github.memory.faults.archived = True
    assert "psp/backend is archived, so nothing can be written: unarchive it" in problem(github)


def test_a_locked_issue(github: Service) -> None:
    github.memory.get(1).locked = github.memory.faults.outsider = True
    assert "the issue 1 is locked: unlock it, or use the token of somebody with write" in problem(github)


def test_a_locked_issue_takes_a_member_s_comments(github: Service) -> None:
    github.memory.get(1).locked = True
    assert github.tell(report()).added == 2


def test_a_closed_issue_takes_comments_and_stays_closed(github: Service) -> None:
    github.ticket().switch(to_open=False)
    assert github.tell(report(1)).added == 2
    assert not github.memory.get(1).open


def test_issues_that_are_switched_off(github: Service) -> None:
    github.memory.faults.no_issues = True
    said = problem(github)
    assert "answered 410" in said
    assert "the issue was deleted, or the repository's issues are switched off" in said


def test_a_comment_that_is_too_long_for_the_server(service: Service) -> None:
    document = report(1)
    document["packages"]["package_1"]["steps"][0]["stdout"] = "x" * 200_000
    ticket = service.ticket()
    ticket.characters = 150_000
    with pytest.raises(TicketError, match="make rc_closure_ticket_jira.characters smaller"):
        _tell(service, ticket, document)


def _tell(service: Service, ticket: t.Any, document: dict[str, t.Any]) -> None:
    service.ticket = lambda **more: ticket  # type: ignore[method-assign]
    service.tell(document)


def test_a_rate_limit_that_outlasts_the_time_given(service: Service) -> None:
    faults = service.memory.faults
    if "repository" in service.options:
        faults.refusal.times, faults.refusal.retry_after = 1, 7200
        assert "the token's rate limit is used up, and lasts longer" in problem(service)
    else:
        faults.refusals = [429] * 2000
        assert "rate limit is used up, and lasts longer than rc_closure_ticket_limit" in problem(service)


def test_a_token_that_may_not_comment(jira: Service) -> None:
    jira.memory.faults.may_not_comment = True
    said = problem(jira)
    assert "you do not have the permission to comment" in said
    assert "the token requires Add Comments" in said


def test_a_comment_that_may_not_be_edited(jira: Service) -> None:
    jira.tell(report(1, notes={1: "another"}))
    jira.memory.faults.may_not_edit = True
    said = problem(jira)
    assert "You do not have the permission to edit this comment" in said
    assert f"The comment {jira.url}/browse/PSP-3031?focusedCommentId=20000 of Closure" in said


def test_a_captcha(jira: Service) -> None:
    jira.memory.faults.captcha = True
    assert "Jira requires a CAPTCHA after failed logins: log in once with a browser" in problem(jira)


def test_a_label_that_jira_refuses(jira: Service) -> None:
    with pytest.raises(TicketError, match="The label 'closure failed' contains spaces which is invalid"):
        jira.tell(report(1), label="closure failed")
    assert jira.memory.comments


def test_a_field_that_is_not_on_jira_s_screen(jira: Service) -> None:
    jira.memory.faults.not_editable = True
    said = problem(jira)
    assert "Field 'labels' cannot be set" in said
    assert "leave it out: rc_closure_ticket_label or" in said
    assert len(jira.memory.comments) == 2


def test_a_closed_issue_of_jira_takes_comments_and_stays_closed(jira: Service) -> None:
    jira.ticket().switch(to_open=False)
    assert jira.tell(report(1)).added == 2
    assert jira.memory.status == "Done"


def test_a_closed_issue_that_takes_no_comments(jira: Service) -> None:
    jira.ticket().switch(to_open=False)
    jira.memory.faults.may_not_comment_on_done = True
    said = problem(jira)
    assert "you do not have the permission to comment on this issue" in said
    assert "also in the status that the issue is in" in said
