# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process is, by its command line; and what runs it, by its control group."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import command_line
from ansible_collections.psp.rc_closure.plugins.module_utils._text.command_line import Command


@pytest.mark.parametrize(
    ("line", "kind", "program", "target"),
    [
        ("/app/.venv/bin/python -m uvicorn app.main:app --port 8000", "server", "uvicorn", "app.main:app"),
        (
            "/app/.venv/bin/python3.12 /app/.venv/bin/uvicorn api.asgi:app",
            "server",
            "uvicorn",
            "api.asgi:app",
        ),
        ("gunicorn -w 4 -k uvicorn.workers.UvicornWorker app:create()", "server", "gunicorn", "app:create"),
        ("'gunicorn: master [app.main:app]'", "server", "gunicorn", "app.main:app"),
        (
            "hypercorn --bind 0.0.0.0:80 ledger.web:application",
            "server",
            "hypercorn",
            "ledger.web:application",
        ),
        ("sh -c 'exec uvicorn app.main:app'", "server", "uvicorn", "app.main:app"),
        *(
            (f"{before} {name} app.main:app", "server", name, "app.main:app")
            for before in ("bash", "exec", "tini --", "dumb-init", "pypy3.10 -m")
            for name in ("uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "fastapi")
        ),
        ("valkey-server *:6379", "redis", "valkey-server", ""),
        ("/usr/lib/postgresql/16/bin/postmaster -D /data", "postgres", "postmaster", ""),
        ("python -m supervisor.supervisord -n", "supervisor", "supervisor.supervisord", ""),
        ("/usr/bin/python3 -m arq app.queue.WorkerSettings", "worker", "arq", "app.queue.WorkerSettings"),
        ("arq jobs.recon.Settings --watch .", "worker", "arq", "jobs.recon.Settings"),
        ("'/usr/bin/redis-server 127.0.0.1:6379'", "redis", "redis-server", ""),
        ("'postgres: checkpointer '", "postgres", "postgres", ""),
        ("/usr/bin/python3 /usr/bin/supervisord -c /etc/s.conf", "supervisor", "supervisord", ""),
    ],
)
def test_what_matters_is_known_by_its_command_line(line: str, kind: str, program: str, target: str) -> None:
    assert command_line.read(shlex.split(line)) == Command(kind, program, target)


@pytest.mark.parametrize(
    "line", ["vim uvicorn.md", "/usr/bin/python3 -m http.server", "grep arq app.py", "-"]
)
def test_other_programs_are_left_out(line: str) -> None:
    assert command_line.read(shlex.split(line)) is None


@pytest.mark.parametrize(
    ("cgroup", "unit", "container"),
    [
        ("0::/system.slice/psp-backend.service\n", "psp-backend", ""),
        ("0::/user.slice/user-0.slice/user@0.service/app.slice/psp.service\n", "psp", ""),
        ("0::/user.slice/user-0.slice/session-1.scope\n", "", ""),
        ("0::/user.slice/user-0.slice/user@0.service/init.scope\n", "", ""),
        (f"0::/system.slice/docker-{'a1' * 32}.scope\n", "", "a1" * 32),
        (f"1:name=systemd:/docker/{'b2' * 32}\n", "", "b2" * 32),
        (f"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{'c3' * 32}.scope\n", "", "c3" * 32),
    ],
)
def test_what_runs_a_process(cgroup: str, unit: str, container: str) -> None:
    assert command_line.unit(cgroup) == unit
    assert command_line.container(cgroup) == container
