# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is about to be set up on a host is kept once the host is reached, and by nothing else."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.psp.rc_closure.plugins.action import closure_intent
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.unit.reports import RELEASE


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return locker.open_attempt(str(tmp_path), RELEASE, "2026-11-24T02:52:03.123Z")


def run(
    attempt: locker.Attempt, /, *, check: bool = False, away: bool = False, **args: t.Any
) -> dict[str, t.Any]:
    """Run the action on this machine, or on one that is away."""

    class Action(closure_intent.ActionModule):
        def _low_level_execute_command(self, command: str) -> dict[str, t.Any]:
            done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
            return {"stdout": "", "stderr": "no route"} if away else {"stdout": done.stdout, "stderr": ""}

    action = object.__new__(Action)
    given = {"attempt": attempt.as_dict(), "packages": [2, 3], "intent": "backend_env", **args}
    action._task = SimpleNamespace(args=given, delegate_to=None, check_mode=check, async_val=0, diff=False)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action._templar = SimpleNamespace(template=lambda value: value)
    known = {"inventory_hostname": "backend", "ansible_python_interpreter": sys.executable}
    return action.run(None, known)


def test_it_is_kept_in_the_packages_that_it_is_for(attempt: locker.Attempt) -> None:
    locker.open_package(attempt, 2, {})
    assert not run(attempt).get("failed")
    (step,) = locker.load_package(attempt, 2).steps
    assert (step.name, step.host) == ("backend_env_intent", "backend")
    assert step.command.startswith("set up backend_env")
    assert locker.load_package(attempt, 3).steps == ()


@pytest.mark.parametrize(
    "given",
    [
        {"check": True},
        {"away": True},
        {"intent": ""},
        {"attempt": {}},
    ],
    ids=["check mode", "a host that is away", "nothing to set up", "no attempt"],
)
def test_nothing_is_kept_where_nothing_will_be_touched(
    attempt: locker.Attempt, given: dict[str, t.Any]
) -> None:
    run(attempt, **given)
    assert not list(attempt.folder.glob("package_*"))


@pytest.mark.parametrize(("held", "kept"), [("2", (3,)), ("3", (2,)), ("23", ())])
def test_what_the_preflight_holds_back_is_not_done(tmp_path: Path, held: str, kept: tuple[int, ...]) -> None:
    back = dict.fromkeys(held, "backend: no directory")
    attempt = locker.open_attempt(str(tmp_path), RELEASE, "2026-11-24T02:52:03.123Z", held_back=back)
    for package in (2, 3):
        locker.open_package(attempt, package, {})
    result = run(attempt)
    assert [n for n in (2, 3) if locker.load_package(attempt, n).steps] == list(kept)
    assert bool(result.get("failed")) is not bool(kept)
    if not kept:
        assert result["msg"] == "not done, for the preflight found a problem: backend: no directory"
