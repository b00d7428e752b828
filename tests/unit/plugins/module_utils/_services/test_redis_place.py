# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Redis may be taken over, and which would lose what it keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._services import redis_found, redis_place

APPENDS = ("/data/appendonlydir/appendonly.aof.1.incr.aof",)


def problem(directory: Path, **known: Any) -> str:
    return redis_place.problem(redis_place.Redis("redis-server.service", **known), str(directory))


@pytest.mark.parametrize(
    "known",
    [
        {"running": True, "keys": 4, "open_files": APPENDS},
        {"running": True, "keys": 4, "open_files": ()},
        {"running": True, "open_files": (), "settings": {"save": "3600 1", "dbfilename": "dump.rdb"}},
        {"running": True, "keys": 0, "settings": {"save": ""}},
        {"running": False, "settings": {"save": ""}},
        {"running": True, "settings": {"appendonly": "yes", "save": ""}},
    ],
)
def test_what_is_found_again(tmp_path: Path, known: dict[str, Any]) -> None:
    assert problem(tmp_path, directories=(str(tmp_path),), **known) == ""


def test_where_there_is_none(tmp_path: Path) -> None:
    assert problem(tmp_path) == ""


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (
            {"settings": {"appendfilename": "a.aof"}},
            "under other names than Redis's usual ones: appendfilename a.aof",
        ),
        ({"settings": {"dbfilename": "d.rdb"}}, "dbfilename d.rdb"),
        ({"running": True, "settings": {"save": ""}}, "keeps nothing on disk"),
        ({"running": True, "keys": 1, "settings": {"save": ""}}, "CONFIG SET save"),
    ],
)
def test_what_would_be_lost(tmp_path: Path, known: dict[str, Any], told: str) -> None:
    assert told in problem(tmp_path, directories=(str(tmp_path),), **known)


@pytest.mark.parametrize("name", redis_place.APPENDED)
@pytest.mark.parametrize(
    ("known", "stale"),
    [
        ({"open_files": ()}, True),
        # What the process does counts for more than what its configuration has become since.
        ({"open_files": (), "settings": {"appendonly": "yes"}}, True),
        ({"open_files": APPENDS, "settings": {"appendonly": "no"}}, False),
        ({"settings": {"appendonly": "yes"}}, False),
    ],
)
def test_an_append_only_file_from_earlier(
    tmp_path: Path, name: str, known: dict[str, Any], stale: bool
) -> None:
    """It would be read in place of the snapshot, which is newer."""
    (tmp_path / name).mkdir()
    told = problem(tmp_path, directories=(str(tmp_path),), running=True, **known)
    assert (f"{tmp_path / name} is there from earlier" in told) is stale


@pytest.mark.parametrize(
    ("files", "known", "left"),
    [
        ([], {"running": False}, False),
        (["dump.rdb"], {"running": False}, True),
        (["by-hand.rdb"], {"running": False}, True),
        (["appendonly.aof"], {"running": False}, True),
        (["redis.conf"], {"running": False}, False),
        ([], {"running": True, "keys": 0}, False),
        ([], {"running": True, "keys": 3}, True),
        # One that does not tell may hold something.
        ([], {"running": True}, True),
    ],
)
def test_another_directory(tmp_path: Path, files: list[str], known: dict[str, Any], left: bool) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for name in files:
        (old / name).touch()
    told = problem(new, directories=(str(old),), **known)
    assert (f"keeps its data in {old}, and redis_directory is {new}" in told) is left
    assert bool(told) is left


def test_one_of_a_containers_mounts_is_enough(tmp_path: Path) -> None:
    known = {"running": True, "settings": {"appendonly": "yes"}}
    assert problem(tmp_path, directories=("/var/lib/docker/volumes/x/_data", str(tmp_path)), **known) == ""


def test_a_link_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert problem(tmp_path / "link", directories=(str(tmp_path / "data"),), running=True) == ""


def test_settings_of_a_command_line(tmp_path: Path) -> None:
    """redis.io: a file may come first; options behind it count for more."""
    file = tmp_path / "redis.conf"
    file.write_text('# dir /no\nDIR "/var/lib/my redis"\nsave ""\nport 6380\nappendonly yes\n', "utf-8")
    found = redis_found.settings(["redis-server", str(file), "--port", "6381", "--supervised", "systemd"])
    assert found == {
        "dir": "/var/lib/my redis",
        "save": "",
        "port": "6381",
        "appendonly": "yes",
        "supervised": "systemd",
    }
    assert redis_found.settings(["redis-server", "--save", ""], "/data") == {"save": "", "dir": "/data"}
    assert redis_found.settings(["redis-server", "no-such.conf"], "/data") == {"dir": "/data"}
    assert redis_found.settings([]) == {"dir": "/"}
