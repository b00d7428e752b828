# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes against GitHub's description is noticed, on both sides."""

from __future__ import annotations

import asyncio
import json
import typing as t

import pytest

from tests.contract import description
from tests.contract.exchange import Exchange, violations
from tests.contract.github import Held, Message
from tests.contract.refresh import OPERATIONS

COMMENTS = "/repos/psp/backend/issues/1/comments"
COMMENT = {
    "id": 1,
    "node_id": "IC_1",
    "url": "https://api.github.com/repos/psp/backend/issues/comments/1",
    "html_url": "https://github.com/psp/backend/issues/1#issuecomment-1",
    "issue_url": "https://api.github.com/repos/psp/backend/issues/1",
    "user": None,
    "created_at": "2026-11-24T02:52:03Z",
    "updated_at": "2026-11-24T02:52:03Z",
    "body": "text",
}


def exchange(
    body: t.Any, status: int, answer: t.Any, path: str = COMMENTS, kind: str = "application/json"
) -> Held:
    """Return the layer after one POST of C(body), answered with C(status) and C(answer)."""

    async def application(scope: t.Any, receive: t.Any, send: t.Any) -> None:
        await receive()
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: Message) -> None:
        assert message

    held = Held(application)
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    asyncio.run(held(scope, receive, send))
    return held


def test_what_keeps_to_the_contract_is_let_through() -> None:
    held = exchange({"body": "text"}, 201, COMMENT)
    assert (held.violations, held.checked) == ([], 1)


@pytest.mark.parametrize(
    ("body", "status", "answer", "violation"),
    [
        ({}, 201, COMMENT, "'body' is a required property"),
        ({"body": "x", "text": "x"}, 201, COMMENT, "the operation's body has no key 'text'"),
        ({"body": "x"}, 201, {**COMMENT, "id": "1"}, "'1' is not of type 'integer'"),
        ({"body": "x"}, 201, {}, "'node_id' is a required property"),
        ({"body": "x"}, 204, {}, "204"),
        ({"body": "x"}, 401, {"error": "no message"}, "401"),
    ],
)
def test_what_goes_against_it_is_noticed(body: t.Any, status: int, answer: t.Any, violation: str) -> None:
    (found,) = exchange(body, status, answer).violations
    assert found.startswith(f"POST {COMMENTS}: {status}: ")
    assert violation in found


def test_a_path_that_github_does_not_have_is_noticed() -> None:
    path = "/repos/psp/backend/issues/1/remarks"
    assert exchange({"body": "x"}, 201, COMMENT, path).violations


def test_refusals_that_the_description_leaves_out_are_none() -> None:
    assert exchange({"body": "x"}, 429, {"message": "slow down"}).violations == []


def test_a_page_before_the_api_is_no_answer_of_it() -> None:
    assert exchange({"body": "x"}, 200, "<html>", kind="text/html; charset=utf-8").checked == 0


def test_the_slice_names_its_source() -> None:
    vendored = description.DESCRIPTION
    assert vendored.with_name("LICENSE.github").read_text("utf-8").startswith("MIT License")
    assert json.loads(vendored.read_text("utf-8"))["servers"] == [{"url": description.HOST}]


def test_the_slice_holds_the_operations_in_use() -> None:
    paths = json.loads(description.DESCRIPTION.read_text("utf-8"))["paths"]
    held = {path: {key for key in item if key != "parameters"} for path, item in paths.items()}
    assert held == {path: set(methods) for path, methods in OPERATIONS.items()}


@pytest.mark.parametrize(("path", "mended"), description.FLAWS.items())
def test_a_flaw_that_a_newer_description_no_longer_has_is_struck(path: t.Any, mended: t.Any) -> None:
    vendored = json.loads(description.DESCRIPTION.read_text("utf-8"))
    wrong = description.at(vendored, path)
    assert mended(wrong) != wrong
    assert mended(mended(wrong)) == mended(wrong) == description.at(description.description(), path)


JOBS = "/repos/psp/backend/actions/runs/42/jobs"
DISPATCHES = "/repos/psp/backend/actions/workflows/7/dispatches"
LOGS = "/repos/psp/backend/actions/jobs/99/logs"


@pytest.mark.parametrize(
    ("method", "address", "status", "answer", "violation"),
    [
        ("GET", f"{JOBS}?filter=latest&per_page=100&page=1", 304, None, ""),
        ("GET", f"{JOBS}?filter=latest", 304, {"message": "a body"}, "304"),
        ("GET", f"{JOBS}?filter=newest", 304, None, "'newest' is not one of"),
        ("GET", f"{JOBS}?attempt=1", 304, None, "the operation has no parameter 'attempt'"),
        ("GET", JOBS, 410, {"message": "Gone"}, "410"),
        ("GET", LOGS, 410, {"message": "Gone"}, ""),
        ("GET", LOGS, 410, {"gone": True}, "410"),
        ("POST", DISPATCHES, 422, {"message": "No ref found for: x"}, ""),
        ("POST", DISPATCHES, 409, {"message": "Conflict"}, "409"),
        ("POST", DISPATCHES, 204, None, ""),
        ("POST", DISPATCHES, 200, {"workflow_run_id": 42}, "'run_url' is a required property"),
        ("GET", "/repos/psp/backend/commits/release%2F1?per_page=1", 404, {"message": "Not Found"}, ""),
        ("GET", "/repos/psp/backend/commits/release/1", 404, {"message": "Not Found"}, "Path not found"),
    ],
)
def test_what_an_exchange_may_be(
    method: str, address: str, status: int, answer: t.Any, violation: str
) -> None:
    path, _mark, query = address.partition("?")
    found = violations(
        Exchange(
            method,
            path,
            query,
            status,
            {"content-type": "application/json"},
            {"content-type": "application/json"},
            b'{"ref": "main"}' if method == "POST" else b"",
            b"" if answer is None else json.dumps(answer).encode(),
        )
    )
    assert bool(found) == bool(violation)
    assert all(violation in said for said in found)
