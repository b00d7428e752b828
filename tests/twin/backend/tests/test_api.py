# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API as its callers see it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from app import access_log, security
from app.main import app
from app.rate_limit import MinuteLimit
from app.settings import settings

WEBHOOK = "/api/v1/payments/webhook/acmepay"
EVENT = json.dumps({"event_id": "event-1", "player_id": 1, "amount": 500}).encode()


class Client:
    """Calls the application in-process; an answer comes when its background work is done too."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://backend",
            headers={"Authorization": f"Bearer {settings.api_token}"},
        )

    def get(self, path: str, **more: Any) -> httpx.Response:
        """GET."""
        return self._runner.run(self._client.get(path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        """POST."""
        return self._runner.run(self._client.post(path, **more))


@pytest.fixture
def client(engine: Engine) -> Iterator[Client]:
    """The application, started and stopped."""
    with asyncio.Runner() as runner:
        life = app.app.router.lifespan_context(app.app)
        runner.run(life.__aenter__())
        yield Client(runner)
        runner.run(life.__aexit__(None, None, None))


def signature(body: bytes) -> str:
    """As the provider signs."""
    return hmac.new(settings.webhook_secrets["acmepay"].encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("enforced", "body", "signed", "status", "code"),
    [
        (True, EVENT, signature(EVENT), 200, None),
        (True, EVENT, "", 401, "WEBHOOK_SIGNATURE_INVALID"),
        (True, EVENT, signature(b"other"), 401, "WEBHOOK_SIGNATURE_INVALID"),
        (True, b"{}", "", 401, "WEBHOOK_SIGNATURE_INVALID"),
        (True, b"{}", signature(b"{}"), 422, "VALIDATION_ERROR"),
        (False, EVENT, "", 200, None),
        (False, b"{}", "", 422, "VALIDATION_ERROR"),
    ],
)
def test_webhook(
    client: Client,
    set_flags: Callable[..., None],
    *,
    enforced: bool,
    body: bytes,
    signed: str,
    status: int,
    code: str | None,
) -> None:
    set_flags(webhook_signature_enforced=enforced)
    answer = client.post(WEBHOOK, content=body, headers={"X-Signature": signed})
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("code") == code


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {settings.api_token}"])
def test_a_token_is_needed(client: Client, header: str) -> None:
    answer = client.get("/api/v1/flags", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")


def test_a_run_is_queued_and_carried_out(client: Client) -> None:
    asked = client.post("/api/v1/reconciliation/runs", json={"provider": "acmepay"})
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    run = client.get(f"/api/v1/reconciliation/runs/{asked.json()['id']}").json()
    assert (run["status"], run["findings"]) == ("completed", 0)


def test_an_approved_withdrawal_is_paid_once(client: Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE wallets SET balance = 500 WHERE player_id = 1"))
    asked = client.post("/api/v1/withdrawals", json={"player_id": 1, "amount": 200}).json()
    pending = client.get("/api/v1/withdrawals", params={"status": "pending"}).json()
    assert [withdrawal["id"] for withdrawal in pending] == [asked["id"]]
    approve = f"/api/v1/withdrawals/{asked['id']}/approve"
    assert client.post(approve).json()["status"] == "paid"
    assert client.post(approve).status_code == 409
    with engine.connect() as connection:
        balance = connection.scalar(text("SELECT balance FROM wallets WHERE player_id = 1"))
    assert balance == 300


def test_a_withdrawal_beyond_the_wallet_is_refused(client: Client) -> None:
    asked = client.post("/api/v1/withdrawals", json={"player_id": 1, "amount": 1}).json()
    answer = client.post(f"/api/v1/withdrawals/{asked['id']}/approve")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "BALANCE_INSUFFICIENT")


def test_too_many_requests_a_minute_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "_limit", MinuteLimit(2))
    statuses = [client.get("/api/v1/flags").status_code for _time in range(3)]
    assert statuses == [200, 200, 429]


@pytest.fixture
def last_line(client: Client, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """The newest line of an access log."""
    path = tmp_path / "access.log"
    access_log.open_log(str(path))
    return lambda: json.loads(path.read_text(encoding="utf-8").splitlines()[-1])


def test_access_log_names_the_error(client: Client, last_line: Callable[[], dict[str, Any]]) -> None:
    client.post(WEBHOOK, content=b"{}")
    line = last_line()
    assert (line["method"], line["path"], line["status"]) == ("POST", WEBHOOK, 422)
    assert line["error_code"] == "VALIDATION_ERROR"


def test_access_log_has_unexpected_errors_too(
    engine: Engine, client: Client, last_line: Callable[[], dict[str, Any]]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE withdrawals RENAME TO hidden"))
    try:
        with pytest.raises(ProgrammingError):
            client.get("/api/v1/withdrawals")
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE hidden RENAME TO withdrawals"))
    line = last_line()
    assert (line["status"], line["error_code"]) == (500, "INTERNAL_ERROR")
