# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redis, worker and backend as the roles' runtime docker leaves them."""

from __future__ import annotations

import json
from typing import Any

import pytest

MADE = ("redis", "worker", "backend")
MEBIBYTES = {"redis": 256, "worker": 256, "backend": 1024}


@pytest.fixture(params=MADE)
def name(request: pytest.FixtureRequest) -> str:
    """One of the containers."""
    return str(request.param)


def test_healthy(staging: Any, name: str) -> None:
    """It has a healthcheck, and is well."""
    assert staging.outside(name)["Config"]["Healthcheck"]["Test"][0] in ("CMD", "CMD-SHELL")
    assert staging.health(name) == "healthy"


def test_what_the_healthcheck_says(staging: Any, wait_until: Any) -> None:
    """Redis's own reply; a heartbeat that is the worker's; a backend that is ready."""
    says = {"redis": "PONG", "worker": "the heartbeat is fresh", "backend": "ready"}

    def last(name: str) -> str:
        return str(staging.outside(name)["State"]["Health"]["Log"][-1]["Output"]).strip()

    assert set(says) == set(MADE)
    for name, words in says.items():
        # The engine gives a probe five seconds: on a busy machine one of them may say that it had more to do.
        wait_until(lambda name=name, words=words: last(name) == words, f"{name} says {words}")


def test_limits(staging: Any, name: str) -> None:
    """It comes back when it crashes, and takes no more memory than it may."""
    given = staging.outside(name)["HostConfig"]
    assert given["RestartPolicy"]["Name"] == "unless-stopped"
    assert given["Memory"] == given["MemorySwap"] == MEBIBYTES[name] * 1024**2


def test_privileges(staging: Any, name: str) -> None:
    """It runs as nobody special, and cannot become anybody."""
    given = staging.outside(name)["HostConfig"]
    assert given["CapDrop"] == ["ALL"]
    assert given["SecurityOpt"] == ["no-new-privileges:true"]
    status = staging.inside(name).file("/proc/1/status").content_string
    identities = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    assert "0" not in identities


def test_publishes_no_port(staging: Any, name: str) -> None:
    """Nobody asked for one."""
    assert not staging.outside(name)["HostConfig"]["PortBindings"]
    assert not any(staging.outside(name)["NetworkSettings"]["Ports"].values())


def test_no_secret_in_argv(staging: Any, name: str) -> None:
    """Neither in what the container runs nor in what runs in it."""
    outside, inside = staging.outside(name), staging.inside(name)
    described = json.dumps(
        [outside["Path"], outside["Args"], outside["Config"]["Healthcheck"], outside["Config"]["Cmd"]]
    )
    running = inside.run("ps -eww -o args").stdout
    assert [what for what, secret in staging.secrets().items() if secret in described + running] == []


def test_no_secret_in_the_image(staging: Any, name: str) -> None:
    """Nor in what the image's making left in it."""
    image = staging.outside(name)["Image"]
    left = staging.docker("image", "inspect", image) + staging.docker("history", "--no-trunc", image)
    assert [what for what, secret in staging.secrets().items() if secret in left] == []


@pytest.mark.parametrize(
    "file",
    [
        "etc/backend.env",
        "etc/backend.env.docker",
        "etc/worker.env",
        "etc/worker.env.docker",
        "redis/redis.conf",
    ],
)
def test_files_of_the_engines_host(staging: Any, file: str) -> None:
    """What holds secrets is its owner's alone."""
    assert (staging.work / file).stat().st_mode & 0o777 == 0o600


def test_redis_keeps_a_digest_only(staging: Any) -> None:
    """The password is nowhere in what Redis has."""
    configuration = (staging.work / "redis" / "redis.conf").read_text("utf-8")
    assert [what for what, secret in staging.secrets().items() if secret in configuration] == []


def test_environment_of_the_worker(staging: Any) -> None:
    """The checklist's three variables, in the process that runs."""
    found = staging.environment("worker")
    assert found["ENV"] == "staging"
    assert found["DATABASE_URL"].startswith("postgresql+asyncpg://psp:")
    assert found["REDIS_URL"] == f"redis://:{staging.secrets()['redis, encoded']}@redis:6379/0"


def test_environment_of_the_backend(staging: Any) -> None:
    """On the queue, with the same Redis; quotes, C(export) and comments are none of the value's."""
    found = staging.environment("backend")
    assert found["RECON_RUNNER"] == "queue"
    assert found["REDIS_URL"] == staging.environment("worker")["REDIS_URL"]
    assert found["SYNC_DATABASE_URL"].endswith("@postgres:5432/psp")
    assert found["ENV"] == "staging"


def test_the_worker_says_that_it_is_connected(staging: Any) -> None:
    """arq's two lines."""
    log = staging.inside("worker").file("/var/log/psp/worker.log").content_string
    assert "Starting worker for 1 functions: reconcile_run" in log
    assert "redis_version=7." in log


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ping", "NOAUTH Authentication required."),
        ("--user healthcheck --pass none ping", "PONG"),
        ("--user healthcheck --pass none get arq:queue", "NOPERM"),
        ("--user healthcheck --pass none acl list", "NOPERM"),
    ],
)
def test_who_may_do_what_in_redis(staging: Any, command: str, answer: str) -> None:
    """Whoever has no password may do nothing; the healthcheck may ask for its health and no more."""
    said = staging.inside("redis").run(f"redis-cli --no-auth-warning {command}").stdout
    assert answer in said


def test_redis_loses_no_job(staging: Any) -> None:
    """It writes an append-only file and evicts nothing; other hosts of its network reach it."""
    asked = (
        "import os, redis\n"
        "r = redis.Redis.from_url(os.environ['REDIS_URL'])\n"
        "print(r.config_get('appendonly')['appendonly'], "
        "r.config_get('maxmemory-policy')['maxmemory-policy'])"
    )
    said = staging.inside("worker").run("python3 -c %s", asked)
    assert said.stdout.split() == ["yes", "noeviction"], said.stderr


@pytest.mark.parametrize("victim", ["worker", "redis"])
def test_comes_back_when_it_crashes(staging: Any, wait_until: Any, victim: str) -> None:
    """The engine starts it again, and the healthcheck is content with the new process only."""
    before = staging.outside(victim)
    staging.kill(victim)
    wait_until(
        lambda: staging.outside(victim)["RestartCount"] > before["RestartCount"], f"{victim} is started again"
    )
    for name in ("redis", "worker"):
        wait_until(lambda name=name: staging.health(name) == "healthy", f"{name} is healthy again")
