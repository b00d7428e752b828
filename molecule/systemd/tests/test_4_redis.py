# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration that Redis does not run with is taken back; the package's own Redis loses no key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

DIRECTORY = "/var/lib/redis/psp"
CONFIGURATION = f"{DIRECTORY}/redis.conf"
DROP_IN = "/etc/systemd/system/redis-server.service.d/psp.conf"
PACKAGES = "/var/lib/redis"
ELSE = "an0ther+p&ss?word"
KEYS = 2000


def state(machine: Any) -> dict[str, Any]:
    """What Redis runs with, to the byte."""
    files = {
        path: (file.content_string, file.mode, file.user, file.group)
        for path in (CONFIGURATION, DROP_IN)
        for file in [machine.host.file(path)]
    }
    return {**files, "left": machine.out(f"find {DIRECTORY} /etc/systemd/system -name '*.before'")}


def changed(done: Any) -> int:
    """How much a good run changed."""
    assert done.returncode == 0, done.stdout
    found = re.search(r"machine +: ok=\d+ +changed=(\d+) ", done.stdout)
    assert found
    return int(found[1])


@pytest.mark.parametrize(
    ("bad", "told", "same_process"),
    [
        ({"redis_server": "/no/such/redis-server"}, "Command /no/such/redis-server is not executable", True),
        ({"redis_server": "/usr/bin/redis-cli"}, "redis-server.service does not start", False),
    ],
)
def test_a_configuration_that_does_not_run(
    machine: Any, wait_until: Any, bad: dict[str, Any], told: str, same_process: bool
) -> None:
    """All is as before: the file, the unit, the password, the data. Nobody has to restart anything."""
    assert machine.redis("r.set('kept', 'through it all')") == "True"
    before, pid = state(machine), machine.show("redis-server", "MainPID")
    done = machine.stand_up(redis_password=ELSE, **bad)
    said = " ".join(done.stdout.split())
    assert done.returncode != 0
    assert told in said, done.stdout
    assert "the configuration from before is back" in said
    assert ELSE not in done.stdout
    assert state(machine) == before
    assert (machine.show("redis-server", "MainPID") == pid) is same_process
    wait_until(lambda: machine.healthy("redis-server"), "Redis is healthy again")
    assert machine.redis("r.get('kept')") == "through it all"
    assert changed(machine.stand_up()) == 0


def test_a_run_that_was_broken_off_is_made_good(machine: Any) -> None:
    """It had written a configuration, and restarted nothing: the next one does, once."""
    machine.out(f"cp --archive {CONFIGURATION} {CONFIGURATION}.before")
    pid = machine.show("redis-server", "MainPID")
    assert changed(machine.stand_up()) > 0
    assert machine.show("redis-server", "MainPID") != pid
    assert not machine.host.file(f"{CONFIGURATION}.before").exists
    assert changed(machine.stand_up()) == 0


@pytest.mark.parametrize(
    ("variable", "value"), [("redis_maxmemory", "512 MB"), ("redis_maxmemory_policy", "no-eviction")]
)
def test_what_redis_would_not_read(machine: Any, variable: str, value: str) -> None:
    """That is said before anything is touched."""
    before = state(machine)
    done = machine.stand_up(**{variable: value})
    assert done.returncode != 0
    assert f"{variable} is '{value}': it wants" in " ".join(done.stdout.split())
    assert state(machine) == before


def ask_package(machine: Any, *words: str) -> str:
    """Return what the package's Redis answers, which asks nobody for a password."""
    return str(machine.out("redis-cli " + " ".join(["%s"] * len(words)), *words)).strip()


