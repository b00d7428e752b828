# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's argument spec, the formats of its variables and its host are checked at once."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.psp.rc_closure.plugins.action import closure_preflight

SPEC = {"main": {"options": {"x_mode": {"choices": ["fast", "safe"]}, "x_limit": {"type": "float"}}}}
GOOD = {"x_mode": "safe", "x_limit": 3, "x_url": "https://x"}


def run(role: Path, variables: dict[str, t.Any], *, away: str = "", **args: t.Any) -> dict[str, t.Any]:
    """Run the action in a role, on this machine or, by a connection of that kind, on one that is away."""

    class Action(closure_preflight.ActionModule):
        def _low_level_execute_command(self, command: str) -> dict[str, t.Any]:
            if away:
                return {"stdout": "", "stderr": "no route"}
            done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
            return {"stdout": done.stdout, "stderr": done.stderr}

    action = object.__new__(Action)
    given = {"required": {"url": ["x_url"]}, **args}
    action._task = SimpleNamespace(args=given, delegate_to=None, check_mode=False, async_val=0, diff=False)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), transport=away or "local")
    action._templar = SimpleNamespace(template=lambda value: value, resolve_variable_expression=variables.get)
    known = {"inventory_hostname": "here", "ansible_python_interpreter": sys.executable}
    return action.run(None, {**known, "role_path": str(role), **variables})


@pytest.fixture
def role(tmp_path: Path) -> Path:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "argument_specs.yml").write_text(yaml.safe_dump({"argument_specs": SPEC}), "utf-8")
    return tmp_path


def test_what_is_right_passes_and_the_host_is_not_asked(role: Path) -> None:
    assert run(role, GOOD) == {"changed": False}


def test_all_problems_are_told_at_once(role: Path) -> None:
    told = run(role, {"x_mode": "slow", "x_limit": "soon"}, needs=["no_such_library"])
    problems = " | ".join(told["problems"])
    assert told["failed"]
    for part in ("x_mode", "x_limit", "x_url is missing", "no_such_library"):
        assert part in problems


def test_another_file_is_a_problem(role: Path) -> None:
    look = {"needs": [], "files": {str(role): ["^made"]}, "own": {str(role): "move it"}}
    assert run(role, GOOD, **look)["problems"] == [f"{role} is there and was not made by this role: move it"]


def test_a_machine_that_is_away_is_a_problem_and_a_container_may_be_still_to_be_made(role: Path) -> None:
    assert run(role, GOOD, away="ssh", needs=[])["problems"] == ["here cannot be reached: no route"]
    assert run(role, GOOD, away="community.docker.docker", needs=[])["reached"] is False
