# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Redis that somebody set up: found by its unit, its program of supervisor's, or its container."""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from pathlib import Path
from urllib.parse import quote

from .._clients.redis_client import Redis, RedisError
from .._core import command
from .redis_place import Redis as Found

PROC = Path("/proc")
LIMIT_SECONDS = 30.0
Login = tuple[str, str]


def by_unit(unit: str, login: Login) -> Found:
    """Return the Redis that a unit of systemd's runs, or would run."""
    said = _printed(["systemctl", "show", "--property=LoadState,MainPID,ExecStart", unit])
    facts = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    if facts.get("LoadState") != "loaded":
        return Found(unit)
    argv = re.search(r"argv\[\]=(.*?) ; ", facts.get("ExecStart", ""))
    return _of_process(unit, int(facts.get("MainPID", "0")), _words(argv[1] if argv else ""), "/", login)


def by_program(program: str, section: Path, supervisorctl: t.Sequence[str], login: Login) -> Found:
    """Return the Redis that a program of supervisor's runs, or would run, as its section says."""
    pid = _printed([*supervisorctl, "pid", program]).strip()
    text = section.read_text("utf-8") if section.exists() else ""
    if not text and not pid.isdigit():
        return Found(program)
    lines = dict(re.findall(r"(?m)^\s*(command|directory)\s*=\s*(.*?)\s*$", text))
    argv = _words(lines.get("command", "").replace("%%", "%"))
    where = lines.get("directory", "/").replace("%%", "%")
    return _of_process(f"supervisor's {program}", int(pid) if pid.isdigit() else 0, argv, where, login)


def by_container(container: str) -> Found:
    """Return the Redis in a container. Its data counts though it does not run: it may again."""
    said = _printed(["docker", "container", "inspect", container])
    for facts in json.loads(said or "[]"):
        mounts = {mount["Destination"]: mount.get("Source", "") for mount in facts["Mounts"]}
        words = [*(facts["Config"]["Entrypoint"] or []), *(facts["Config"]["Cmd"] or [])]
        argv = [_outside(word, mounts) if place else word for place, word in enumerate(_server(words))]
        return Found(
            f"container {container}",
            tuple(mounts.values()) or ("the container itself",),
            running=True,
            settings=settings(argv),
            open_files=_open_append_only_files(facts["State"]["Pid"]),
        )
    return Found(container)


def _of_process(name: str, pid: int, argv: t.Sequence[str], directory: str, login: Login) -> Found:
    written = settings(_server(argv), directory)
    keys, told = _asked(written, login) if pid else (None, {})
    return Found(
        name,
        # A server goes to its data's directory, whatever its configuration has become since.
        (_working_directory(pid) or written["dir"],),
        running=pid > 0,
        pid=pid,
        settings={**written, **told},
        open_files=_open_append_only_files(pid),
        keys=keys,
    )


def _outside(path: str, mounts: t.Mapping[str, str]) -> str:
    """Return a path in a container as its host names it."""
    for inside, outside in mounts.items():
        if path.startswith(f"{inside.rstrip('/')}/"):
            return outside + path[len(inside.rstrip("/")) :]
    return path


def _server(words: t.Sequence[str]) -> list[str]:
    """Return a command line from the server on, which a shell or another program may be given."""
    places = [place for place, word in enumerate(words) if re.fullmatch(r"(.*/)?(redis|valkey)-server", word)]
    return list(words[places[0] :]) if places else []


def settings(argv: t.Sequence[str], directory: str = "/") -> dict[str, str]:
    """Return what a server's command line sets, its configuration file included.

    Args:
        argv: the command line; its second word is the file, unless it is an option.
        directory: what relative paths are relative to.

    Raises:
        OSError: the file may not be read.
    """
    words = list(argv[1:])
    found: dict[str, str] = {}
    if words and not words[0].startswith("-"):
        found = _file_settings(Path(directory, words.pop(0)))
    for word, value in zip(words, words[1:]):
        if word.startswith("--") and not value.startswith("--"):
            found[word[2:].lower()] = value
    found["dir"] = str(Path(directory, found.get("dir", ".")))
    return found


def _file_settings(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.strip().partition(" ") for line in lines if not line.strip().startswith("#"))
    return {name.lower(): " ".join(_words(value)) for name, _space, value in pairs if name}


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _open_append_only_files(pid: int) -> tuple[str, ...] | None:
    """Return the append-only files that a server has open; None where it is none, or may not be looked at."""
    folder = PROC / str(pid)
    try:
        if not re.fullmatch(r"(redis|valkey)-server\n", (folder / "comm").read_text("utf-8")):
            return None
        links = [str(entry.readlink()) for entry in (folder / "fd").iterdir()]
    except OSError:
        return None
    return tuple(sorted(link for link in links if link.endswith(".aof")))


def _working_directory(pid: int) -> str:
    try:
        return str((PROC / str(pid) / "cwd").readlink())
    except OSError:
        return ""


def _asked(written: t.Mapping[str, str], login: Login) -> tuple[int | None, dict[str, str]]:
    """Return how many keys a running Redis has, and what it is set to, as far as it tells that.

    It is asked as anybody, as its configuration says, and as it will be asked from now on.
    """
    first = (written.get("bind", "").split() or ["127.0.0.1"])[0].lstrip("-")
    host = "127.0.0.1" if first in ("*", "0.0.0.0", "::", "::*") else first
    place = f"{f'[{host}]' if ':' in host else host}:{written.get('port', '6379')}"
    for user, password in (("", ""), ("", written.get("requirepass", "")), login):
        sign = f"{quote(user, safe='')}:{quote(password, safe='')}@" if password else ""
        try:
            with Redis(f"redis://{sign}{place}", limit=5) as redis:
                found = re.findall(r"keys=(\d+)", str(redis.call("INFO", "keyspace")))
                return sum(map(int, found)), _set_to(redis)
        except (OSError, RedisError, ValueError):
            continue
    return None, {}


def _set_to(redis: Redis) -> dict[str, str]:
    told: dict[str, str] = {}
    for name in ("save", "dbfilename", "appendfilename", "appenddirname"):
        reply = redis.call("CONFIG", "GET", name)
        # An older server does not know each.
        if isinstance(reply, list) and reply:
            told[name] = str(reply[1])
    return told


def _printed(argv: t.Sequence[str]) -> str:
    """Return what a program prints, or nothing where it cannot be run or has nothing to tell of it."""
    step = command.run(argv, limit=LIMIT_SECONDS)
    return step.stdout if step.ok else ""
