# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a service's processes gives the steps that are asked for, and no others."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import environment_report
from ansible_collections.psp.rc_closure.plugins.modules import service_process
from tests.unit.collecting import collector

if not Path("/proc/self/stat").exists():
    pytest.skip("there is no /proc here", allow_module_level=True)

START = "20:00:00: Starting worker for 1 functions: reconcile_run\n"
LOG_STEP, ENVIRONMENT_STEP = "worker_start_log", "process_environment"


@pytest.fixture
def worker(tmp_path: Path) -> t.Iterator[int]:
    """Run a worker that waits for its end; yield its number once it has logged its start."""
    code = "import sys; print('up', flush=True); sys.stdin.read()"
    argv = [sys.executable, "-c", code, "arq", "shop.WorkerSettings"]
    env = {**os.environ, "ENV": "staging"}
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=env
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        (tmp_path / "worker.log").write_text(START, "utf-8")
        yield child.pid


def looked(home: Path, *, log: bool, **options: t.Any) -> tuple[list[Step], list[int]]:
    place = {"log": {"file": str(home / "worker.log")}} if log else {}
    spec = service_process.ARGUMENT_SPEC
    given = collector(spec, process=["arq", "shop.WorkerSettings"], directory=str(home), **place, **options)
    return given.steps, service_process.collect(given)["processes"]


@pytest.mark.parametrize(
    ("log", "options", "names"),
    [
        (True, {"show": ["ENV"]}, [LOG_STEP, ENVIRONMENT_STEP]),
        (True, {"digest": ["ENV"]}, [LOG_STEP, ENVIRONMENT_STEP]),
        (True, {}, [LOG_STEP]),
        (True, {"connections": True}, [LOG_STEP, ENVIRONMENT_STEP]),
        (False, {"show": ["ENV"]}, [ENVIRONMENT_STEP]),
        (False, {}, [ENVIRONMENT_STEP]),
    ],
)
def test_what_is_asked_for_is_shown(
    tmp_path: Path, worker: int, log: bool, options: dict[str, list[str]], names: list[str]
) -> None:
    steps, processes = looked(tmp_path, log=log, **options)
    assert [step.name for step in steps] == names
    assert [step.outcome for step in steps] == ["ended"] * len(names)
    assert processes == [worker]


def test_the_steps_contain_the_start_and_the_environment(tmp_path: Path, worker: int) -> None:
    (start, environment), _processes = looked(tmp_path, log=True, show=["ENV"])
    assert start.stdout == START
    (running,) = environment_report.parse(environment.stdout)
    assert (running.pid, running.shown) == (worker, {"ENV": "staging"})


def test_that_no_process_runs_is_evidence(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text(START, "utf-8")
    (start, environment), processes = looked(tmp_path, log=True, show=["ENV"])
    assert start.reason.startswith("there is no process in ")
    assert (environment_report.parse(environment.stdout), processes) == ([], [])


def test_servers_that_cannot_be_asked_say_why(tmp_path: Path, worker: int) -> None:
    env_file = tmp_path / "backend.env"
    env_file.write_text("ENV=staging\n", "utf-8")
    steps, processes = looked(
        tmp_path,
        log=False,
        connections=True,
        servers=True,
        variables={"database": "A_URL"},
        env_file=str(env_file),
    )
    assert processes == [worker]
    assert [(step.name, step.reason) for step in steps] == [
        (ENVIRONMENT_STEP, ""),
        ("backend_redis_clients", "the environment sets no REDIS_URL"),
        ("backend_sessions", "no connection to Postgres: none of A_URL is set"),
    ]
    (shown,) = environment_report.parse(steps[0].stdout)
    assert (shown.shown, shown.digests) == ({}, {})
    assert shown.sockets is not None
    assert (shown.sockets.connections, shown.sockets.unseen) == ((), "")
