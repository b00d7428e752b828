# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Redis that is there already keeps, where, and whether a new one in its place would find it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

SNAPSHOT = "dump.rdb"
# Redis 7 keeps its append-only file in a directory of its own.
APPENDED = ("appendonlydir", "appendonly.aof")
# Redis's own settings where its configuration names none (redis.io, redis.conf).
_USUAL = {"appendonly": "no", "appendfilename": "appendonly.aof", "dbfilename": SNAPSHOT}
_USUAL_DIRECTORY = {"appenddirname": "appendonlydir"}


@dataclass(frozen=True)
class Redis:
    """A Redis that somebody set up.

    Attributes:
        name: how people know it, for instance C(redis-server.service).
        directories: where its data may be, as the host names it; none where there is no such Redis.
        running: whether it runs.
        pid: its process's number, where that is known; else 0.
        settings: what its configuration sets, as far as that is known.
        open_files: the append-only files that its process has open; None where that may not be seen.
        keys: how many keys it holds; None where it does not tell.
    """

    name: str
    directories: tuple[str, ...] = ()
    running: bool = False
    pid: int = 0
    settings: t.Mapping[str, str] = field(default_factory=dict)
    open_files: tuple[str, ...] | None = None
    keys: int | None = None

    @property
    def appends(self) -> bool:
        """Whether it writes an append-only file; what its process does outweighs a configuration."""
        if self.open_files is not None:
            return bool(self.open_files)
        return self.settings.get("appendonly", "no") == "yes"


def problem(redis: Redis, directory: str) -> str:
    """Return why a Redis with its data in C(directory) would not find what this one keeps, or nothing.

    It is to read C(appendonlydir) or C(appendonly.aof), or else C(dump.rdb).
    """
    if not redis.directories:
        return ""
    if not any(_same(one, directory) for one in redis.directories):
        return _left_behind(redis, directory)
    return _named_otherwise(redis) or ("" if redis.appends else _unsaved(redis, directory))


def _named_otherwise(redis: Redis) -> str:
    names = [
        f"{name} {redis.settings[name]}"
        for name, usual in {**_USUAL, **_USUAL_DIRECTORY}.items()
        if name != "appendonly" and redis.settings.get(name, usual) != usual
    ]
    told = ", ".join(names)
    return f"{redis.name} keeps its data under other names than Redis's usual ones: {told}" if told else ""


def _unsaved(redis: Redis, directory: str) -> str:
    """Return why the last snapshot of one without an append-only file would not be read."""
    stale = appended(directory)
    if stale:
        return (
            f"{redis.name} writes no append-only file, yet {stale} is there from earlier, and "
            "would be read in place of its snapshot: move it away"
        )
    if redis.running and redis.keys != 0 and redis.settings.get("save") == "":
        return (
            f"{redis.name} keeps nothing on disk, so that what it holds is lost when it stops: "
            'have it save first (CONFIG SET save "3600 1")'
        )
    return ""


def appended(directory: str) -> str:
    """Return the append-only file of a directory, or C('') where there is none."""
    return next((str(Path(directory, name)) for name in APPENDED if Path(directory, name).exists()), "")


def _left_behind(redis: Redis, directory: str) -> str:
    holds = redis.keys != 0 if redis.running else any(map(_has_data, redis.directories))
    if not holds:
        return ""
    places = " or ".join(redis.directories)
    return (
        f"{redis.name} keeps its data in {places}, and redis_directory is {directory}: "
        "what it holds would be left behind. Set redis_directory to where it is, or redis_leave_data to true"
    )


def _has_data(directory: str) -> bool:
    return bool(appended(directory)) or any(Path(directory).glob("*.rdb"))


def _same(one: str, other: str) -> bool:
    return Path(one).resolve() == Path(other).resolve()
