# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis that is another's is refused before anything is touched, and nothing of it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

ELSEWHERE = "/srv/redis"
# A link to /dev/null each, made by the role; systemd knows the package's unit by both names.
MASKS = ("/etc/systemd/system/redis-server.service", "/etc/systemd/system/redis.service")
KEYS = 200


def refused(machine: Any, told: str, **variables: Any) -> None:
    """Whether a run ends with one sentence, and Redis and its configuration are as before."""

    def state() -> tuple[str, ...]:
        files = f"/var/lib/psp/redis/redis.conf /etc/systemd/system/psp-redis.service {ELSEWHERE}/*"
        return machine.out(f"sha256sum {files}"), machine.show("psp-redis", "MainPID")

    before = state()
    done = machine.stand_up(**variables)
    assert done.returncode != 0
    assert told in " ".join(done.stdout.split()), done.stdout
    assert state() == before


@pytest.fixture(scope="module", autouse=True)
def another(machine: Any) -> Iterator[None]:
    """A directory with the data of a Redis that somebody made by hand."""
    machine.out(f"install --directory --owner=redis {ELSEWHERE}")
    run = f"systemd-run --unit=by-hand --uid=redis redis-server --port 6390 --dir {ELSEWHERE}"
    machine.out(run)
    code = (
        "import time, redis; r = redis.Redis(port=6390, socket_timeout=5, retry=redis.retry.Retry("
        "redis.backoff.ConstantBackoff(0.2), 50)); "
        f"[r.set(f'kept:{{n}}', 'value') for n in range({KEYS})]; print(r.dbsize(), r.save())"
    )
    assert machine.out("python3 -c %s", code).split() == [str(KEYS), "True"]
    yield
    machine.out("systemctl stop by-hand.service")
    machine.out(f"rm --recursive {ELSEWHERE}")


def test_data(machine: Any) -> None:
    """It is named, with where it is."""
    told = f"there is data in {ELSEWHERE} that this role did not make (dump.rdb): move it away"
    refused(machine, told, redis_directory=ELSEWHERE)


def test_port(machine: Any) -> None:
    """That of the Redis that was made by hand."""
    refused(machine, "port 6390 at 127.0.0.1 is taken by another program", redis_port=6390)


def test_unit(machine: Any) -> None:
    """One that this role did not make."""
    unit = "/etc/systemd/system/another.service"
    machine.out(f"printf '[Service]\nExecStart=/bin/true\n' >{unit}")
    try:
        refused(machine, f"{unit} is there and was not made by this role", redis_systemd={"name": "another"})
    finally:
        machine.out(f"rm {unit}")


def test_the_packages_own_unit(machine: Any) -> None:
    """It would start another Redis at the next boot."""
    machine.out(f"rm {' '.join(MASKS)}")
    machine.out("systemctl enable redis-server.service")
    try:
        refused(machine, "this host has a Redis that this role did not make (redis-server.service)")
    finally:
        machine.out("systemctl disable redis-server.service")
        for mask in MASKS:
            machine.out(f"ln --symbolic --force /dev/null {mask}")
        machine.out("systemctl daemon-reload")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"redis_maxmemory": "512 MB"}, "redis_maxmemory '512 MB' is not a size as Redis writes it"),
        ({"redis_maxmemory_policy": "no-eviction"}, "value of redis_maxmemory_policy must be one of"),
        ({"redis_password": ""}, "redis_password is missing"),
    ],
)
def test_what_redis_would_not_read(machine: Any, variables: dict[str, str], told: str) -> None:
    """That is said before anything is touched."""
    refused(machine, told, **variables)
