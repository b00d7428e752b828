# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An earlier attempt that was never reported is named with what it had begun, and what came of that."""

from __future__ import annotations

import fcntl
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, TIMED_OUT
from ansible_collections.psp.rc_closure.plugins.module_utils._text import earlier_attempts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import earlier, intents, locker
from tests.unit.captured import step
from tests.unit.reports import RELEASE


def _opened(root: Path, hour: int, *packages: int, environment: str = "staging") -> locker.Attempt:
    release = replace(RELEASE, environment=environment)
    attempt = locker.open_attempt(str(root), release, f"2026-11-24T{hour:02}:00:00.000Z")
    for package in packages:
        locker.open_package(attempt, package, {})
    return attempt


def _upgrading(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, intents.of("alembic_evidence", {}, "backend"))


def _told(attempt: locker.Attempt, package: int = 1) -> list[earlier_attempts.Attempt]:
    earlier.keep(attempt, package)
    kept = locker.load_package(attempt, package).get("earlier_attempts")
    return earlier_attempts.parse(kept.stdout) if kept else []


def test_what_was_begun_without_an_outcome(tmp_path: Path) -> None:
    first = _opened(tmp_path, 1, 1)
    _upgrading(first)
    (found,) = _told(_opened(tmp_path, 2))
    assert found.name == first.folder.name
    assert found.kept == {"package_1": ["alembic_evidence_intent"]}
    (intent,) = found.intents
    assert (intent.package, intent.what, intent.host, intent.outcome) == (
        1,
        "alembic upgrade head",
        "backend",
        None,
    )
    assert not intent.ended_well
    assert str(intent).endswith("on backend, and its outcome was not kept")


@pytest.mark.parametrize(
    ("came", "well", "said"),
    [
        ({}, True, "and it ended with status 0"),
        ({"exit_status": 1}, False, "and it ended with status 1"),
        (
            {"exit_status": -9, "outcome": TIMED_OUT, "reason": "stopped at its limit of 4 s"},
            False,
            "and then: stopped at its limit of 4 s",
        ),
        (
            {"exit_status": None, "outcome": FAILED, "reason": "it was not found"},
            False,
            "and then: it was not found",
        ),
    ],
)
def test_what_came_of_it(tmp_path: Path, came: dict[str, t.Any], well: bool, said: str) -> None:
    first = _opened(tmp_path, 1, 1, 2)
    # What came before it is no outcome of it.
    locker.keep(first, 1, [step("alembic_upgrade", stderr="older")])
    _upgrading(first)
    done = step("alembic_upgrade", stderr="all", **came)
    locker.keep(first, 1, [step("alembic_current"), done])
    second = _opened(tmp_path, 2)
    (own,), (other,) = (_told(second, package)[0].intents for package in (1, 2))
    assert own.outcome is not None
    assert (own.outcome.name, own.outcome.exit_status) == (done.name, done.exit_status)
    assert own.ended_well is well
    assert str(own).endswith(said)
    # The streams are with the package that they are of.
    assert (own.outcome.stderr, other.outcome and other.outcome.stderr) == ("all", "")


def test_what_was_reported_or_is_of_another_place_is_not_named(tmp_path: Path) -> None:
    for hour, environment in ((1, "staging"), (2, "other")):
        _upgrading(_opened(tmp_path, hour, 1, environment=environment))
    (reported,) = tmp_path.glob("*/*/attempts/20261124T01*")
    (reported / "report.json").write_text("{}")
    _opened(tmp_path, 3)
    fourth = _opened(tmp_path, 4)
    _upgrading(_opened(tmp_path, 5, 1))
    assert _told(fourth) == []
    assert not fourth.package(1).exists()


def test_it_is_named_once_in_a_package(tmp_path: Path) -> None:
    _upgrading(_opened(tmp_path, 1, 1))
    second = _opened(tmp_path, 2)
    for _host in range(2):
        earlier.keep(second, 3)
    assert [one.name for one in locker.load_package(second, 3).steps] == ["earlier_attempts"]


def test_which_report_has_told_of_it(tmp_path: Path) -> None:
    _upgrading(_opened(tmp_path, 1, 1))
    second = _opened(tmp_path, 2)
    assert _told(second)[0].told == {}
    (second.folder / "report.json").write_text("{}")
    (found,) = _told(_opened(tmp_path, 3))
    assert (found.told_of(1), found.told_of(2)) == (second.folder.name, "")


def test_a_step_that_was_cut_off_is_said_and_hides_nothing(tmp_path: Path) -> None:
    first = _opened(tmp_path, 1, 1)
    _upgrading(first)
    locker.keep(first, 1, [step("alembic_upgrade", stderr="all")])
    next(first.folder.rglob("*.stderr")).write_text("al")
    next(first.folder.rglob("*_intent.json")).write_text("{")
    (first.folder / "attempt.json").write_text("{")
    (found,) = _told(_opened(tmp_path, 2))
    (intent,) = found.intents
    assert "0001-alembic_evidence_intent.json said, which cannot be read" in str(intent)
    assert intent.outcome is None


def test_one_that_is_at_work_beside_this_one_tells_of_itself(tmp_path: Path) -> None:
    beside = _opened(tmp_path, 1, 1)
    _upgrading(beside)
    with (beside.folder / locker.RUNNING).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert _told(_opened(tmp_path, 2), 0) == []
        # Of the same package it may have been killed a moment ago.
        assert [one.name for one in _told(_opened(tmp_path, 3, 1))] == [beside.folder.name]
    assert [one.name for one in _told(_opened(tmp_path, 4), 0)][:1] == [beside.folder.name]
