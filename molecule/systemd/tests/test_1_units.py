# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redis, worker and backend as the roles' runtime systemd leaves them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

USERS = {"psp-redis": "redis", "psp-worker": "psp-worker", "psp-backend": "psp"}


def test_runs_and_will_run_again(machine: Any, unit: str) -> None:
    """Now, and when the machine starts."""
    assert machine.out(f"systemctl is-active {unit}.service {unit}-health.timer").split() == ["active"] * 2
    assert machine.run(f"systemctl is-enabled {unit}.service {unit}-health.timer").rc == 0
    assert machine.show(unit, "Restart") == "on-failure"


def test_exposure(machine: Any, unit: str) -> None:
    """systemd itself rates how little the unit is confined; 10 is not at all."""
    for name in (f"{unit}.service", f"{unit}-health.service"):
        told = machine.out(f"systemd-analyze security --no-pager {name}")
        found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
        assert found
        assert float(found[1]) <= 4.0, told


def test_verify_is_silent(machine: Any, unit: str) -> None:
    """Nothing is said of the unit, its healthcheck or its timer."""
    names = f"{unit}.service {unit}-health.service {unit}-health.timer"
    said = machine.run(f"systemd-analyze verify --man=no {names}")
    assert (said.rc, said.stdout, said.stderr) == (0, "", "")


def test_users(machine: Any, unit: str) -> None:
    """Each its own, none of them root."""
    pid = machine.show(unit, "MainPID")
    assert machine.out(f"ps -o user:20= -p {pid}").strip() == USERS[unit]


def test_ports(machine: Any) -> None:
    """Where they were told to listen and nowhere else; Docker's own resolver and sshd are none of theirs."""
    listed = machine.out("ss --no-header --listening --numeric --tcp").splitlines()
    places = {
        line.split()[3]
        for line in listed
        if "127.0.0.11:" not in line and not line.split()[3].endswith(":22")
    }
    assert places == {"127.0.0.1:6379", "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("path", "user", "mode"),
    [
        ("/etc/psp/worker.env", "psp-worker", 0o600),
        ("/etc/psp/worker.env.systemd", "root", 0o600),
        ("/etc/psp/backend.env", "root", 0o600),
        ("/etc/psp/backend.env.systemd", "root", 0o600),
        ("/var/lib/psp/redis", "redis", 0o700),
        ("/var/lib/psp/redis/redis.conf", "redis", 0o600),
        ("/etc/systemd/system/psp-worker.service", "root", 0o644),
        ("/usr/local/lib/psp/arq_probe.py", "root", 0o644),
    ],
)
def test_modes(machine: Any, path: str, user: str, mode: int) -> None:
    """What holds secrets is its owner's alone."""
    file = machine.host.file(path)
    assert (file.user, file.mode) == (user, mode)


def test_no_secret_in_units_argv_and_configuration(machine: Any) -> None:
    """Neither in what systemd has, nor in what runs, nor in what Redis reads."""
    text = machine.out(
        "cat /etc/systemd/system/psp-* "
        "/usr/local/lib/psp/* /var/lib/psp/redis/redis.conf 2>/dev/null; ps -eww -o args; "
        "systemctl show psp-redis psp-worker psp-backend psp-worker-health"
    )
    assert "arq_probe.py" in text
    assert [what for what, secret in machine.secrets.items() if secret in text] == []


def test_environment_of_the_worker(machine: Any) -> None:
    """The checklist's three variables, in the process that runs; a value full of marks arrives as it is."""
    found = machine.environment("psp-worker")
    assert found["ENV"] == "staging"
    assert found["DATABASE_URL"].startswith("postgresql+asyncpg://psp:")
    assert found["REDIS_URL"] == f"redis://:{machine.secrets['redis, encoded']}@127.0.0.1:6379/0"
    assert float(found["WORKER_HEARTBEAT_SECONDS"]) == 2
    assert found["WORKER_ODDITY"] == "a'b\"c\\d $x `y` %z # n"


