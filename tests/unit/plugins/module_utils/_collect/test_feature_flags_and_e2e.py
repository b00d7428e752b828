# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flags of the file and of the process side by side, and the smoke's command."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import (
    e2e_evidence,
    feature_flags_evidence,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    ENDED,
    FAILED,
    NOT_RUN,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.modules.e2e_evidence import ARGUMENT_SPEC as E2E_SPEC
from ansible_collections.psp.rc_closure.plugins.modules.feature_flags_evidence import (
    ARGUMENT_SPEC as FLAGS_SPEC,
)
from tests.unit.captured import FIXTURES
from tests.unit.collecting import collector

FLAGS = [{"name": "a", "variable": "FLAG_A", "pointer": "/a"}]


@pytest.fixture
def env_file(tmp_path: Path) -> str:
    path = tmp_path / "backend.env"
    path.write_text("FLAG_A=True\nAPI_TOKEN=sesame-open-11\nOTHER=1\n", "utf-8")
    return str(path)


def _flags(**options: t.Any) -> tuple[dict[str, t.Any], dict[str, Step]]:
    taken = collector(FLAGS_SPEC, flags=FLAGS, **options)
    return feature_flags_evidence.collect(taken), {step.name: step for step in taken.steps}


def test_a_command_tells_the_flags_beside_the_file(env_file: str) -> None:
    argv = [sys.executable, "-c", 'print(\'{"a": false, "token": "sesame-open-11"}\')']
    result, steps = _flags(env_file=env_file, argv=argv)
    assert result["flags"] == {"a": False}
    assert (steps["flags_file"].command, steps["flags_file"].stdout) == (env_file, "FLAG_A=True\n")
    assert "sesame" not in steps["flags_running"].stdout


def test_a_token_that_is_not_in_the_file_is_named(env_file: str) -> None:
    result, steps = _flags(
        env_file=env_file, url="http://127.0.0.1:1/flags", token={"variable": "ADMIN_TOKEN"}
    )
    assert result["flags"] == {}
    assert steps["flags_running"].outcome == FAILED
    assert steps["flags_running"].reason == f"{env_file} holds no ADMIN_TOKEN"


def test_a_backend_that_does_not_answer(env_file: str) -> None:
    steps = _flags(env_file=env_file, url="http://127.0.0.1:1/flags", token={"variable": "API_TOKEN"})[1]
    assert steps["flags_running"].reason == "127.0.0.1:1 refused the connection"


WRITES = """
import os, pathlib, sys
print(' '.join(sys.argv[1:]))
pathlib.Path(os.environ['PLAYWRIGHT_JSON_OUTPUT_FILE']).write_bytes(pathlib.Path(sys.argv[1]).read_bytes())
"""


def _smoke(
    directory: Path, *, check_mode: bool = False, script: str = WRITES
) -> tuple[dict[str, t.Any], dict[str, Step]]:
    """Run what writes a real run's report in place of yarn."""
    report = FIXTURES / "playwright" / "all_passed.json"
    argv = [sys.executable, "-c", script, str(report)]
    taken = collector(E2E_SPEC, check_mode=check_mode, directory=str(directory), argv=argv)
    return e2e_evidence.collect(taken), {step.name: step for step in taken.steps}


def test_the_smoke_keeps_what_it_prints_and_its_report(tmp_path: Path) -> None:
    result, steps = _smoke(tmp_path)
    smoke, report = steps["e2e_smoke"], steps["e2e_report"]
    assert result == {"changed": True, "counts": {"passed": 3}}
    assert (smoke.exit_status, smoke.directory) == (0, str(tmp_path))
    assert smoke.stdout.endswith("--reporter=list,json --forbid-only\n")
    assert report.stdout == (FIXTURES / "playwright" / "all_passed.json").read_text("utf-8")
    # What is not masked yet has no name, or none that is left.
    assert re.fullmatch(r"/proc/\d+/fd/\d+", report.command) or not Path(report.command).parent.exists()


@pytest.mark.parametrize(
    ("script", "outcome", "reason"),
    [
        ("pass", FAILED, "the command wrote no JSON report: its last arguments must reach Playwright"),
        (WRITES.replace("pathlib.Path(sys.argv[1]).read_bytes()", "b'{}'"), ENDED, ""),
    ],
    ids=["none", "not Playwright's"],
)
def test_a_command_without_a_report(tmp_path: Path, script: str, outcome: str, reason: str) -> None:
    result, steps = _smoke(tmp_path, script=script)
    assert result == {"changed": True, "counts": {}}
    assert (steps["e2e_report"].outcome, steps["e2e_report"].reason) == (outcome, reason)


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    step = _smoke(tmp_path / "none")[1]["e2e_smoke"]
    assert step.reason == f"the directory {tmp_path}/none does not exist"


def test_check_mode_leaves_the_smoke_out(tmp_path: Path) -> None:
    result, steps = _smoke(tmp_path, check_mode=True)
    assert (result["changed"], steps["e2e_smoke"].outcome) == (False, NOT_RUN)
