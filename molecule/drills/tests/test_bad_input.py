# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot run is told by its reason; the container that ran before runs again, with the same files."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ENABLEMENT = "playbooks/queue_enablement.yml"
ELSE = "an0ther+p&ss?word"


@contextmanager
def taken_port() -> Iterator[int]:
    """A port of this machine that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def files(staging: Any) -> dict[str, tuple[bytes, int]]:
    """What the roles write on the engine's host, to the byte, with its mode."""
    found = [staging.work / "redis" / "redis.conf", *(staging.work / "etc").glob("*.env*")]
    return {str(path): (path.read_bytes(), path.stat().st_mode) for path in found}


def assert_refused(staging: Any, wait_until: Callable[..., None], name: str, reason: str, **bad: Any) -> None:
    """With these variables the enablement fails with the reason; container and files are what they were."""
    before, written = staging.outside(name)["Id"], files(staging)
    done = staging.playbook(ENABLEMENT, f"--limit={name},engine", **bad)
    assert done.returncode != 0
    assert reason in done.stdout, done.stdout[-3000:]
    assert "the container from before is back" in done.stdout
    assert [what for what, secret in staging.secrets().items() if secret in done.stdout] == []
    assert ELSE not in done.stdout
    assert staging.outside(name)["Id"] == before
    assert files(staging) == written
    wait_until(lambda: staging.health(name) == "healthy", f"{name} is healthy again")


def assert_passwords(staging: Any) -> None:
    """The worker's password is Redis's; the one that was to come is not."""
    ask = "import os, redis; r = redis.Redis.from_url(os.environ['REDIS_URL']); print(r.ping())"
    assert staging.inside("worker").run("python3 -c %s", ask).stdout.strip() == "True"
    said = staging.inside("redis").run("redis-cli --no-auth-warning -a %s ping", ELSE)
    assert "WRONGPASS" in said.stdout + said.stderr


def test_port_taken(staging: Any, wait_until: Callable[..., None]) -> None:
    """Redis is to publish a port that somebody else has, and to take another password."""
    with taken_port() as port:
        bad = {"redis_docker_ports": [f"127.0.0.1:{port}:6379"], "redis_password": ELSE}
        assert_refused(staging, wait_until, "redis", "address already in use", **bad)
    assert_passwords(staging)


def test_a_configuration_that_redis_does_not_run_with(staging: Any, wait_until: Callable[..., None]) -> None:
    """The container stays the same: it is restarted in place, with the file from before."""
    bad = {"redis_bind": ["192.0.2.1"], "redis_password": ELSE, "redis_ready_limit": 8}
    assert_refused(staging, wait_until, "redis", "Cannot assign requested address", **bad)
    assert_passwords(staging)


def test_a_container_that_was_not_there_before(staging: Any) -> None:
    """It is not left behind to start over and over; nor is its configuration."""
    new = {"redis_docker_name": f"{staging.prefix}-redis-new", "redis_directory": f"{staging.work}/redis-new"}
    bad = {"redis_server": "/no/such/redis-server", "redis_ready_limit": 8, "redis_docker_networks": []}
    done = staging.playbook(ENABLEMENT, "--limit=redis,engine", **new, **bad)
    assert done.returncode != 0
    assert "/no/such/redis-server: not found" in done.stdout, done.stdout[-3000:]
    assert "it is taken away again" in done.stdout
    assert f"{staging.prefix}-redis-new" not in staging.docker("ps", "--all", "--format={{.Names}}")
    assert list((staging.work / "redis-new").iterdir()) == []


def test_data_in_another_place_is_not_left_behind(staging: Any) -> None:
    """Redis is to have another directory than its data: both are named, and it runs on."""
    before = staging.outside("redis")["State"]["StartedAt"]
    other = f"{staging.work}/redis-other"
    done = staging.playbook(ENABLEMENT, "--limit=redis,engine", redis_directory=other)
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert f"keeps its data in {staging.work}/redis, and redis_directory is {other}" in said
    assert staging.outside("redis")["State"]["StartedAt"] == before


def test_no_module_in_the_directory(staging: Any, wait_until: Callable[..., None]) -> None:
    """The worker is to run where its application is not."""
    bad = {"arq_worker_directory": "/app/e2e", "arq_worker_ready_limit": 8}
    assert_refused(staging, wait_until, "worker", "ModuleNotFoundError: No module named", **bad)


def test_no_such_image(staging: Any, wait_until: Callable[..., None]) -> None:
    """The worker is to run from an image that no registry has."""
    image = "psp-rc/no-such-image"
    assert_refused(staging, wait_until, "worker", image, arq_worker_docker_image=image)


@pytest.mark.parametrize("variable", ["API_TOKEN", "DATABASE_URL", "REDIS_URL", "DISPLAY_NAME"])
def test_a_worker_that_prints_its_secrets(
    staging: Any, wait_until: Callable[..., None], variable: str
) -> None:
    """As a settings library does that shows the value it does not like; copied by file, or set here."""
    code = f"import os; raise SystemExit('input_value=' + repr(os.environ['{variable}']))"
    bad = {
        "arq_worker_command": ["python3", "-c", code],
        "arq_worker_ready_limit": 6,
        "arq_worker_docker_log": "container",
        "arq_worker_secrets": {"DISPLAY_NAME": "plainvalue12345"},
    }
    before = staging.outside("worker")["Id"]
    done = staging.playbook(ENABLEMENT, "--limit=worker,engine", **bad)
    assert done.returncode != 0
    assert re.search(r"input_value=\S*\*{8}", done.stdout), done.stdout[-3000:]
    told = {**staging.secrets(), "display": "plainvalue12345"}
    assert [what for what, secret in told.items() if secret in done.stdout] == []
    assert staging.outside("worker")["Id"] == before
    wait_until(lambda: staging.health("worker") == "healthy", "the worker is healthy again")
