# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a killed attempt left on a host becomes its own evidence, once, and the next attempt counts it."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED
from ansible_collections.psp.rc_closure.plugins.module_utils._text import earlier_attempts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import (
    earlier,
    fetching,
    intents,
    locker,
    recovery,
)
from tests.unit.captured import step
from tests.unit.reports import RELEASE

UPGRADE = step("alembic_upgrade", stderr="Running upgrade a -> b", host="backend")


def _attempt(root: Path, hour: int) -> locker.Attempt:
    return locker.open_attempt(str(root), RELEASE, f"2026-11-24T{hour:02}:00:00.000Z", "staging:/app")


@pytest.fixture
def killed(tmp_path: Path) -> locker.Attempt:
    attempt = _attempt(tmp_path, 1)
    locker.open_package(attempt, 1, {})
    locker.keep(attempt, 1, intents.of("alembic_evidence", {}, "backend"))
    return attempt


@pytest.fixture
def now(tmp_path: Path, killed: locker.Attempt) -> locker.Attempt:
    attempt = _attempt(tmp_path, 2)
    earlier.keep(attempt, 1)
    locker.open_package(attempt, 1, {})
    return attempt


def _entry(attempt: locker.Attempt, **more: t.Any) -> dict[str, t.Any]:
    owner = fetching.owner(attempt, 1, "alembic_evidence", "backend")
    return {"folder": "/var/tmp/x", "owner": owner, "broken": [], "begun": [], "running": [], **more}


def _told(attempt: locker.Attempt) -> list[earlier_attempts.Attempt]:
    found = locker.load_package(attempt, 1).get("earlier_attempts")
    return earlier_attempts.parse(found.stdout if found else "[]")


def test_the_outcome_is_the_killed_attempts_and_is_counted(
    killed: locker.Attempt, now: locker.Attempt
) -> None:
    assert _told(now)[0].intents[0].outcome is None
    assert recovery.keep(now, 1, _entry(killed, broken=["0002-x.json"]), [UPGRADE], "backend")
    kept = killed.package(1) / "0002-alembic_upgrade.json"
    assert json.loads(kept.read_text("utf-8"))["recovered"].endswith("Z")
    assert locker.load_package(killed, 1).get("alembic_upgrade") == UPGRADE
    (told,) = _told(now)
    assert told.intents[0].ended_well
    behind = locker.load_package(now, 1).get("left_behind")
    assert behind
    said = json.loads(behind.stdout)
    assert (said["kept"], said["cannot_be_read"]) == (["alembic_upgrade"], ["0002-x.json"])


def test_what_was_kept_before_the_kill_is_not_kept_twice(killed: locker.Attempt, now: locker.Attempt) -> None:
    locker.keep(killed, 1, [UPGRADE])
    recovery.keep(now, 1, _entry(killed), [UPGRADE, replace(UPGRADE, name="later")], "backend")
    names = [one.name for one in locker.load_package(killed, 1).steps]
    assert names == ["alembic_evidence_intent", "alembic_upgrade", "later"]


def test_what_was_reported_is_not_changed(killed: locker.Attempt, now: locker.Attempt) -> None:
    locker.write_report(killed, "report.json", "{}")
    before = locker.digest(killed)
    assert recovery.keep(now, 1, _entry(killed), [UPGRADE], "backend")
    assert locker.digest(killed) == before
    beside = killed.folder.parents[1] / "recovered" / killed.folder.name / "package_1"
    assert [path.name for path in beside.glob("0*.json")] == ["0001-alembic_upgrade.json"]


@pytest.mark.parametrize("attempt", ["../../../x", "20261124T090000.000000Z", "", None])
def test_what_belongs_to_no_attempt_of_the_locker_stays_and_is_said(
    killed: locker.Attempt, now: locker.Attempt, attempt: str | None
) -> None:
    entry = _entry(killed)
    entry["owner"]["attempt"] = attempt
    before = sorted(now.folder.parents[3].rglob("*"))
    assert not recovery.keep(now, 1, entry, [UPGRADE], "backend")
    new = sorted(set(now.folder.parents[3].rglob("*")) - set(before))
    assert {path.name for path in new} == {"0002-left_behind.json", "0002-left_behind.stdout"}


RECORD = {**UPGRADE.as_dict(), "stdout": {"file": "/var/tmp/x/1.stdout", "sha256": "0" * 64, "bytes": 3}}


@pytest.mark.parametrize("content", [b"abc", OSError("gone")])
def test_a_stream_that_is_not_what_was_put_down_is_said(content: bytes | OSError, tmp_path: Path) -> None:
    def fetch(path: str, into: Path) -> None:
        assert path == "/var/tmp/x/1.stdout"
        if isinstance(content, OSError):
            raise content
        into.write_bytes(content)

    found = fetching.step(RECORD, fetch, tmp_path)
    assert (found.outcome, found.stdout) == (FAILED, "")
    assert "its stdout (3 bytes, left on the host as /var/tmp/x/1.stdout)" in found.reason
    assert not fetching.is_whole(RECORD, found)


def test_a_stream_is_fetched(tmp_path: Path) -> None:
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    record = {**RECORD, "stdout": {**RECORD["stdout"], "sha256": sha256}}
    found = fetching.step(record, lambda _path, into: into.write_bytes(b"abc"), tmp_path)
    assert (found.stdout, fetching.is_whole(record, found)) == ("abc", True)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ((100.5, 109.5), ""),
        # As slow as the connection may be, no more than that is certain.
        ((98.5, 111.5), ""),
        ((1000.5, 1009.5), "the host's clock is at least 899.5 s ahead of the controller's, at most 900.5 s"),
        ((97.0, 106.0), "the host's clock is at least 3.0 s behind the controller's, at most 4.0 s"),
        ((102.0, 112.0), ""),
        ((102.1, 112.1), "the host's clock is at least 2.1 s ahead of the controller's, at most 2.1 s"),
        ((98.0, 108.0), ""),
        ((), ""),
    ],
)
def test_a_clock_that_is_off_is_said(host: tuple[float, ...], said: str) -> None:
    assert fetching.Clock.measured(100.0, host, 110.0).off == said


def test_a_clocks_bound_is_said_of_any() -> None:
    off = fetching.Clock.measured(100.0, (1000.5, 1009.5), 110.0)
    assert off.bound == off.off
    right = fetching.Clock.measured(100.0, (100.0, 109.98), 110.0)
    assert right.bound == "the host's clock is within 0.1 s of the controller's"


@pytest.mark.parametrize(
    ("host", "want"),
    [
        ((100.5, 109.5), "2026-11-24T02:52:03.123Z"),
        ((160.5, 169.5), "2026-11-24T02:51:03.623Z"),
        ((40.5, 49.5), "2026-11-24T02:53:03.623Z"),
    ],
)
def test_a_hosts_time_is_corrected_rather_too_late(host: tuple[float, float], want: str) -> None:
    assert fetching.Clock.measured(100.0, host, 110.0).corrected("2026-11-24T02:52:03.123Z") == want
