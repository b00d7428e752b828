# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream that is too large for a module's answer, fetched from its host over each kind of connection.

The docker connection is community.docker's own; the engine's client stands in, and its container is this
machine. To become another user takes root.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.unit.reports import RELEASE

ROOT = Path(__file__).parents[2]
NOW = "2026-11-24T02:52:03.123Z"
LIMIT_SECONDS = 120
# More than the spool puts into an answer (256 KiB), with what is no ASCII in it.
TEXT = "→ 0123456789\n" * 30_000
DOCKER = f"""#!{sys.executable}
import os, shutil, sys

what, *rest = sys.argv[1:]
if what == "version":
    print("Server version: 27.0.0")
elif what == "inspect":
    print("root")
elif what == "cp":
    shutil.copy(rest[0].partition(":")[2], rest[1])
elif what == "exec":
    command = rest[rest.index("somewhere") + 1 :]
    os.execvp(command[0], command)
"""
NOBODY = {
    "ansible_become": True,
    "ansible_become_method": "su",
    "ansible_become_user": "nobody",
    "ansible_become_flags": "-s /bin/sh",
}
IN_DOCKER = {"ansible_connection": "community.docker.docker", "ansible_host": "somewhere"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another without a password")


@pytest.mark.parametrize(
    ("how", "user"),
    [
        pytest.param({"ansible_connection": "local"}, "", id="local"),
        pytest.param(IN_DOCKER, "", id="docker"),
        pytest.param({"ansible_connection": "local", **NOBODY}, "nobody", id="become", marks=as_root),
        pytest.param({**IN_DOCKER, **NOBODY}, "nobody", id="docker and become", marks=as_root),
    ],
)
def test_a_large_stream_is_fetched_whole_and_removed(
    tmp_path: Path, how: dict[str, t.Any], user: str
) -> None:
    attempt = locker.open_attempt(str(tmp_path / "evidence"), RELEASE, NOW)
    (tmp_path / "docker").write_text(DOCKER, "utf-8")
    (tmp_path / "docker").chmod(0o755)
    argv = ["/usr/bin/python3", "-c", f"import sys; sys.stdout.buffer.write({TEXT[:13]!r}.encode() * 30000)"]
    task = {
        "psp.rc_closure.e2e_evidence": {
            "attempt": attempt.as_dict(),
            "package": 2,
            "directory": "/",
            "argv": argv,
            "report_argv": [],
        }
    }
    play = [{"hosts": "all", "gather_facts": False, "tasks": [task]}]
    (tmp_path / "play.yml").write_text(json.dumps(play), "utf-8")
    host = {**how, "ansible_python_interpreter": "/usr/bin/python3", "ansible_docker_extra_args": ""}
    inventory = {"all": {"hosts": {"backend": host}}}
    (tmp_path / "inventory.yml").write_text(json.dumps(inventory), "utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).parent / "ansible-playbook",
            f"-i{tmp_path}/inventory.yml",
            f"{tmp_path}/play.yml",
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "ANSIBLE_PIPELINING": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    step = locker.load_package(attempt, 2).get("e2e_smoke")
    assert step is not None
    assert (step.outcome, step.exit_status, step.stdout) == ("ended", 0, TEXT)
    uid = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    spool = Path(f"/var/tmp/psp.rc_closure-{uid}")
    assert spool.is_dir()
    assert list(spool.glob(f"{attempt.folder.name}-*")) == []