def test_environment_of_the_backend(machine: Any) -> None:
    """On the queue, with the same Redis; quotes, C(export) and comments of the file are no part of values."""
    found = machine.environment("psp-backend")
    assert found["RECON_RUNNER"] == "queue"
    assert found["REDIS_URL"] == machine.environment("psp-worker")["REDIS_URL"]
    assert found["ENV"] == "staging"
    assert found["SYNC_DATABASE_URL"].endswith("@postgres:5432/psp")


def test_health(machine: Any, unit: str) -> None:
    """Each is asked what only it can answer."""
    assert machine.healthy(unit)
    said = {"psp-redis": "PONG", "psp-worker": "the heartbeat is fresh", "psp-backend": "ready"}
    assert machine.journal(f"{unit}-health").splitlines()[-1] == said[unit]


def test_redis_loses_no_job(machine: Any) -> None:
    """It writes an append-only file, evicts nothing, and is in protected mode."""
    names = ("appendonly", "maxmemory-policy", "protected-mode", "dir")
    values = [machine.redis(f"r.config_get('{name}')['{name}']") for name in names]
    assert values == ["yes", "noeviction", "yes", "/var/lib/psp/redis"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("PING", "NOAUTH"),
        ("AUTH healthcheck none\\r\\nPING", "PONG"),
        ("AUTH healthcheck none\\r\\nGET arq:queue", "NOPERM"),
        ("AUTH healthcheck none\\r\\nACL LIST", "NOPERM"),
    ],
)
def test_who_may_do_what_in_redis(machine: Any, said: str, answer: str) -> None:
    """Whoever has no password may do nothing; the healthcheck may ask for its health and no more."""
    code = (
        "import socket; s = socket.create_connection(('127.0.0.1', 6379)); "
        f"s.sendall(b'{said}\\r\\nQUIT\\r\\n'); print(s.makefile().read())"
    )
    assert answer in machine.out("python3 -c %s", code)


def test_log_lines(machine: Any) -> None:
    """arq's two lines, in the unit's journal."""
    log = machine.journal("psp-worker")
    assert "Starting worker for 1 functions: reconcile_run" in log
    assert "redis_version=" in log


@pytest.mark.parametrize("connection", ["docker", "ssh"])
def test_evidence_from_the_journal(machine: Any, ssh: str, connection: str) -> None:
    """The start, dated as arq's own lines are not; a run's start and end, from a mark before the POST."""
    done = machine.play("molecule/systemd/evidence.yml", *([ssh] if connection == "ssh" else []))
    assert done.returncode == 0, done.stdout
    steps = {step["name"]: step for step in json.loads((machine.work / "steps.json").read_text("utf-8"))}
    start = steps["worker_start_log"]
    assert start["outcome"] == "ended", start["reason"]
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z .* Starting worker for 1 functions", start["stdout"])
    assert "redis_version=" in start["stdout"].splitlines()[1]
    log = steps["recon_worker_log"]
    assert log["command"].startswith("the journal of psp-worker from the journal's cursor s=")
    run_id = json.loads(steps["recon_post"]["stdout"])["id"]
    assert f"reconcile_run('{run_id}')" in log["stdout"]
    assert "← " in log["stdout"]
    assert "Starting worker" not in log["stdout"]
    assert json.loads(steps["recon_get"]["stdout"])["status"] == "completed"


def test_nothing_to_change_over_ssh(machine: Any, ssh: str) -> None:
    """Whoever comes as another user, and becomes root, finds it as it was left, and needs no mirror."""
    unreachable = "/etc/apt/apt.conf.d/99unreachable"
    machine.out(f"echo 'Acquire::http::Proxy \"http://127.0.0.1:9/\";' >{unreachable}")
    machine.out("find /var/lib/apt -exec touch --date='3 days ago' {} +")
    try:
        assert machine.run("apt-get update --error-on=any").rc != 0
        done = machine.play("playbooks/queue_enablement.yml", ssh)
    finally:
        machine.out(f"rm {unreachable}")
    assert done.returncode == 0, done.stdout
    assert re.search(r"machine +: ok=\d+ +changed=0 ", done.stdout), done.stdout
