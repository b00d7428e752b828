# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ticket tells beforehand of why it cannot be written to; where it tells nothing, nothing is said."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.github_ticket import GitHubTicket
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.jira_ticket import JiraTicket
from tests.unit.plugins.module_utils._clients.fake_github import REPOSITORY, FakeGitHub, Reply, serve

LOCKED: dict[str, t.Any] = {"state": "open", "locked": True}
OUTSIDER = {"permissions": {"pull": True, "push": False}}
READER = {"x-oauth-scopes": "read:user, repo:status"}
WRITER = {"x-oauth-scopes": "repo, read:org"}


@pytest.fixture
def server() -> t.Iterator[FakeGitHub]:
    with serve() as made:
        yield made


@pytest.mark.parametrize(
    ("issue", "headers", "repository", "told"),
    [
        ({}, {}, Reply(200, {"archived": False}), ""),
        ({}, WRITER, Reply(200, OUTSIDER), ""),
        ({}, {}, Reply(404, {"message": "Not Found"}), ""),
        ({}, {}, Reply(200, {"archived": True}), "psp/backend is archived, so nothing can be written"),
        (
            {},
            READER,
            Reply(200, {}),
            "the token has only the scopes read:user, repo:status: give it the scope repo",
        ),
        (LOCKED, WRITER, Reply(200, OUTSIDER), "the issue 7 is locked: unlock it"),
        (LOCKED, WRITER, Reply(200, {"permissions": {"push": True}}), ""),
        (LOCKED, {}, Reply(200, OUTSIDER), ""),
    ],
)
def test_github(
    server: FakeGitHub, issue: dict[str, t.Any], headers: dict[str, str], repository: Reply, told: str
) -> None:
    server.on("GET", f"{REPOSITORY}/issues/7", Reply(200, issue, headers))
    server.on("GET", REPOSITORY, repository)
    given = {"url": server.url, "repository": "psp/backend", "ca_file": None}
    said = GitHubTicket(given, "7", "token", str, Deadline(5)).refusal()
    assert said.startswith(told)
    assert bool(said) == bool(told)


def have(**permissions: bool) -> Reply:
    told = {name: {"key": name, "havePermission": value} for name, value in permissions.items()}
    return Reply(200, {"permissions": told})


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (have(ADD_COMMENTS=True, EDIT_ISSUES=True, TRANSITION_ISSUES=True), ""),
        (have(ADD_COMMENTS=True), ""),
        (Reply(404, {"errorMessages": ["no"]}), ""),
        (
            have(ADD_COMMENTS=False, EDIT_ISSUES=False),
            "the token requires Add Comments and Edit Issues on PSP-1",
        ),
    ],
)
def test_jira(server: FakeGitHub, answer: Reply, told: str, close: bool) -> None:
    server.on("GET", "/rest/api/2/mypermissions", answer)
    assert jira(server, close=close) == told


@pytest.mark.parametrize(
    ("close", "told"), [(False, ""), (True, "the token requires Transition Issues on PSP-1")]
)
def test_jira_is_closed_only_where_that_is_asked_for(server: FakeGitHub, close: bool, told: str) -> None:
    server.on("GET", "/rest/api/2/mypermissions", have(ADD_COMMENTS=True, TRANSITION_ISSUES=False))
    assert jira(server, close=close) == told


def jira(server: FakeGitHub, *, close: bool) -> str:
    given = {"url": server.url, "deployment": "data_center", "close": close, "ca_file": None}
    return JiraTicket(given, "PSP-1", "token", str, Deadline(5)).refusal()
