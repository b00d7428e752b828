# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client that all APIs share: lists and objects, what is repeated and what is not, what a step shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.http import Exchange
from ansible_collections.psp.rc_closure.plugins.module_utils._clients.rest import Answer, RestClient, joined
from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from tests.unit.captured import step
from tests.unit.plugins.module_utils._clients.fake_github import (
    TOKEN,
    FakeGitHub,
    QuickDeadline,
    Reply,
    serve,
)

STEP = StepName("ask", "Ask")
OK = Reply(body={"id": 42})


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    QuickDeadline.pauses = []
    with serve() as server:
        yield server


def explain(exchange: Exchange, json_wanted: bool) -> str:
    status = exchange.step.exit_status
    well = status and status < 300 and not (json_wanted and exchange.json() is None)
    return "" if well else f"{status}!"


def client(fake: FakeGitHub, **more: Any) -> RestClient:
    return RestClient(
        f"{fake.url}/api/",
        str,
        QuickDeadline(300),
        explain=explain,
        is_rate_limited=lambda exchange: exchange.step.exit_status == 429,
        headers={"Authorization": f"Bearer {TOKEN}"},
        **more,
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_a_request_goes_below_the_base_with_the_client_s_headers(fake: FakeGitHub, method: str) -> None:
    fake.on(method, "/api/x", OK)
    body = None if method == "GET" else {"a": ["é"]}
    answer = client(fake).ask(method, "/x", STEP, query={"q": "a b"}, body=body)
    (asked,) = fake.requests
    assert (answer.document, answer.problem) == ({"id": 42}, "")
    assert (asked.query, asked.body) == ({"q": "a b"}, body)
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_may_be_repeated_is_repeated_where_the_server_is_unwell(fake: FakeGitHub, method: str) -> None:
    fake.on(method, "/api/x", Reply(502), Reply(500, "oops", cut=True), OK)
    assert client(fake).ask(method, "/x", STEP).document == {"id": 42}
    assert QuickDeadline.pauses == [0, 2]


def test_what_makes_something_is_not_repeated_but_for_a_rate_limit(fake: FakeGitHub) -> None:
    fake.on("POST", "/api/x", Reply(429, headers={"Retry-After": "9"}), Reply(502), OK)
    answer = client(fake).ask("POST", "/x", STEP)
    assert (answer.status, answer.problem, answer.passing) == (502, "502!", True)
    assert QuickDeadline.pauses == [9]


def test_a_time_that_is_named_by_its_date_is_waited_for(fake: FakeGitHub) -> None:
    soon = formatdate(time.time() + 100, usegmt=True)
    fake.on("GET", "/api/x", Reply(429, headers={"Retry-After": soon}), OK)
    assert client(fake).ask("GET", "/x", STEP).document == {"id": 42}
    assert QuickDeadline.pauses == [pytest.approx(100, abs=10)]


def test_a_pause_that_outlasts_the_deadline_is_not_made(fake: FakeGitHub) -> None:
    fake.on("GET", "/api/x", Reply(429, headers={"Retry-After": "301"}), OK)
    assert client(fake).ask("GET", "/x", STEP).problem == "429!"
    assert QuickDeadline.pauses == []


def test_lists_are_items_like_those_below_a_key(fake: FakeGitHub) -> None:
    fake.on("GET", "/api/list", Reply(body=[{"id": 1}, {"id": 2}]))
    fake.on("GET", "/api/object", Reply(body={"values": [{"id": 3}]}))
    api = client(fake)
    listed, keyed = api.ask("GET", "/list", STEP), api.ask("GET", "/object", STEP)
    assert [item["id"] for item in listed.items()] == [1, 2]
    assert [item["id"] for item in keyed.items("values")] == [3]
    assert listed.document == {}
    assert [item["id"] for item in joined([listed, listed]).items()] == [1, 2, 1, 2]


@pytest.mark.parametrize("body", ["hello", "12", "null"])
def test_what_is_neither_is_no_document(fake: FakeGitHub, body: str) -> None:
    fake.on("GET", "/api/x", Reply(body=body))
    assert client(fake).ask("GET", "/x", STEP).documents == ()


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ({"date": "Tue, 24 Nov 2026 02:52:00 GMT"}, datetime(2026, 11, 24, 2, 52, tzinfo=UTC)),
        ({"date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_servers_own_time(headers: dict[str, str], moment: datetime | None) -> None:
    assert Answer(step("ask"), headers, (), "").server_time == moment


def test_evidence_shows_what_went_to_and_fro_and_other_traffic_does_not(fake: FakeGitHub) -> None:
    fake.on("POST", "/api/x", Reply(body={"said": "back"}))
    shown = client(fake).ask("POST", "/x", STEP, body={"said": "there"}).step
    assert "there" in shown.command
    assert "back" in shown.stdout
    assert "200 OK" in shown.stderr
    answer = client(fake, kept=False).ask("POST", "/x", STEP, body={"said": "there"})
    assert answer.step.command == f"POST {fake.url}/api/x"
    assert (answer.step.stdout, answer.step.stderr, answer.document) == ("", "", {"said": "back"})


@pytest.mark.parametrize(
    ("body", "headers", "page", "is_json"),
    [
        (b"{}", {}, False, True),
        (b"", {}, False, False),
        (b" <html>", {}, True, False),
        (b"hello", {"content-type": "text/html; charset=utf-8"}, True, False),
    ],
)
def test_an_exchange_says_what_its_answer_is(
    body: bytes, headers: dict[str, str], page: bool, is_json: bool
) -> None:
    exchange = Exchange(step("x", command='GET https://host/x {"a": 1}'), headers, body)
    assert (exchange.is_web_page, exchange.asked) == (page, "GET https://host/x")
    assert (exchange.json() is not None) is is_json


def test_a_deadline_lets_no_pause_pass_it() -> None:
    slept: list[float] = []
    deadline = Deadline(2, clock=lambda: sum(slept), sleep=slept.append)
    assert deadline.pause(1.5)
    assert not deadline.pause(5)
    assert (slept, deadline.left) == ([1.5, 0.5], 0)


def test_an_answer_without_documents_has_none() -> None:
    assert Answer(step("x"), {}, (), "").items() == []
