# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role signs the closing record and verifies it, and says early what is wrong with a key."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.integration.tickets.test_role import Closure
from tests.unit.captured import NOW, RELEASE, step
from tests.unit.plugins.plugin_utils.tell.record import keys

PASSPHRASE = "açıl susam açıl"
PASSED = {
    "run": {"status": "PASS"},
    "gate": {"status": "PASS"},
    "packages": {},
    "paths": {"report.md": "", "report.html": ""},
}


@pytest.fixture
def closure(tmp_path: Path) -> Closure:
    attempt = locker.open_attempt(str(tmp_path / "locker"), RELEASE, NOW)
    locker.open_package(attempt, 1, {"table": "reconciliation_findings", "columns": ["provider"]})
    locker.keep(attempt, 1, [step("alembic_current", stdout="0004_provider_events\n")])
    return Closure(tmp_path, attempt)


def verified(closure: Closure, public: Path) -> tuple[int, str]:
    return closure.play("verify", rc_closure_record={"public_key": str(public)})


def test_a_record_is_signed_and_verified(
    closure: Closure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, other = (keys.make(tmp_path, "P-256", name, PASSPHRASE) for name in ("own", "other"))
    monkeypatch.setenv("RC_CLOSURE_SIGNING_KEY", str(pair.key))
    monkeypatch.setenv("RC_CLOSURE_SIGNING_PASSPHRASE", PASSPHRASE)
    _status, printed = closure.closes()
    assert "closing record: signed with key " in printed
    keys.verify((closure.attempt.folder / "record.dsse.json").read_text("utf-8"), pair.public)
    kept = "".join(path.read_text("utf-8") for path in tmp_path.glob("locker/**/*") if path.is_file())
    secrets = [PASSPHRASE, *pair.key.read_text("ascii").splitlines()[1:-1]]
    assert not any(secret in printed + kept for secret in secrets)

    status, printed = verified(closure, pair.public)
    assert status == 0, printed
    assert "record.dsse.json is signed with key " in printed
    status, printed = verified(closure, other.public)
    assert status == 2
    assert f"and not with that of {other.public}" in printed


def test_without_a_key_it_says_unsigned(closure: Closure, tmp_path: Path) -> None:
    _status, printed = closure.closes()
    assert "closing record: unsigned" in printed
    status, printed = closure.play("verify")
    assert status == 0, printed
    assert "record.dsse.json is unsigned" in printed
    status, printed = verified(closure, keys.make(tmp_path).public)
    assert status == 2
    assert "record.dsse.json is unsigned" in printed


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"signing_key": "/none.key"}, "rc_closure_record.signing_key /none.key cannot be read"),
        ({"signing_key": "hsm:1"}, "rc_closure_record.public_key is missing"),
        ({"timestamp_url": "tsa.example"}, "rc_closure_record.timestamp_url 'tsa.example' is not a valid"),
    ],
)
def test_what_cannot_be_used_is_said_before(closure: Closure, record: dict[str, str], problem: str) -> None:
    status, printed = closure.play("preflight", rc_closure_record=record)
    assert status == 2
    assert problem in printed


@pytest.mark.parametrize(("problem", "status"), [("", 0), ("the service is away", 2)])
def test_the_gate_asks_for_the_signature(closure: Closure, problem: str, status: int) -> None:
    fact: dict[str, t.Any] = {**PASSED, "record": {"said": f"unsigned; {problem}", "problem": problem}}
    found, printed = closure.play("main", facts={"rc_closure_report": fact})
    assert found == status, printed
    assert f"closing record: unsigned; {problem}" in printed
