# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A staging of which nothing runs: the twin's inventory, and files where it names some."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
LIMIT_SECONDS = 120
FOLDERS = ("app/backend", "app/e2e", "include", "log")
FILES = ("backend.env", "worker.env", "e2e.env", "ci_token", "supervisord.conf")


@dataclass(frozen=True)
class Run:
    """What came of a run, and the seconds that it had of the processor."""

    status: int
    output: str
    seconds: float


@dataclass(frozen=True)
class Site:
    """Where it is, below C(folder)."""

    folder: Path

    @property
    def inventory(self) -> Path:
        """The inventory's folder, a copy."""
        return self.folder / "inventories" / "twin"

    def run(
        self, playbook: str, *arguments: str, extra: t.Mapping[str, t.Any] | None = None, **env: str
    ) -> Run:
        """Run a playbook from outside the checkout, without its ansible.cfg."""
        argv = [str(PROGRAMS / "ansible-playbook"), str(ROOT / "playbooks" / f"{playbook}.yml"), *arguments]
        if extra is not None:
            argv.append(f"--extra-vars={json.dumps(extra)}")
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                ["timeout", str(LIMIT_SECONDS), *argv],
                cwd=self.folder,
                env={**os.environ, "COLUMNS": "1000", **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            # All that it started is waited for by somebody, and so is counted.
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            text = output.read().decode("utf-8", "replace")
        return Run(process.returncode, text, used.ru_utime + used.ru_stime)


def make(folder: Path) -> Site:
    """Make one in a folder."""
    shutil.copytree(ROOT / "inventories" / "twin", folder / "inventories" / "twin")
    for name in (*FOLDERS, ".twin"):
        (folder / name).mkdir(parents=True)
    for name in FILES:
        (folder / name).touch(0o600)
    (folder / "redis_password").write_text("a-p~ss.word_1", "utf-8")
    state = {
        "access_log": folder / "log" / "access.log",
        "backend_env_file": folder / "backend.env",
        "backend_url": "http://127.0.0.1:1",
        "bin": PROGRAMS,
        "ci_repository": "psp/backend",
        "ci_token_file": folder / "ci_token",
        "ci_url": "http://127.0.0.1:1",
        "commit": "a" * 40,
        "directory": folder / "app" / "backend",
        "e2e_directory": folder / "app" / "e2e",
        "e2e_env_file": folder / "e2e.env",
        "log_dir": folder / "log",
        "psql": "",
        "redis_password_file": folder / "redis_password",
        "redis_port": 6399,
        "redis_server": "redis-server",
        "supervisor": {
            "supervisorctl": PROGRAMS / "supervisorctl",
            "conf": folder / "supervisord.conf",
            "include_dir": folder / "include",
        },
        "supervisor_conf": folder / "supervisord.conf",
        "supervisor_include_dir": folder / "include",
        "venv_python": sys.executable,
        "worker_env_file": folder / "worker.env",
        "worker_log": folder / "log" / "worker.log",
    }
    (folder / ".twin" / "state.json").write_text(json.dumps(state, default=str), "utf-8")
    return Site(folder)
