# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log of a worker that is at work has to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.process import Process
from ansible_collections.psp.rc_closure.plugins.modules import arq_worker_ready

START = (
    "07:00:00: Starting worker for 1 functions: reconcile_run\n"
    "07:00:00: redis_version=7.0.15 mem_usage=1M clients_connected=2 db_keys=0\n"
)


@pytest.mark.parametrize(
    ("log", "uptime", "problem"),
    [
        (START, 5, ""),
        (START.splitlines(keepends=True)[0], 5, "shows no Redis connection"),
        ("07:05:00: some job\n", 5, "no worker says in"),
        # Its start was rotated away long ago; the heartbeat has to do.
        ("07:05:00: some job\n", 86_400, ""),
        (None, 86_400, "No such file or directory"),
    ],
)
def test_what_the_log_has_to_show(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, log: str | None, uptime: int, problem: str
) -> None:
    path = tmp_path / "worker.log"
    if log is not None:
        path.write_text(log, "utf-8")
    started = datetime.now(UTC) - timedelta(seconds=uptime)
    running = [Process(11, 1, ("arq",), "/app", started)]
    monkeypatch.setattr(arq_worker_ready.process, "find", lambda _words, _directory: running)
    monkeypatch.setattr(arq_worker_ready, "_heartbeat_problem", lambda *_given: "")
    params = {"process": ["arq"], "directory": "/app", "log": str(path), "limit": 30}
    found = arq_worker_ready._problem(params, "redis://localhost")
    assert problem in found if problem else found == ""
