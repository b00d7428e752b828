# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A temporary server goes with whoever started it, however that ends; without its programs a step says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import temporary_postgres
from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names as steps
from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.modules import alembic_evidence
from tests.unit.collecting import collector

# A server that is told to stop as Postgres is, and says that it is there.
SERVER = (
    "import pathlib, signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); "
    "pathlib.Path(sys.argv[1]).touch(); signal.pause()"
)
KEEPING = """
import pathlib, sys
import conftest
from ansible_collections.psp.rc_closure.plugins.module_utils._clients import temporary_postgres
folder = pathlib.Path(sys.argv[1])
with (folder / "log").open("wb") as log:
    with temporary_postgres._kept(sys.argv[2:], folder, None, log):
        input()
"""


@pytest.mark.parametrize("end", ["killed", "ended"])
def test_it_goes_with_the_process_that_started_it(tmp_path: Path, end: str) -> None:
    folder, there = tmp_path / "server", tmp_path / "there"
    folder.mkdir()
    keeping = subprocess.Popen(
        [sys.executable, "-c", KEEPING, str(folder), sys.executable, "-c", SERVER, str(there)],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[5],
    )
    watch = Deadline(60)
    assert watch.watch(there.exists, bool, 0.05)
    if end == "killed":
        keeping.send_signal(signal.SIGKILL)
    assert keeping.stdin
    keeping.stdin.close()
    keeping.wait(60)
    assert watch.watch(lambda: not folder.exists(), bool, 0.05)


def test_programs_of_another_major_version_are_none(tmp_path: Path) -> None:
    for name, said in {"initdb": "initdb (PostgreSQL) 97.1", "postgres": ""}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{said}'\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    taken = collector(alembic_evidence.ARGUMENT_SPEC, directory="/", path=[str(tmp_path)])
    taken.env = {"PATH": str(tmp_path)}
    assert temporary_postgres._programs(taken, 97, None) == tmp_path
    with temporary_postgres.running(taken, 99, "psp") as server:
        assert server is None
    (step,) = taken.steps
    assert step.name == str(steps.ALEMBIC_SHADOW_SERVER)
    assert step.reason == "there are no server programs of Postgres 99 on this host (initdb, postgres)"


def test_whose_rights_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert temporary_postgres._account() is None
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    account = temporary_postgres._account()
    assert account is None or account.pw_uid != 0
