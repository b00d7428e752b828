# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis under supervisor that somebody set up by hand is taken over with its data, or left as it is.

Each test goes on from where the one before it left the site.
"""

from __future__ import annotations

import os
import signal
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest
import redis

from tests.integration.queue_site import OTHER_PASSWORD, Site, changes, running_site, wait_until

BY_HAND = "set-by-hand"
KEYS = 500


class Place:
    """What the role finds and leaves."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.data = site.home / "redis"
        self.elsewhere = site.home / "elsewhere"
        self.section = site.home / "conf.d" / "redis.conf"
        self.configuration = self.data / "redis.conf"

    def by_hand(self, directory: Path, *more: str) -> None:
        """Run a Redis that keeps snapshots only, in a directory; it has its keys in memory."""
        directory.mkdir(exist_ok=True)
        lines = [
            f"dir {directory}",
            f"port {self.site.redis_port}",
            f"requirepass {BY_HAND}",
            "save 3600 1",
            *more,
        ]
        configuration = self.site.write("by-hand.conf", "".join(f"{line}\n" for line in lines))
        server = self.site.variables()["redis_server"]
        self.section.write_text(f"[program:redis]\ncommand={server} {configuration}\n", "utf-8")
        self.site.control("update", "redis")
        self.site.control("start", "redis")
        wait_until(lambda: self.size(BY_HAND) >= 0)
        with self.redis(BY_HAND) as client:
            for number in range(KEYS):
                client.set(f"kept:{number}", "value")

    def redis(self, password: str) -> redis.Redis:
        """Return a client whose replies are the server's."""
        url = f"redis://:{quote(password, safe='')}@127.0.0.1:{self.site.redis_port}/0"
        return redis.Redis.from_url(url, decode_responses=True)

    def size(self, password: str) -> int:
        """Return how many keys there are; -1 where Redis does not answer."""
        try:
            with self.redis(password) as client:
                return int(client.dbsize())
        except redis.RedisError:
            return -1

    def state(self) -> dict[str, t.Any]:
        """Return the files of the role, to the byte, with their modes."""
        files = [*self.data.glob("redis.conf*"), *(self.site.home / "conf.d").iterdir()]
        return {str(file): (file.read_bytes(), file.stat().st_mode) for file in files}


@pytest.fixture(scope="module")
def place() -> t.Iterator[Place]:
    with running_site() as made:
        yield Place(made)


def test_a_first_run_that_fails_leaves_nothing(place: Place) -> None:
    """No program that supervisor starts over and over, and no configuration."""
    before = place.state()
    done = place.site.play(roles=["redis"], redis_server="/no/such/server", redis_ready_limit=1)
    assert done.returncode != 0
    assert "is not ready after 1 s" in done.stdout
    assert place.state() == before
    assert "no such process" in place.site.control("status", "redis")


def test_keys_elsewhere_are_not_left_behind(place: Place) -> None:
    """Both directories are named, and nothing is written."""
    place.by_hand(place.elsewhere)
    before, pid = place.state(), place.site.pid("redis")
    done = place.site.play(roles=["redis"])
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert f"keeps its data in {place.elsewhere}, and redis_directory is {place.data}" in said
    assert place.state() == before
    assert (place.site.pid("redis"), place.size(BY_HAND)) == (pid, KEYS)


def test_one_that_keeps_nothing_on_disk_is_not_stopped(place: Place) -> None:
    """With it would go what it holds."""
    place.site.control("stop", "redis")
    place.by_hand(place.data, 'save ""')
    done = place.site.play(roles=["redis"])
    assert done.returncode != 0
    assert "keeps nothing on disk" in " ".join(done.stdout.split())
    assert place.size(BY_HAND) == KEYS


def test_a_takeover_that_fails_is_undone(place: Place) -> None:
    """The Redis from before runs again, with all that it held, and takes more."""
    place.site.control("stop", "redis")
    place.by_hand(place.data)
    before = place.state()
    done = place.site.play(roles=["redis"], redis_server="/no/such/server", redis_ready_limit=1)
    assert done.returncode != 0
    assert "the configuration from before is back" in " ".join(done.stdout.split())
    assert place.state() == before
    wait_until(lambda: place.size(BY_HAND) == KEYS)
    with place.redis(BY_HAND) as client:
        assert client.set("kept:later", "value")


def test_its_snapshot_becomes_the_append_only_file(place: Place) -> None:
    """Nothing is lost, not even what it had not saved yet, and not in a crash right after."""
    assert changes(place.site.play(roles=["redis"])) > 0
    assert place.size(place.site.password) == KEYS + 1
    assert place.size(BY_HAND) == -1
    pid = place.site.pid("redis")
    os.kill(int(pid), signal.SIGKILL)
    wait_until(lambda: place.size(place.site.password) == KEYS + 1)
    assert place.site.pid("redis") != pid
    assert changes(place.site.play(roles=["redis"])) == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"redis_server": "/no/such/server"},
        {"redis_bind": ["127.0.0.1", "192.0.2.1"]},
        {"redis_supervisor_conf": "/no/such.conf"},
    ],
)
def test_what_does_not_run_is_taken_back(place: Place, bad: dict[str, t.Any]) -> None:
    """The password of before is the one that counts; nobody has to restart anything."""
    before = place.state()
    done = place.site.play(roles=["redis"], redis_password=OTHER_PASSWORD, redis_ready_limit=1, **bad)
    assert done.returncode != 0
    assert place.state() == before
    wait_until(lambda: place.size(place.site.password) == KEYS + 1)
    assert place.size(OTHER_PASSWORD) == -1
    assert changes(place.site.play(roles=["redis"])) == 0


def test_the_next_good_run_brings_the_new_password(place: Place) -> None:
    place.site.password = OTHER_PASSWORD
    assert changes(place.site.play(roles=["redis"])) > 0
    assert place.size(OTHER_PASSWORD) == KEYS + 1


def test_a_run_that_was_broken_off_is_made_good(place: Place) -> None:
    """It wrote a configuration and restarted nothing: the next one restarts Redis, once."""
    kept = place.configuration.with_name("redis.conf.before")
    kept.write_bytes(place.configuration.read_bytes())
    pid = place.site.pid("redis")
    assert changes(place.site.play(roles=["redis"])) > 0
    assert place.site.pid("redis") != pid
    assert not kept.exists()
    assert changes(place.site.play(roles=["redis"])) == 0
