# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's probe: its process runs, and its heartbeat is younger than the process.

    python3 arq_probe.py KEY INTERVAL DIRECTORY WORDS REDIS

KEY is the queue's name with C(:health-check) behind it, INTERVAL the worker's health_check_interval in
seconds. The worker is the process in DIRECTORY whose command line contains all WORDS, which are one
argument, separated by blanks. REDIS says as JSON which of the variables that it was started with holds the
URL of its Redis, a list of names, or its parts, a dictionary of host, port, user, password, name and scheme,
each a name or behind = the value itself. The heartbeat of a worker that was killed outlives it by an
interval, so that it is not enough that there is one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import redis

LIMIT_SECONDS = 3


class UnhealthyError(Exception):
    """What is wrong with the worker."""


def check(key: str, interval: float, worker: Path | None, named: list[str] | dict[str, str]) -> None:
    """Raise what is wrong with the worker, if anything."""
    if worker is None:
        raise UnhealthyError("the worker does not run")
    left, up = time_to_live(key, worker, named), uptime(worker)
    if left < 0:
        raise UnhealthyError(f"there is no heartbeat {key}")
    # arq lets the key live for a second longer than its interval.
    age = interval + 1 - left
    if age < 0:
        raise UnhealthyError(f"the heartbeat {key} lives for {left:.0f} s more, too long for its interval")
    if age > up:
        raise UnhealthyError(f"the heartbeat {key} is {age:.0f} s old, the worker runs for {up:.0f} s")


def time_to_live(key: str, worker: Path, named: list[str] | dict[str, str]) -> float:
    """Return for how many seconds the heartbeat will live, below 0 where there is none."""
    try:
        return float(client({**os.environ, **environment(worker)}, named).pttl(key)) / 1000
    except redis.RedisError as error:
        raise UnhealthyError(f"Redis does not answer: {error}") from error
    except ValueError as error:
        names = ", ".join(named.values() if isinstance(named, dict) else named)
        raise UnhealthyError(f"the worker was started without a valid {names}") from error


def client(env: dict[str, str], named: list[str] | dict[str, str]) -> redis.Redis:
    """Return a client for the Redis that an environment names; ValueError where it names none."""
    limits = {"socket_timeout": LIMIT_SECONDS, "socket_connect_timeout": LIMIT_SECONDS}
    if isinstance(named, list):
        return redis.Redis.from_url(next((env[name] for name in named if env.get(name)), ""), **limits)
    parts = {part: name[1:] if name[:1] == "=" else env.get(name, "") for part, name in named.items()}
    if not parts.get("host"):
        raise ValueError
    return redis.Redis(
        host=parts["host"],
        port=int(parts.get("port") or 6379),
        username=parts.get("user") or None,
        password=parts.get("password") or None,
        db=int(parts.get("name") or 0),
        ssl=parts.get("scheme") == "rediss",
        **limits,
    )


def find(directory: str, words: list[str]) -> Path | None:
    """Return the folder in /proc of the youngest process with these words and this working directory."""
    found = [folder for folder in Path("/proc").glob("[0-9]*") if is_worker(folder, directory, words)]
    return min(found, key=uptime, default=None)


def is_worker(folder: Path, directory: str, words: list[str]) -> bool:
    """Whether a process is the worker; a path's last part counts as a word."""
    try:
        argv = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        there = {*argv, *(Path(word).name for word in argv)}
        if not all(there.intersection(word.split("|")) for word in words):
            return False
        return os.path.realpath(folder / "cwd") == os.path.realpath(directory)
    except OSError:
        return False


def environment(folder: Path) -> dict[str, str]:
    """Return what a process was started with, or nothing where that cannot be read."""
    try:
        pairs = (folder / "environ").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return {}
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def uptime(folder: Path) -> float:
    """Return for how many seconds a process has been running; 0 where it has ended."""
    try:
        # The name in parentheses may hold anything; the fields count from behind it.
        ticks = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except OSError:
        return 0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Report how it is; 1 where it is not healthy."""
    key, interval, directory, words, named = sys.argv[1:]
    try:
        check(key, float(interval), find(directory, words.split()), json.loads(named))
    except UnhealthyError as error:
        print(error)
        return 1
    print("the heartbeat is fresh")
    return 0


if __name__ == "__main__":
    sys.exit(main())
