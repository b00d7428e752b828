# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on a host: backends, workers, Redis and Postgres, what runs them, and where their things are.

Nothing is changed, and nothing of the application is run. Of variables their names leave the host; of the
URLs among them what they lead to, without user and password.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._clients import process, sockets
from .._core import command
from .._core.redaction import Redactor, secrets_of_env
from .._text import command_line, env_file, pods
from .._text.command_line import POSTGRES, SERVER, SUPERVISOR, WORKER, Command
from . import discovered_answers, discovered_project, discovered_runtime

Finding = dict[str, t.Any]

# Their values say what a service is, and are no secret.
_SHOWN = ("ENV", "ENVIRONMENT", "APP_ENV", "RECON_RUNNER")
_PACKAGED = ("bin", *(f"lib/python3*/site-packages/{depth}" for depth in ("*/bin", "*/*/bin", "*/*/*")))
_SYSTEM_FILES = ("/etc/default/*", "/etc/*.env", "/etc/*/*.env", "/etc/*/.env")
_URL = re.compile(
    r"(?P<scheme>(?:postgres|redis|valkey)[\w+]*)://(?:.*@)?(?P<end>[\w.:\[\]-]*(?:/[\w-]*)?)(?:\?.*)?"
)
_MOST_BYTES = 65536


@dataclass(frozen=True)
class Service:
    """A process that matters, with what surrounds it."""

    process: process.Process
    command: Command
    environment: t.Mapping[str, str]
    root: str  # where its file system is seen from here; C('') for this one's
    runtime: Finding

    def path(self, name: str) -> Path:
        """Return where a path of the service's is found from here."""
        return Path(f"{self.root}{name}")


def look(below: str, limit: float, unasked: str = "") -> tuple[Finding, Redactor]:
    """Return what was found, and what masks its secrets.

    Args:
        below: only backends and workers whose working directory is there count; C('') for all.
        limit: seconds that a command or a request may take.
        unasked: why backends are not asked, C('') where they are.

    Raises:
        process.ProcessError: there is no C(/proc).
    """
    everything = process.everything()
    services = _services(everything, below and str(Path(below).resolve()), limit)
    secrets: dict[str, str] = {}
    described = []
    for number, one in enumerate(services):
        files = _env_files(one)
        contents = [file.pop("values") for file in files]
        # Only the service's own file is taken with its environment: another's token is not sent to it.
        values = {**one.environment, **(contents[0] if files and files[0]["own"] else {})}
        for place, content in enumerate([values, *contents]):
            secrets |= {
                f"{number} {place} {name}": hidden for name, hidden in secrets_of_env(content).items()
            }
        described.append(_described(one, values, files))
        if one.command.kind == SERVER:
            ends = [] if unasked else _reachable(one, described[-1]["listens"])
            routes = described[-1]["project"]["routes"]
            described[-1]["answers"] = discovered_answers.ask(ends, values, routes, limit)
    found = {"services": described, "programs": _programs(services), "pods": _pods(limit)}
    found["unasked"] = unasked
    return {**found, "taken": sockets.taken()}, Redactor(secrets)


def _services(everything: t.Mapping[int, process.Process], below: str, limit: float) -> list[Service]:
    """Return the first process of each service; its children and its other processes are the same service."""
    found: dict[t.Hashable, Service] = {}
    for pid in sorted(everything):
        one = everything[pid]
        what = command_line.read(one.argv) or _own_server(one)
        if what is None or what.kind == SUPERVISOR:
            continue
        application = what.kind in (SERVER, WORKER)
        if application and below and os.path.commonpath([below, one.directory or "/"]) != below:
            continue
        if what.kind == POSTGRES and command_line.read(everything.get(one.parent, one).argv) == what:
            continue
        key = (what, one.directory) if application else (what.kind, tuple(sockets.listening(pid)))
        if key not in found:
            found[key] = _service(everything, one, what, limit)
    return list(found.values())


def _own_server(one: process.Process) -> Command | None:
    """Return the command of a Python program that is a server by itself, beside an Alembic project."""
    if not command_line.is_python(one.argv) or len(one.argv) == 1 or not one.directory:
        return None
    inis = _paths(f"{one.directory}/alembic*.ini")
    return Command(SERVER, one.argv[1], "") if inis and sockets.listening(one.pid) else None


def _service(
    everything: t.Mapping[int, process.Process], one: process.Process, what: Command, limit: float
) -> Service:
    try:
        environment = process.environment(one.pid)
    except process.ProcessError:
        environment = {}
    runtime = discovered_runtime.of(everything, one, environment, limit)
    root = f"/proc/{one.pid}/root" if runtime.get("id") else ""
    return Service(one, what, environment, root, runtime)


