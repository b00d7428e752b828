# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator may run into is said, and nothing is left half done."""

from __future__ import annotations

import re
from typing import Any

UNIT = "/etc/systemd/system/psp-worker.service"
PORT = 6399


def test_a_unit_that_was_edited_by_hand_is_kept(machine: Any) -> None:
    """As a backup beside it; the unit is then as the role makes it."""
    made = machine.host.file(UNIT).content_string
    machine.out(f"echo '# by hand' >>{UNIT}")
    done = machine.stand_up()
    assert done.returncode == 0, done.stdout
    (backup,) = machine.out("find /etc/systemd/system -name 'psp-worker.service.*~'").split()
    assert machine.host.file(backup).content_string == f"{made}# by hand\n"
    assert machine.host.file(UNIT).content_string == made


def test_a_port_that_is_taken(machine: Any, wait_until: Any) -> None:
    """That is said, and Redis runs on as before."""
    pid, configuration = machine.show("psp-redis", "MainPID"), "/var/lib/psp/redis/redis.conf"
    before = machine.host.file(configuration).content_string
    machine.out(f"systemd-run --unit=squatter python3 -m http.server --bind 127.0.0.1 {PORT}")
    try:
        wait_until(lambda: f":{PORT}" in machine.out("ss -ltn"), "the port is taken")
        done = machine.stand_up(redis_port=PORT)
    finally:
        machine.out("systemctl stop squatter.service")
    assert done.returncode != 0
    assert f"port {PORT} at 127.0.0.1 is taken by another program" in " ".join(done.stdout.split())
    assert machine.show("psp-redis", "MainPID") == pid
    assert machine.host.file(configuration).content_string == before


def test_a_command_that_is_not_there(machine: Any) -> None:
    """systemd-analyze says so before anything is written, and the worker runs on as before."""
    made, pid = machine.host.file(UNIT).content_string, machine.show("psp-worker", "MainPID")
    done = machine.stand_up(arq_worker_command=["/no/such/arq", "app.queue.patient_worker.WorkerSettings"])
    assert done.returncode != 0
    told = " ".join(done.stdout.split())
    assert "Command /no/such/arq is not executable: No such file or directory" in told
    assert machine.host.file(UNIT).content_string == made
    assert machine.show("psp-worker", "MainPID") == pid


def test_a_runtime_that_there_is_not(machine: Any) -> None:
    """The argument spec says so, before anything is touched."""
    done = machine.stand_up(arq_worker_runtime="podman")
    assert done.returncode != 0
    assert "value of arq_worker_runtime must be one of: systemd, docker, supervisor, none" in done.stdout


def test_what_somebody_else_runs_must_be_there(machine: Any) -> None:
    """As in a pod: nothing is set up, and what is not well is said."""
    runtimes = {f"{role}_runtime": "none" for role in ("redis", "arq_worker", "backend_env")}
    done = machine.stand_up(**runtimes, redis_directory="/no/such")
    assert done.returncode == 0, done.stdout
    assert re.search(r"machine +: ok=\d+ +changed=0 ", done.stdout), done.stdout
    done = machine.stand_up(**runtimes, redis_port=PORT)
    assert done.returncode != 0
    assert f"no Redis listens at 127.0.0.1:{PORT}: start it" in " ".join(done.stdout.split())


def test_no_secret_is_told(machine: Any) -> None:
    """Not even where the play is as talkative as it can be, changes a secret, and restarts what has it."""
    secrets, output = {**machine.secrets, "the new one": "another's c0nversion"}, ""
    changes: dict[str, Any] = {"arq_worker_secrets": {"WORKER_ODDITY": secrets["the new one"]}}
    try:
        for mode in (["--check"], []):
            done = machine.play(
                "playbooks/queue_enablement.yml", "-vvv", "--diff", *mode, backend_env_restart=True, **changes
            )
            assert done.returncode == 0, done.stdout
            assert "WORKER_ODDITY=[masked:WORKER_ODDITY] (new)" in done.stdout
            output += done.stdout + done.stderr
        assert machine.environment("psp-worker")["WORKER_ODDITY"] == secrets["the new one"]
    finally:
        assert machine.stand_up().returncode == 0
    assert [what for what, secret in secrets.items() if secret in output] == []
