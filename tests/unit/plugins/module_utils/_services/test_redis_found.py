# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis is found by what systemd, supervisor and Docker say of it; their words are as they print them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._services import redis_found

LOGIN = ("default", "")
EXEC_START = (
    "ExecStart={ path=/usr/bin/redis-server ; "
    "argv[]=/usr/bin/redis-server %s --supervised systemd --daemonize no ; "
    "ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }\n"
)
Say = Callable[[str], None]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Have every program print a text."""
    return lambda text: monkeypatch.setattr(redis_found, "_printed", lambda _argv: text)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "redis.conf"
    path.write_text(f"dir {tmp_path}/data\nappendonly no\n", "utf-8")
    return path


def test_a_unit_that_is_stopped(say: Say, configuration: Path) -> None:
    """Its data is where its configuration says."""
    say(f"MainPID=0\n{EXEC_START % configuration}LoadState=loaded\n")
    found = redis_found.by_unit("redis-server.service", LOGIN)
    assert (found.directories, found.running, found.pid) == ((f"{configuration.parent}/data",), False, 0)
    assert (found.appends, found.keys) == (False, None)


@pytest.mark.parametrize("said", ["", "LoadState=not-found\nMainPID=0\n"])
def test_no_unit(say: Say, said: str) -> None:
    say(said)
    assert redis_found.by_unit("redis-server.service", LOGIN).directories == ()


def test_a_program_that_is_stopped(say: Say, configuration: Path, tmp_path: Path) -> None:
    section = tmp_path / "section.conf"
    section.write_text(
        f"[program:redis]\ncommand = redis-server {configuration.name}\ndirectory={tmp_path}\n", "utf-8"
    )
    say("0\n")
    found = redis_found.by_program("redis", section, ["supervisorctl"], LOGIN)
    assert (found.directories, found.running) == ((f"{tmp_path}/data",), False)


def test_no_program(say: Say, tmp_path: Path) -> None:
    say("No such process redis\n")
    assert redis_found.by_program("redis", tmp_path / "no", ["supervisorctl"], LOGIN).directories == ()


@pytest.mark.parametrize(
    ("mounts", "directories"),
    [
        ([], ("the container itself",)),
        ([("/srv/redis", "/data")], ("/srv/redis",)),
        ([("/srv/a", "/data"), ("/srv/b", "/etc/redis")], ("/srv/a", "/srv/b")),
    ],
)
def test_a_container(say: Say, mounts: list[tuple[str, str]], directories: tuple[str, ...]) -> None:
    """Its data counts though it does not run."""
    facts = {
        "Mounts": [{"Source": outside, "Destination": inside} for outside, inside in mounts],
        "Config": {"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["redis-server", "--appendonly", "yes"]},
        "State": {"Pid": 0},
    }
    say(json.dumps([facts]))
    found = redis_found.by_container("redis")
    assert (found.directories, found.running, found.appends) == (directories, True, True)


def test_a_containers_configuration_is_read_where_its_host_has_it(say: Say, configuration: Path) -> None:
    facts = {
        "Mounts": [{"Source": str(configuration.parent), "Destination": "/usr/local/etc/redis"}],
        "Config": {"Entrypoint": None, "Cmd": ["/bin/redis-server", "/usr/local/etc/redis/redis.conf"]},
        "State": {"Pid": 0},
    }
    say(json.dumps([facts]))
    assert redis_found.by_container("redis").settings["dir"] == f"{configuration.parent}/data"


def test_no_container(say: Say) -> None:
    say("")
    assert redis_found.by_container("redis").directories == ()