@pytest.fixture(scope="module")
def package(machine: Any) -> Iterator[None]:
    """The package's own Redis, with keys that it has not saved yet; the worker waits for it."""
    machine.out("systemctl stop psp-worker psp-backend redis-server-health.timer redis-server")
    machine.out(f"rm -r {DIRECTORY} {DROP_IN} /etc/systemd/system/redis-server-health.*")
    machine.out("systemctl daemon-reload")
    # A healthcheck may have been under way.
    machine.run("systemctl reset-failed redis-server-health.service")
    machine.out("systemctl start redis-server")
    load = (
        "import socket; s = socket.create_connection(('127.0.0.1', 6379)); "
        f"s.sendall(b''.join(b'SET kept:%d value\\r\\n' % n for n in range({KEYS})) "
        "+ b'ZADD arq:kept 1 job\\r\\nQUIT\\r\\n'); print(len(s.makefile().read()))"
    )
    machine.out("python3 -c %s", load)
    assert ask_package(machine, "dbsize") == str(KEYS + 1)
    assert ask_package(machine, "config", "get", "appendonly").split() == ["appendonly", "no"]
    yield
    # As it was, for whoever looks at the machine afterwards.
    assert machine.stand_up(redis_directory=PACKAGES).returncode == 0


def test_data_elsewhere_is_not_left_behind(machine: Any, package: None) -> None:
    """Both directories are named, and nothing is written."""
    pid = machine.show("redis-server", "MainPID")
    done = machine.stand_up()
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert f"redis-server.service keeps its data in {PACKAGES}, and redis_directory is {DIRECTORY}" in said
    assert "redis_leave_data" in said
    assert not machine.host.file(DIRECTORY).exists
    assert not machine.host.file(DROP_IN).exists
    assert machine.show("redis-server", "MainPID") == pid
    assert ask_package(machine, "dbsize") == str(KEYS + 1)


def test_a_takeover_that_fails_is_undone(machine: Any, package: None) -> None:
    """The package's Redis runs again as the package has it, with all that it held, and takes more."""
    done = machine.stand_up(redis_directory=PACKAGES, redis_server="/usr/bin/redis-cli")
    assert done.returncode != 0
    assert "the configuration from before is back" in " ".join(done.stdout.split())
    assert not machine.host.file(DROP_IN).exists
    assert not machine.host.file(f"{PACKAGES}/redis.conf").exists
    assert "redis-server-health" not in machine.out("systemctl list-units --all --plain --no-legend")
    assert ask_package(machine, "dbsize") == str(KEYS + 1)
    assert ask_package(machine, "config", "get", "appendonly").split() == ["appendonly", "no"]
    assert ask_package(machine, "set", "kept:later", "value") == "OK"


def test_an_append_only_file_from_earlier_is_not_read(machine: Any, package: None) -> None:
    """It is not what the package's Redis holds: that is said, and nothing is touched."""
    machine.out(f"touch {PACKAGES}/appendonly.aof")
    try:
        done = machine.stand_up(redis_directory=PACKAGES)
    finally:
        machine.out(f"rm {PACKAGES}/appendonly.aof")
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert f"{PACKAGES}/appendonly.aof is there from earlier" in said
    assert ask_package(machine, "dbsize") == str(KEYS + 2)


def test_nothing_is_lost_where_its_directory_is_taken_over(
    machine: Any, wait_until: Any, package: None
) -> None:
    """Not what it had not saved yet; not in a crash right after; and there is nothing to change then."""
    assert changed(machine.stand_up(redis_directory=PACKAGES)) > 0
    count = "len([k for k in r.scan_iter('kept:*')]), r.zrange('arq:kept', 0, -1)"
    assert machine.redis(count) == f"{KEYS + 1} ['job']"
    assert machine.redis("r.config_get('appendonly')['appendonly']") == "yes"
    pid = machine.show("redis-server", "MainPID")
    machine.out(f"kill -9 {pid}")
    wait_until(lambda: machine.show("redis-server", "MainPID") not in ("0", pid), "Redis is started again")
    wait_until(lambda: machine.healthy("redis-server"), "Redis is healthy again")
    assert machine.redis(count) == f"{KEYS + 1} ['job']"
    assert changed(machine.stand_up(redis_directory=PACKAGES)) == 0
