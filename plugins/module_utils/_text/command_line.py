# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process is, by its command line, and what runs it, by its control group. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import PurePosixPath

SERVER, WORKER, REDIS, POSTGRES, SUPERVISOR = "server", "worker", "redis", "postgres", "supervisor"

_SERVERS = ("uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "fastapi")
_PROGRAMS = {
    **dict.fromkeys(_SERVERS, SERVER),
    "arq": WORKER,
    **dict.fromkeys(("redis-server", "valkey-server"), REDIS),
    **dict.fromkeys(("postgres", "postmaster"), POSTGRES),
    **dict.fromkeys(("supervisord", "supervisor.supervisord"), SUPERVISOR),
}
# What only leads to the program in a manifest's command.
_BEFORE = ("sh", "bash", "exec", "tini", "dumb-init")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_APPLICATION = re.compile(r"\[?([A-Za-z_][\w.]*:[A-Za-z_][\w.]*)(?:\(.*\))?\]?")
_SETTINGS = re.compile(r"[A-Za-z_][\w.]*\.[A-Za-z_]\w*")
_CONTAINER = re.compile(r"(?:docker|libpod|crio|containerd)[-/:]([0-9a-f]{12,64})")
_UNIT = re.compile(r"/([^/]+)\.service")


@dataclass(frozen=True)
class Command:
    """Of a process that matters: its kind, its program, and what that was told to run."""

    kind: str
    program: str
    target: str = ""  # the application, or arq's settings class


def read(argv: t.Sequence[str]) -> Command | None:
    """Return what a command line is of, or None where it is nothing to know of.

    Servers set the title of their processes (C(gunicorn: master [app.main:app])), and postgres, too.
    """
    words = [word for arg in argv for word in arg.split()]
    position, program = _program(words)
    if program not in _PROGRAMS:
        return None
    rest, kind = words[position + 1 :], _PROGRAMS[program]
    wanted = {SERVER: _APPLICATION, WORKER: _SETTINGS}.get(kind)
    found = filter(None, map(wanted.fullmatch, rest)) if wanted else iter(())
    match = next(found, None)
    return Command(kind, program, match[match.re.groups] if match else "")


def is_python(argv: t.Sequence[str]) -> bool:
    """Whether Python itself was started, with some program or other."""
    return _PYTHON.fullmatch(PurePosixPath(argv[0]).name) is not None


def unit(cgroup: str) -> str:
    """Return the systemd unit of a control group, or C('')."""
    found = [name for name in _UNIT.findall(cgroup) if not name.startswith("user@")]
    return found[-1] if found else ""


def container(cgroup: str) -> str:
    """Return the id of the container, or C('')."""
    found = _CONTAINER.findall(cgroup)
    return found[-1] if found else ""


def _program(words: t.Sequence[str]) -> tuple[int, str]:
    """Return where the program's name stands, behind a Python and its C(-m), and that name."""
    for position, word in enumerate(words):
        name = PurePosixPath(word).name.rstrip(":")
        if not _PYTHON.fullmatch(name) and name not in _BEFORE and not word.startswith("-"):
            return position, name
    return 0, ""
