# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run has a staging; a run that is gone does not keep it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import lease

FIRST = {"ticket": "PSP-1", "since": "2026-11-24T02:52:03.123Z", "token": "a" * 32}
SECOND = {"ticket": "PSP-2", "since": "2026-11-24T02:53:03.123Z", "token": "b" * 32}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "FOLDER", str(tmp_path))


def _sh(command: str) -> int:
    return subprocess.run(["/bin/sh", "-c", command], check=False).returncode


def _not_renewed_for(staging: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(lease.path(staging), (then, then))


def test_of_two_the_second_is_told_who_has_it() -> None:
    assert lease.take("x", FIRST) == {}
    held = lease.take("x", SECOND)
    assert {**FIRST, "age": held["age"]} == held
    assert held["age"] < lease.LEASE_SECONDS
    assert lease.take("another", SECOND) == {}


def test_one_that_was_given_back_is_free() -> None:
    lease.take("x", FIRST)
    assert _sh(lease.releasing("x", SECOND["token"])) == 0
    assert lease.take("x", SECOND)["token"] == FIRST["token"]
    assert _sh(lease.releasing("x", FIRST["token"])) == 0
    assert lease.take("x", SECOND) == {}


def test_a_run_that_is_gone_loses_it_and_one_that_renews_does_not() -> None:
    lease.take("x", FIRST)
    _not_renewed_for("x", lease.LEASE_SECONDS + 1)
    assert _sh(lease.renewing("x", FIRST["token"])) == 0
    assert lease.take("x", SECOND)["token"] == FIRST["token"]
    _not_renewed_for("x", lease.LEASE_SECONDS + 1)
    assert lease.take("x", SECOND) == {}
    assert _sh(lease.renewing("x", FIRST["token"])) == lease.LOST_STATUS


def test_a_run_that_was_killed_before_anything_watched_it_keeps_nobody_waiting_for_long() -> None:
    lease.take("x", FIRST)
    _not_renewed_for("x", lease.LEASE_SECONDS - 0.2)
    assert lease.take("x", SECOND)["token"] == FIRST["token"]
    assert lease.take_from_the_dead("x", SECOND) == {}
    assert lease.take("x", FIRST)["token"] == SECOND["token"]


def test_who_is_seen_to_renew_it_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lease.take("x", FIRST)
    _not_renewed_for("x", lease.LEASE_SECONDS - 10)
    looks: list[float] = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            _sh(lease.renewing("x", FIRST["token"]))

    monkeypatch.setattr(time, "sleep", look)
    assert lease.take_from_the_dead("x", SECOND)["token"] == FIRST["token"]
    assert len(looks) == 2


def test_of_two_that_wait_for_a_dead_one_the_quicker_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    third = {**SECOND, "token": "c" * 32}
    lease.take("x", FIRST)

    def taken(_seconds: float) -> None:
        _not_renewed_for("x", lease.LEASE_SECONDS + 1)
        assert lease.take("x", third) == {}

    monkeypatch.setattr(time, "sleep", taken)
    assert lease.take_from_the_dead("x", SECOND)["token"] == third["token"]


def test_a_host_that_was_made_anew_has_no_other_holder() -> None:
    assert _sh(lease.renewing("x", FIRST["token"])) == 0
    assert lease.take("x", SECOND) == {}


def test_nothing_is_left_for_another_user_to_stumble_over(tmp_path: Path) -> None:
    lease.take("x", FIRST)
    _sh(lease.releasing("x", FIRST["token"]))
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_cut_off_is_free() -> None:
    Path(lease.path("x")).write_text('{"ticket": "PS', "utf-8")
    assert lease.take("x", SECOND) == {}


def test_a_link_is_refused(tmp_path: Path) -> None:
    Path(lease.path("x")).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(lease.LeaseError, match="the staging's lock .* cannot be taken"):
        lease.take("x", FIRST)
