# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: a token that is given, or that a login answers, and again when it ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.authorization import Authorization
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import RECON_GET
from ansible_collections.psp.rc_closure.plugins.modules.recon_run_lifecycle import ARGUMENT_SPEC
from tests.unit.collecting import collector
from tests.unit.plugins.module_utils._clients.fake_github import FakeGitHub, Reply, serve

FIRST, SECOND = "first-token-0123", "second-token-4567"
BODY = {"kullanici": "nobetci", "parola": "gizli-parola-1"}


@pytest.fixture
def api() -> t.Iterator[FakeGitHub]:
    with serve() as server:
        server.on("GET", "/x", Reply(200, {"ok": True}))
        yield server


def made(**token: t.Any) -> Collector:
    return collector(ARGUMENT_SPEC, url="", worker_log={}, token=token)


def login(api: FakeGitHub, **more: t.Any) -> dict[str, t.Any]:
    return {"url": f"{api.url}/login", "body": BODY, "pointer": "/veri/erisim", **more}


def ask(given: Collector, api: FakeGitHub) -> t.Any:
    return Authorization(given).ask("GET", f"{api.url}/x", RECON_GET, limit=5)


@pytest.mark.parametrize(
    ("token", "header", "sent"),
    [
        ({}, "authorization", None),
        ({"value": FIRST}, "authorization", f"Bearer {FIRST}"),
        ({"value": FIRST, "scheme": "Token"}, "authorization", f"Token {FIRST}"),
        ({"value": FIRST, "header": "X-Api-Key", "scheme": ""}, "x-api-key", FIRST),
    ],
)
def test_the_header(api: FakeGitHub, token: dict[str, str], header: str, sent: str | None) -> None:
    ask(made(**token), api)
    assert api.asked("GET", "/x")[0].headers.get(header) == sent


def test_a_login_is_made_again_when_its_token_ends(api: FakeGitHub) -> None:
    api.on(
        "POST", "/login", Reply(200, {"veri": {"erisim": FIRST}}), Reply(200, {"veri": {"erisim": SECOND}})
    )
    api.on("GET", "/x", Reply(401, {"kod": "bitti"}), Reply(200, {"seen": SECOND}))
    given = made(login=login(api))
    answer = ask(given, api)
    assert answer.step.exit_status == 200
    assert [one.headers["authorization"] for one in api.asked("GET", "/x")] == [
        f"Bearer {FIRST}",
        f"Bearer {SECOND}",
    ]
    assert [one.body for one in api.asked("POST", "/login")] == [BODY, BODY]
    # Neither is kept, nor shown where an answer has it.
    assert given.steps == []
    assert SECOND not in str(answer.step)


def test_a_token_that_is_refused_at_once_is_not_asked_for_for_ever(api: FakeGitHub) -> None:
    api.on("POST", "/login", Reply(200, {"veri": {"erisim": FIRST}}))
    api.on("GET", "/x", Reply(401, {}))
    assert ask(made(login=login(api)), api).step.exit_status == 401
    assert len(api.asked("POST", "/login")) == 2


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(403, {"mesaj": "yanlis"}), "the login POST .*/login: status 403"),
        (Reply(200, {"veri": {}}), "has no text at /veri/erisim"),
        (Reply(200, "<html>"), "has no text at /veri/erisim"),
    ],
)
def test_a_login_that_gives_no_token_is_said_without_its_body(
    api: FakeGitHub, reply: Reply, told: str
) -> None:
    api.on("POST", "/login", reply)
    with pytest.raises(CollectError, match=told) as caught:
        ask(made(login=login(api)), api)
    assert BODY["parola"] not in str(caught.value)
    assert api.asked("GET", "/x") == []
