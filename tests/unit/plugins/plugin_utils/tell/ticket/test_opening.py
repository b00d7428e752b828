# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's options become a ticket, or a sentence that names the variable to mend."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import opening
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Ticket, TicketError
from tests.unit.captured import NOW, RELEASE

ATTEMPT = Attempt("/evidence/PSP-3031/rc3/attempts/20261124T025203.123000Z", NOW, RELEASE)
GITHUB = {"provider": "github", "repository": "psp/backend", "issue": "12", "token": "a-token"}
JIRA = {"provider": "jira", "url": "https://psp.atlassian.net", "token": "a-token", "deployment": "cloud"}


def options(**given: t.Any) -> dict[str, t.Any]:
    defaults = {name: spec.get("default") for name, spec in opening.SPEC.items()}
    return {**defaults, **given}


def opened(**given: t.Any) -> Ticket:
    return opening.open_ticket(options(**given), ATTEMPT, "a-token", str, Deadline(1))


@pytest.mark.parametrize(
    ("given", "kind", "place", "characters"),
    [
        ({}, "FileTicket", "/evidence/PSP-3031/rc3/ticket", 65_536),
        ({"characters": 1000}, "FileTicket", "/evidence/PSP-3031/rc3/ticket", 1000),
        (GITHUB, "GitHubTicket", "psp/backend#12", 65_536),
        ({**GITHUB, "issue": "#7"}, "GitHubTicket", "psp/backend#7", 65_536),
        ({**GITHUB, "issue": "GH-7", "characters": 9000}, "GitHubTicket", "psp/backend#7", 9000),
        (JIRA, "JiraTicket", "PSP-3031", 32_767),
        ({**JIRA, "issue": "OPS-7", "deployment": "data_center"}, "JiraTicket", "OPS-7", 32_767),
    ],
)
def test_options_are_a_ticket(given: dict[str, t.Any], kind: str, place: str, characters: int) -> None:
    ticket = opened(**given)
    assert (type(ticket).__name__, ticket.place, ticket.characters) == (kind, place, characters)


def test_jira_s_frame_is_that_of_its_kind() -> None:
    frames = [
        type(opened(**{**JIRA, "deployment": kind}).frame).__name__ for kind in ("cloud", "data_center")
    ]
    assert frames == ["DocumentFrame", "WikiFrame"]


@pytest.mark.parametrize(
    "given", [{}, GITHUB, {**GITHUB, "url": "https://ghe.example/api/v3"}, JIRA, {**JIRA, "characters": 500}]
)
def test_right_options_have_no_problems(given: dict[str, t.Any]) -> None:
    assert opening.problems(options(**given), {}) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**GITHUB, "repository": None}, "rc_closure_ticket_repository is missing"),
        ({**GITHUB, "repository": "backend"}, "rc_closure_ticket_repository 'backend' is not a repository"),
        ({**GITHUB, "url": "api.github.com"}, "rc_closure_ticket_url 'api.github.com' is not a valid"),
        ({**GITHUB, "issue": "PSP-1"}, "rc_closure_ticket_issue is 'PSP-1': GitHub requires the issue"),
        ({**GITHUB, "issue": "0"}, "rc_closure_ticket_issue is '0'"),
        ({**GITHUB, "token": None}, "rc_closure_ticket_token is empty: github requires a token"),
        ({**JIRA, "url": None}, "rc_closure_ticket_url is missing"),
        ({**JIRA, "issue": "12"}, "rc_closure_ticket_issue is '12': Jira requires the issue's key"),
        (
            {**JIRA, "token_file": "/nowhere/x"},
            "rc_closure_ticket_token_file /nowhere/x cannot be read: No such",
        ),
        ({**JIRA, "token_env": "NAME"}, "the environment variable NAME is empty"),
        ({"characters": -1}, "rc_closure_ticket_jira.characters -1 is not a whole number"),
        ({"limit": 0.0}, "rc_closure_ticket_limit 0.0 is not a number of seconds"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, t.Any], sentence: str) -> None:
    (problem,) = opening.problems(options(**given), {})
    assert sentence in problem


def test_a_token_is_taken_from_its_file_then_from_the_environment_then_from_itself(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("of-the-file\n", encoding="utf-8")
    given = {**JIRA, "token": "itself", "token_env": "NAME", "token_file": str(file)}
    environment = {"NAME": "of-the-environment"}
    assert opening.token(options(**given), environment) == "of-the-file"
    assert opening.token(options(**{**given, "token_file": None}), environment) == "of-the-environment"
    assert opening.token(options(**{**given, "token_file": None, "token_env": None}), {}) == "itself"


def test_the_tokens_file_may_be_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "token").write_text("of-the-home-0123\n", "utf-8")
    assert opening.token(options(**{**JIRA, "token_file": "~/token"}), {}) == "of-the-home-0123"
    with pytest.raises(opening.TicketError, match="~nobody-there/x cannot be read: Could not determine home"):
        opening.token(options(**{**JIRA, "token_file": "~nobody-there/x"}), {})


def test_a_token_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(TicketError, match="cannot be read: it is not a text"):
        opening.token(options(**{**JIRA, "token_file": str(tmp_path / "token")}), {})


def test_a_ticket_s_key_that_is_no_issue_s_is_said() -> None:
    with pytest.raises(TicketError, match="rc_closure_ticket_issue is 'PSP-3031': GitHub requires"):
        opened(**{**GITHUB, "issue": None})
