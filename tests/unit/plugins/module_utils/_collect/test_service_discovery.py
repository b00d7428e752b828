# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running worker is found with its environment file, its log and its project, and without its secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import service_discovery
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import masked

LIMIT_SECONDS = 3
# Whatever ends a password in a URL elsewhere is in it.
PASSWORD = "5432/secret?of#staging@all"
ENVIRONMENT = {
    "DATABASE_URL": f"postgresql+asyncpg://psp:{PASSWORD}@db.internal:5432/psp?ssl=require",
    "REDIS_URL": "redis://:hunter2hunter2@10.0.0.5:6379/0",
    "API_TOKEN": "a-token-that-is-long",
    "ENV": "preprod",
}
SETTINGS = "class Settings:\n    functions = []\n    redis_settings = None\n    health_check_interval = 20\n"
PROGRAM = "import sys\nlog = open('arq.log', 'a')\nprint('ready', flush=True)\nsys.stdin.read()\n"


@pytest.fixture
def found(tmp_path: Path) -> t.Iterator[tuple[Path, dict[str, t.Any]]]:
    """What is found below the directory of a worker that runs, as it leaves the host."""
    (tmp_path / "jobs.py").write_text(SETTINGS, "utf-8")
    (tmp_path / "arq").write_text(PROGRAM, "utf-8")
    (tmp_path / ".env").write_text("".join(f"{k}={v}\n" for k, v in ENVIRONMENT.items()), "utf-8")
    command = [sys.executable, str(tmp_path / "arq"), "jobs.Settings"]
    pipes: dict[str, t.Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, **pipes) as process:
        assert process.stdout
        process.stdout.readline()
        raw, redact = service_discovery.look(str(tmp_path), LIMIT_SECONDS)
        yield tmp_path, masked(raw, redact)
        process.kill()


def test_a_worker_is_found_with_what_surrounds_it(found: tuple[Path, dict[str, t.Any]]) -> None:
    where, findings = found
    (worker,) = (one for one in findings["services"] if one["kind"] == "worker")
    assert (worker["program"], worker["target"], worker["directory"]) == ("arq", "jobs.Settings", str(where))
    assert worker["shown"] == {"ENV": "preprod"}
    assert worker["urls"] == {
        "DATABASE_URL": "postgresql+asyncpg://db.internal:5432/psp",
        "REDIS_URL": "redis://10.0.0.5:6379/0",
    }
    (file,) = (one for one in worker["env_files"] if one["own"])
    assert (file["path"], file["equal"], file["of"]) == (str(where / ".env"), 4, 4)
    assert [log["file"] for log in worker["logs"]] == [str(where / "arq.log")]
    assert worker["project"]["workers"] == [
        {"target": "jobs.Settings", "interval": "20", "file": str(where / "jobs.py")}
    ]


def test_no_secret_leaves_the_host(found: tuple[Path, dict[str, t.Any]]) -> None:
    text = json.dumps(found[1])
    assert not [secret for secret in ("hunter2", "a-token", "secret?of", "#staging") if secret in text]
