# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is killed, stopped or started anew comes back, and loses nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

UNITS = ("psp-redis", "psp-worker", "psp-backend")


@pytest.mark.parametrize("victim", ["psp-worker", "psp-redis", "psp-backend"])
def test_comes_back_when_it_is_killed(machine: Any, wait_until: Any, victim: str) -> None:
    """systemd starts it again; its data is there; a run goes through once more."""
    assert machine.redis("r.set('kept', 'yes')") == "True"
    before = machine.show(victim, "MainPID")
    machine.out(f"kill -9 {before}")
    wait_until(lambda: machine.show(victim, "MainPID") not in ("0", before), f"{victim} is started again")
    assert int(machine.show(victim, "NRestarts")) >= 1
    for unit in UNITS:
        wait_until(lambda unit=unit: machine.healthy(unit), f"{unit} is healthy again")
    assert machine.redis("r.get('kept')") == "yes"
    run_id = machine.api("POST", "runs", '{"provider": "acmepay"}')["id"]
    wait_until(lambda: machine.api("GET", f"runs/{run_id}")["status"] == "completed", "the run ends")
    assert f"reconcile_run('{run_id}')" in machine.journal("psp-worker")


def test_a_heartbeat_is_not_enough(machine: Any, wait_until: Any) -> None:
    """It does not count where no worker runs, or where it is of another interval."""
    machine.out("systemctl stop psp-worker.service")

    def says(told: str, milliseconds: int) -> bool:
        """Whether a healthcheck refuses a heartbeat with so long to live. The timer's may be under way."""
        machine.redis(f"r.set('arq:queue:health-check', 'j_complete=1', px={milliseconds})")
        healthy = machine.healthy("psp-worker")
        return not healthy and told in machine.journal("psp-worker-health").splitlines()[-1]

    try:
        wait_until(lambda: says("the worker does not run", 2900), "a dead worker's heartbeat is refused")
        assert "psp-worker-health.service" in machine.out("systemctl --failed --plain --no-legend")
    finally:
        machine.out("systemctl start psp-worker.service")
    wait_until(lambda: says("too long for its interval", 3_000_000), "another's heartbeat is refused")
    wait_until(lambda: machine.healthy("psp-worker"), "the worker is healthy again")


def test_a_job_in_flight_ends_before_the_worker_stops(machine: Any, wait_until: Any) -> None:
    """It is carried out once, by the worker that began it."""
    machine.out("echo 3 >/etc/psp/job_seconds")
    try:
        run_id = machine.api("POST", "runs", '{"provider": "acmepay"}')["id"]
        begun = f"reconcile_run('{run_id}')"
        wait_until(lambda: begun in machine.journal("psp-worker"), "the job has begun")
        pid = machine.show("psp-worker", "MainPID")
        machine.out("systemctl restart psp-worker.service")
    finally:
        machine.out("rm /etc/psp/job_seconds")
    assert machine.show("psp-worker", "MainPID") != pid
    log = machine.journal("psp-worker")
    job = re.search(rf"→ (\S+?):{re.escape(begun)}", log)
    assert job
    assert log.count(begun) == 1
    assert f"← {job[1]}:reconcile_run ●" in log
    assert machine.api("GET", f"runs/{run_id}")["status"] == "completed"


def test_the_machine_starts_anew(machine: Any, wait_until: Any) -> None:
    """All of it is there again, nothing is lost, and there is nothing to change."""
    assert machine.redis("r.set('kept', 'for long')") == "True"
    machine.restart()
    for unit in UNITS:
        wait_until(lambda unit=unit: machine.healthy(unit), f"{unit} is healthy again", 60)
    assert machine.redis("r.get('kept')") == "for long"
    done = machine.stand_up()
    assert done.returncode == 0, done.stdout
    assert re.search(r"machine +: ok=\d+ +changed=0 ", done.stdout), done.stdout
