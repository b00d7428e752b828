# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole closure inside the execution environment, by ansible-runner, as AWX runs a job."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

RUNNER = str(Path(sys.executable).parent / "ansible-runner")
LIMIT_SECONDS = 600
PLAYBOOK = ("--playbook", "playbooks/rc_closure.yml")


def private_data(folder: Path, staging: Any, release: str) -> Path:
    """Make what a runner is given: the project, the inventory, and settings; return its folder.

    The project is a checkout with what the closure needs of it. What the engine's host keeps of this scenario
    is mounted where it is, for there the engine looks for it.
    """
    for part in ("galaxy.yml", "meta", "playbooks", "plugins", "roles"):
        source, target = staging.root / part, folder / "project" / part
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    shutil.copytree(staging.root / "molecule" / "shared" / "inventory", folder / "inventory")
    shared = [staging.work, staging.evidence, Path("/var/run/docker.sock")]
    settings = {
        "process_isolation": True,
        "process_isolation_executable": "docker",
        "container_image": "psp-rc/ee",
        "container_volume_mounts": [f"{path}:{path}" for path in shared],
        "container_options": ["--network=host"],
    }
    environment = {"PSP_SCENARIO": "default", "PSP_ROOT": str(staging.root), "ANSIBLE_NOCOLOR": "1"}
    variables = {"rc_closure_release": release}
    (folder / "env").mkdir()
    for name, content in (("settings", settings), ("envvars", environment), ("extravars", variables)):
        (folder / "env" / name).write_text(yaml.safe_dump(content), "utf-8")
    return folder


def run(*argv: str, given: bytes = b"") -> bytes:
    """Run a command that must succeed, and return what it prints."""
    done = subprocess.run(argv, input=given, capture_output=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, (done.stdout[-4000:] + done.stderr[-4000:]).decode("utf-8", "replace")
    return done.stdout


def gate(staging: Any, release: str) -> str:
    """Return what the report of a release says."""
    report = json.loads((staging.evidence / "PSP-3031" / release / "report.json").read_text("utf-8"))
    return str(report["gate"]["status"])


def test_inside_with_process_isolation(tmp_path: Path, staging: Any) -> None:
    """On this machine, in a container of its own, and without a warning."""
    folder = private_data(tmp_path, staging, "isolated")
    printed = run(RUNNER, "run", str(folder), *PLAYBOOK).decode()
    assert gate(staging, "isolated") == "PASS"
    assert "WARN" not in printed


def test_on_another_machine(tmp_path: Path, staging: Any) -> None:
    """Sent to a worker, carried out there, and its result sent back."""
    for name in ("sender", "worker"):
        (tmp_path / name).mkdir()
    folder = private_data(tmp_path / "sender", staging, "remote")
    job = run(RUNNER, "transmit", str(folder), *PLAYBOOK)
    told = run(RUNNER, "worker", f"--private-data-dir={tmp_path / 'worker'}", given=job)
    run(RUNNER, "process", str(folder), given=told)
    assert gate(staging, "remote") == "PASS"
    (ended,) = (folder / "artifacts").rglob("status")
    assert ended.read_text("utf-8") == "successful"


def test_what_is_missing_is_reported_before_anything_is_touched(tmp_path: Path, staging: Any) -> None:
    """A token that was not handed in: one sentence, and no attempt."""
    folder = private_data(tmp_path, staging, "lacking")
    extra = {"rc_closure_release": "lacking", "package_0_ci_token_file": "/runner/env/ci_token"}
    (folder / "env" / "extravars").write_text(yaml.safe_dump(extra), "utf-8")
    done = subprocess.run(
        [RUNNER, "run", str(folder), *PLAYBOOK], capture_output=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode != 0
    assert b"/runner/env/ci_token" in done.stdout
    assert not (staging.evidence / "PSP-3031" / "lacking").exists()


@pytest.mark.parametrize(
    "package",
    ["psycopg2", "redis", "requests", "rfc3161_client", "securesystemslib", "sqlglot", "ansible_runner"],
)
def test_the_environment_has_its_libraries(package: str) -> None:
    """As the interpreter that runs Ansible there imports them."""
    run("docker", "run", "--rm", "--network=none", "psp-rc/ee", "python3", "-c", f"import {package}")
