# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was in the Redis that was taken over is in it still, and the queue works."""

from __future__ import annotations

import json
from typing import Any

import pytest

IN_REDIS = (
    "import os, redis; r = redis.Redis.from_url(os.environ['REDIS_URL'], decode_responses=True); print({})"
)
IN_API = (
    "import json, os, urllib.request as u; "
    "print(json.load(u.urlopen(u.Request('http://127.0.0.1:8000/api/v1/reconciliation/runs/{}', "
    "headers={{'Authorization': 'Bearer ' + os.environ['API_TOKEN']}})))['status'])"
)


def ask(host: Any, expression: str) -> str:
    """Return what a Python expression about Redis C(r) prints in a container."""
    said = host.run("python3 -c %s", IN_REDIS.format(expression))
    assert said.rc == 0, said.stderr
    return str(said.stdout.strip())


def all_there(staging: Any) -> bool:
    """Whether every key has its value."""
    wrong = "[n for n in range(2000) if r.get(f'kept:{n}') != f'value {n}']"
    return ask(staging.inside("backend"), wrong) == "[]"


def test_data_is_kept(staging: Any) -> None:
    """Each key, with its time to live."""
    assert all_there(staging)
    assert 0 < int(ask(staging.inside("backend"), "r.ttl('kept:for-a-day')")) <= 86400


def test_the_run_that_waited_is_carried_out(staging: Any, wait_until: Any) -> None:
    """The job that was in the queue before the worker, the password and the configuration were."""
    run_id = (staging.work / "run_id").read_text("utf-8")
    backend = staging.inside("backend")
    wait_until(
        lambda: backend.run("python3 -c %s", IN_API.format(run_id)).stdout.strip() == "completed",
        f"run {run_id} is completed",
    )
    log = staging.inside("worker").file("/var/log/psp/worker.log").content_string
    assert f"reconcile_run('{run_id}')" in log


def test_the_old_password_is_of_no_use(staging: Any) -> None:
    """Nobody who knew it gets in."""
    old = f"set-by-hand-{staging.secrets()['the random part']}"
    said = staging.inside("redis").run(f"redis-cli --no-auth-warning -a {old} get kept:1")
    assert "WRONGPASS" in said.stdout + said.stderr


def test_data_survives_a_crash(staging: Any, wait_until: Any) -> None:
    """What the append-only file began with counts, too."""
    restarts = staging.outside("redis")["RestartCount"]
    staging.kill("redis")
    wait_until(lambda: staging.outside("redis")["RestartCount"] > restarts, "Redis is started again")
    wait_until(lambda: staging.health("redis") == "healthy", "Redis is healthy again")
    assert all_there(staging)


@pytest.mark.parametrize("package", ["package_3"])
def test_the_closure_proves_the_queue(staging: Any, wait_until: Any, package: str) -> None:
    """Package-3 passes on what was taken over."""
    wait_until(lambda: staging.health("worker") == "healthy", "the worker is healthy")
    done = staging.playbook("playbooks/rc_closure.yml", f"--tags={package}", rc_closure_release="upgrade")
    report = json.loads((staging.evidence / "PSP-3031" / "upgrade" / "report.json").read_text("utf-8"))
    assert report["packages"][package]["status"] == "PASS", report["packages"][package]["note"]
    assert done.returncode == 0, done.stdout[-3000:]
