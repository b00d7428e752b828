# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other staging, brought up from C(tests/other), and the closure on it by its inventory alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.killing import wait_for

ROOT = Path(__file__).parents[2]
OTHER = ROOT / "tests" / "other"
BIN = Path(sys.executable).parent
LIMIT_SECONDS = 400
READY_SECONDS = 30


@dataclass(frozen=True)
class Run:
    """What one run of a playbook left behind."""

    status: int
    output: str
    report: dict[str, t.Any]

    def criterion(self, package: int, name: str) -> dict[str, t.Any]:
        """Return a criterion of a package."""
        criteria = self.report["packages"][f"package_{package}"]["criteria"]
        return next(dict(one) for one in criteria if one["id"] == name)


@dataclass(frozen=True)
class Other:
    """The other staging at work."""

    home: Path

    @property
    def state(self) -> dict[str, t.Any]:
        """What it tells inventories."""
        state: dict[str, t.Any] = json.loads((self.home / "state.json").read_text("utf-8"))
        return state

    def command(self, verb: str) -> None:
        """Bring it up or down."""
        argv = [sys.executable, str(OTHER / "other.py"), verb, str(self.home)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def play(self, playbook: str, *arguments: str, **extra: t.Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook with its inventory."""
        argv = [
            str(BIN / "ansible-playbook"),
            f"playbooks/{playbook}.yml",
            f"--inventory={OTHER / 'inventory'}",
        ]
        given = {"other_home": str(self.home), **extra}
        argv += [f"--extra-vars={json.dumps(given)}", *arguments]
        return subprocess.run(
            argv, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )

    def close(self, locker: Path, *arguments: str, **extra: t.Any) -> Run:
        """Run the closure."""
        done = self.play("rc_closure", *arguments, rc_closure_locker=str(locker), **extra)
        path = next(locker.glob("*/*/report.json"), None)
        report = json.loads(path.read_text("utf-8")) if path else {}
        return Run(done.returncode, done.stdout + done.stderr, report)

    def move_worker(self, database: str) -> None:
        """Start the worker again, with another database in its settings."""
        state = self.state
        file = Path(state["worker_env_file"])
        text = re.sub(r"(?m)^LEDGER_DB_NAME=.*$", f"LEDGER_DB_NAME={database}", file.read_text("utf-8"))
        file.write_text(text, "utf-8")
        log = Path(state["log"], "defter-isci.log")
        before = log.read_text("utf-8").count("Starting worker")
        control = [state["supervisorctl"], "-c", state["supervisor_conf"], "restart", "defter-isci"]
        subprocess.run(control, check=True, capture_output=True, timeout=READY_SECONDS)
        wait_for(lambda: log.read_text("utf-8").count("Starting worker") > before, "the worker's start")
