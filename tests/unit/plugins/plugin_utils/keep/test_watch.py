# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The watch of a run ends with it, however it ends, and until then the attempt counts as at work."""

from __future__ import annotations

import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, watch
from tests.unit.reports import RELEASE

LIMIT_SECONDS = 20


def _attempt(root: Path, hour: int) -> locker.Attempt:
    return locker.open_attempt(str(root), RELEASE, f"2026-11-24T{hour:02}:00:00.000Z")


def _wait(what: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def run() -> t.Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_it_ends_with_a_run_that_is_killed(tmp_path: Path, run: subprocess.Popen[bytes]) -> None:
    first, released = _attempt(tmp_path, 1), tmp_path / "released"
    watch.begin(first, run.pid, lambda: True, released.touch)
    assert locker.is_running(first.folder)
    # An attempt that is at work keeps its key; one that was killed does not.
    _attempt(tmp_path, 2)
    assert locker.digest_key(first)
    run.kill()
    run.wait()
    _wait(released.exists)
    _wait(lambda: not locker.is_running(first.folder))
    _attempt(tmp_path, 3)
    with pytest.raises(locker.LockerError, match="begin a new attempt"):
        locker.digest_key(first)


def test_it_ends_with_the_report(tmp_path: Path, run: subprocess.Popen[bytes]) -> None:
    attempt, released = _attempt(tmp_path, 1), tmp_path / "released"
    watch.begin(attempt, run.pid, lambda: True, released.touch)
    locker.close_attempt(attempt)
    _wait(released.exists)
    watch.check(attempt)


def test_a_lock_that_was_lost_ends_the_collecting(
    tmp_path: Path, run: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RENEW_SECONDS", 0)
    attempt = _attempt(tmp_path, 1)
    watch.begin(attempt, run.pid, lambda: False, lambda: None)
    _wait((attempt.folder / watch.LOST).exists)
    with pytest.raises(locker.LockerError, match="another closure took it"):
        watch.check(attempt)