def _described(one: Service, values: t.Mapping[str, str], files: list[Finding]) -> Finding:
    found: Finding = {
        "kind": one.command.kind,
        "program": one.command.program,
        "target": one.command.target,
        "pid": one.process.pid,
        "directory": one.process.directory,
        "venv": _venv(one),
        # A command line may hold anything.
        "runtime": {name: value for name, value in one.runtime.items() if name != "command"},
        "seen": bool(one.environment),
        "variables": sorted(values),
        "shown": {name: values[name] for name in _SHOWN if name in values},
        "urls": {name: led for name, value in values.items() if (led := _leads_to(value))},
        "env_files": files,
        "listens": sockets.listening(one.process.pid),
        "connections": sorted({held.remote for held in sockets.of(one.process.pid).connections}),
        "logs": [],
    }
    if one.command.kind in (SERVER, WORKER):
        found["logs"] = discovered_project.logs(one.process.pid, one.root, one.runtime.get("log", ""))
        paths = values.get("PYTHONPATH", "").split(":")
        paths += [after for word, after in zip(one.process.argv, one.process.argv[1:]) if word == "--app-dir"]
        found["project"] = discovered_project.look(
            one.process.directory, one.root, tuple(filter(None, paths))
        )
    return found


def _reachable(one: Service, ends: t.Sequence[str]) -> list[str]:
    """Return where a service is asked: in another network its own loopback is somebody else's here."""
    if not one.root:
        return list(ends)
    address = one.runtime.get("address", "")
    return [f"{address}:{end.rpartition(':')[2]}" for end in ends if address and not end.startswith("127.")]


def _leads_to(value: str) -> str:
    """Return what a URL of a database or Redis leads to, or C('')."""
    # Behind the last @, for a password that is not encoded may hold whatever ends one elsewhere.
    found = _URL.fullmatch(value)
    return f"{found['scheme']}://{found['end']}" if found else ""


def _env_files(one: Service) -> list[Finding]:
    """Return the environment files that may be the service's, the one that says most of what it has first."""
    where = one.process.directory
    words = [*one.process.argv, *one.runtime.get("command", "").split(), *one.runtime.get("env_files", [])]
    named = [word.partition("=")[2] or word for word in words]
    # Of a path only its text is known yet: a program is no environment file.
    listed = [name for name in named if name.startswith("/") and re.search(r"env", Path(name).name)]
    beside = [f"{Path(name).parent}/*env*" for name in listed]
    around = [f"{where}/.env*", f"{Path(where).parent}/.env*"] if where else []
    patterns = [*map(glob.escape, listed), *around, *beside, *_SYSTEM_FILES]
    names = [name for pattern in patterns for name in _paths(f"{one.root}{pattern}")]
    found = [
        _env_file(name, one) for name in dict.fromkeys(names) if not name.endswith((".example", ".sample"))
    ]
    given = [file for file in found if file]
    return sorted(given, key=lambda file: (-file["equal"], file["of"]))


def _env_file(name: str, one: Service) -> Finding | None:
    path = Path(name)
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        values = env_file.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    shown = name[len(one.root) :]
    own = shown.startswith(
        (one.process.directory or "/nowhere", str(Path(one.process.directory).parent) + "/.env")
    )
    equal = sum(one.environment.get(variable) == value for variable, value in values.items())
    if not values or not (equal or own or "e2e" in shown):
        return None
    return {
        "path": shown,
        "names": sorted(values),
        "own": own or equal * 2 > len(values),
        "equal": equal,
        "of": len(values),
        "mode": f"{path.stat().st_mode & 0o7777:04o}",
        "values": values,
    }


def _venv(one: Service) -> str:
    """Return the virtual environment that a service runs from, or C('')."""
    programs = [Path(word) for word in one.process.argv[:2] if word.startswith("/")]
    given = one.environment.get("VIRTUAL_ENV", "")
    places = [*(program.parent.parent for program in programs), *([Path(given)] if given else [])]
    return next((str(place) for place in places if one.path(f"{place}/pyvenv.cfg").exists()), "")


def _programs(services: t.Sequence[Service]) -> dict[str, str]:
    """Return where the Redis is that a role would run, which a virtual environment may have, too."""
    found: dict[str, str] = {}
    venvs = sorted({_venv(one) for one in services} - {""})
    for name in ("redis-server", "valkey-server"):
        inside = (path for venv in venvs for depth in _PACKAGED for path in _paths(f"{venv}/{depth}/{name}"))
        if place := shutil.which(name) or next(inside, None):
            found[name] = place
    return found


def _pods(limit: float) -> list[Finding]:
    """Return what the cluster of the login's context runs of servers and workers; nothing without one."""
    if not shutil.which("kubectl"):
        return []
    step = command.run(
        ["kubectl", "get", "pods", "--output=json", f"--request-timeout={limit:g}s"], limit=limit
    )
    try:
        return pods.services(json.loads(step.stdout))
    except ValueError:
        return []


def _paths(pattern: str) -> list[str]:
    """Return the paths that an absolute pattern matches, in order."""
    return sorted(map(str, Path("/").glob(pattern.lstrip("/"))))
