# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API that is described: what is asked, whose the answer is, and which state it shows."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.run_api import RunApi, problems

NOW = datetime(2026, 11, 24, 2, 52, 3, tzinfo=UTC)
PATH = "/api/v1/reconciliation/runs"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ASKED = f"GET http://b{PATH}/r-1"


@pytest.mark.parametrize(
    ("request_", "method", "path", "body"),
    [
        ({}, "POST", PATH, "{}"),
        ({"body": {"provider": "acme"}}, "POST", PATH, '{"provider": "acme"}'),
        ({"path": "/r", "query": {"day": 1, "dry": False}}, "POST", "/r?day=1&dry=false", None),
        ({"path": "/r?v=2", "query": {"q": "a b&c"}}, "POST", "/r?v=2&q=a+b%26c", None),
        ({"query": {"q": "x"}, "body": {"a": 1}}, "POST", f"{PATH}?q=x", '{"a": 1}'),
        ({"method": "put"}, "PUT", PATH, "{}"),
        ({"method": "GET", "path": "/start"}, "GET", "/start", None),
        ({"headers": FORM, "body": {"a": 1, "b": "x y"}}, "POST", PATH, "a=1&b=x+y"),
        ({"body": {"key": "{unique}"}}, "POST", PATH, '{"key": "u1"}'),
        (
            {"body": {"window": [{"from": "{now-24h}", "to": "{now}", "z": "{now+1d}Z"}]}},
            "POST",
            PATH,
            '{"window": [{"from": "2026-11-23T02:52:03", "to": "2026-11-24T02:52:03",'
            ' "z": "2026-11-25T02:52:03Z"}]}',
        ),
    ],
)
def test_the_request(request_: dict[str, t.Any], method: str, path: str, body: str | None) -> None:
    made = RunApi({"request": request_}).request("u1", NOW)
    assert (made.method, made.path, made.body) == (method, path, body)


def test_headers_are_filled_in_as_text() -> None:
    made = RunApi({"request": {"headers": {"Idempotency-Key": "{unique}", "X-Version": 2}}}).request(
        "u1", NOW
    )
    assert made.headers == {"Idempotency-Key": "u1", "X-Version": "2"}


def test_where_a_run_is_looked_at() -> None:
    assert RunApi().answer_path("a/b") == f"{PATH}/a%2Fb"
    assert RunApi({"request": {"path": "/r"}}).answer_path("7") == "/r/7"
    assert (
        RunApi({"answer": {"path": "/runs/{id}/outcome?full=1"}}).answer_path("7") == "/runs/7/outcome?full=1"
    )


@pytest.mark.parametrize(
    ("pointer", "body", "found"),
    [
        ("/reconciliation", '{"reconciliation": "mtb-1", "id": "x"}', "mtb-1"),
        ("/runs/0/key", '{"runs": [{"key": 17}]}', "17"),
        ("/a~1b", '{"a/b": "x"}', "x"),
        ("/missing", '{"id": "x"}', ""),
        ("/it", '{"it": {"id": "x"}}', ""),
        ("/it", "<html>", ""),
    ],
)
def test_an_id_that_is_elsewhere(pointer: str, body: str, found: str) -> None:
    assert RunApi({"id": pointer}).id_of(body) == found


WORDS = {"pointer": "/durum", "queued": ["bekliyor"], "completed": ["bitti"], "failed": ["hata"]}
SUCCESS = {
    "completed": {"pointer": "/sonuc/basarili", "values": [True]},
    "failed": {"pointer": "/sonuc/basarili", "values": [False]},
}
FIELDS = {"completed": {"pointer": "/finished_at"}, "running": {"pointer": "/started_at"}}


@pytest.mark.parametrize(
    ("state", "body", "found"),
    [
        (WORDS, '{"durum": "BITTI"}', "completed"),
        (WORDS, '{"durum": "hata"}', "failed"),
        (WORDS, '{"durum": "bekliyor"}', "queued"),
        # One that nobody described is no end.
        (WORDS, '{"durum": "iptal"}', "iptal"),
        (WORDS, '{"status": "completed"}', ""),
        ({**WORDS, "completed": ["", "bitti"]}, '{"durum": null}', ""),
        (WORDS, '{"durum": "done"}', "done"),
        (WORDS, '{"durum": "processing"}', "running"),
        ({"pointer": "/state"}, '{"state": "SUCCEEDED"}', "completed"),
        (SUCCESS, '{"sonuc": {"basarili": true}}', "completed"),
        (SUCCESS, '{"sonuc": {"basarili": false}}', "failed"),
        (SUCCESS, '{"sonuc": null}', ""),
        (SUCCESS, '{"sonuc": {"basarili": null}, "status": "ok"}', ""),
        (FIELDS, '{"started_at": "t", "finished_at": null}', "running"),
        (FIELDS, '{"started_at": "t", "finished_at": "t"}', "completed"),
        (FIELDS, '{"started_at": null}', ""),
        (
            {"completed": {"pointer": "/a"}, "failed": {"pointer": "/b"}},
            '{"a": 1, "b": 1}',
            "failed and completed",
        ),
        ({"completed": ["ok"], "failed": ["bad"]}, '{"status": "ok"}', "completed"),
    ],
)
def test_where_the_state_is_and_what_means_what(state: dict[str, t.Any], body: str, found: str) -> None:
    assert RunApi({"state": state}).state(body) == found


@pytest.mark.parametrize(
    ("api", "body", "found"),
    [
        ({}, '{"status": "completed"}', "completed"),
        ({}, '{"id": "r-1", "status": "completed"}', "completed"),
        ({}, '{"id": "r-2", "status": "completed"}', ""),
        ({"answer": {"id": "/run"}}, '{"run": "r-1", "id": 9, "status": "failed"}', "failed"),
        ({"answer": {"id": "/run"}}, '{"run": "r-2", "status": "failed"}', ""),
        ({"answer": {"id": "/run"}}, '{"status": "failed"}', "failed"),
    ],
)
def test_an_answer_without_an_id_is_of_the_address_asked(
    api: dict[str, t.Any], body: str, found: str
) -> None:
    assert RunApi(api).state_of(body, "r-1", ASKED) == found
    assert RunApi(api).state_of(body, "r-1", "GET http://b/runs/latest") == (found if "r-1" in body else "")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"requests": {}}, "has no requests"),
        ({"request": {"url": "x"}}, "request has no url"),
        ({"request": "POST"}, "request is not a dictionary"),
        ({"request": {"method": "DELETE"}}, "request.method is not one of"),
        ({"request": {"path": "runs"}}, "request.path 'runs' is not an absolute path"),
        ({"answer": {"path": "/runs/latest"}}, "answer.path does not contain {id}"),
        ({"id": "run_id"}, "id 'run_id' is not a JSON pointer"),
        ({"state": {"pointer": "state"}}, "state.pointer 'state' is not a JSON pointer"),
        ({"state": {"completed": "done"}}, "state.completed is neither a list of words"),
        ({"state": {"completed": {"values": [1]}}}, "state.completed.pointer 'missing' is not"),
        ({"state": {"queued": ["new"]}}, "state says neither where it is"),
    ],
)
def test_what_is_wrong_with_a_description(given: dict[str, t.Any], told: str) -> None:
    (found,) = problems(given)
    assert told in found


def test_a_description_that_is_right() -> None:
    assert problems({}) == []
    assert problems({"request": None, "state": SUCCESS, "queued": False, "answer": {"path": "/x/{id}"}}) == []
