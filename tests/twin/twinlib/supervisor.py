# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Supervisor: its configuration, its start, and talking to it."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from twinlib.errors import TwinError
from twinlib.layout import Layout

# sockaddr_un holds 108 bytes; supervisor binds to a longer name first (".PID" added).
LONGEST_SOCKET_PATH = 95
START_SECONDS = 20
# Every process of the twin inherits this variable: by it, left-over ones are found.
MARK = "PSP_TWIN_HOME"
PASSED_ON = ("PATH", "TMPDIR", "TZ")


@dataclass(frozen=True)
class Program:
    """One supervised program."""

    name: str
    command: list[str]
    directory: Path
    priority: int
    autostart: bool = True
    stop_signal: str = "TERM"
    environment: Mapping[str, str] = field(default_factory=dict)


def with_environment(env_file: Path, command: list[str]) -> list[str]:
    """The command with a file's variables; dotenv becomes the command, so signals reach it."""
    return [sys.executable, "-m", "dotenv", "-f", str(env_file), "run", "--", *command]


def socket_path(layout: Layout) -> Path:
    """Supervisor's socket: below the twin where the path is short enough, else in a private
    directory for temporary files, whose name follows from the twin's home."""
    path = layout.run / "supervisor.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha1(os.fsencode(layout.home), usedforsecurity=False).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"psp-twin-{os.geteuid()}-{name}" / "supervisor.sock"


def render(layout: Layout, programs: list[Program]) -> str:
    """The configuration as text."""
    return "\n".join([_head(layout), *(_section(layout, program) for program in programs)])


def _head(layout: Layout) -> str:
    root = "user=root\n" if os.geteuid() == 0 else ""
    url = f"unix://{socket_path(layout)}"
    return f"""\
[supervisord]
directory={_escape(layout.home)}
logfile={_escape(layout.log / "supervisord.log")}
logfile_maxbytes=0
pidfile={_escape(layout.run / "supervisord.pid")}
childlogdir={_escape(layout.log)}
{root}
[unix_http_server]
file={_escape(socket_path(layout))}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl={_escape(url)}

[include]
files=conf.d/*.conf
"""


def _section(layout: Layout, program: Program) -> str:
    variables = ",".join(f'{name}="{value}"' for name, value in program.environment.items())
    return f"""\
[program:{program.name}]
command={_escape(shlex.join(program.command))}
directory={_escape(program.directory)}
environment={_escape(variables)}
priority={program.priority}
autostart={str(program.autostart).lower()}
startsecs=1
stopsignal={program.stop_signal}
stopasgroup=false
killasgroup=true
stopwaitsecs=5
redirect_stderr=true
stdout_logfile={_escape(layout.log / f"{program.name}.log")}
stdout_logfile_maxbytes=0
"""


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")


def start(layout: Layout) -> None:
    """Start supervisord in the background, with little more than PATH for an environment."""
    prepare_socket(layout)
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {
        # No file in a person's home (.postgresql, .pgpass) changes what the programs do.
        "HOME": str(layout.home),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        MARK: str(layout.home),
    }
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(layout.supervisor_conf)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    if done.returncode != 0:
        raise TwinError(f"supervisord did not start: {(done.stdout + done.stderr).strip()}")
    Supervisor(layout).answers()


def prepare_socket(layout: Layout) -> None:
    """Make the socket's directory; refuse one in a shared place that belongs to somebody else."""
    directory = socket_path(layout).parent
    if directory == layout.run:
        return
    directory.mkdir(mode=0o700, exist_ok=True)
    about = directory.lstat()
    if directory.is_symlink() or about.st_uid != os.geteuid() or about.st_mode & 0o077:
        raise TwinError(f"{directory} is not a private directory of yours: remove it")


def remove_socket(layout: Layout) -> None:
    """Remove what prepare_socket made."""
    directory = socket_path(layout).parent
    if directory != layout.run:
        shutil.rmtree(directory, ignore_errors=True)


class Supervisor:
    """The running supervisord."""

    def __init__(self, layout: Layout) -> None:
        transport = SupervisorTransport(None, None, f"unix://{socket_path(layout)}")
        self._api: Any = ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def answers(self) -> bool:
        """Is there one? Asking also hurries it: it sleeps for a second between two rounds of work."""
        try:
            self._api.getPID()
        except Fault:
            # It is about to end.
            return True
        except (OSError, HTTPException):
            return False
        return True

    def pid(self) -> int:
        """Its process id."""
        return int(self._api.getPID())

    def states(self) -> dict[str, str]:
        """Program to state, such as RUNNING."""
        return {info["name"]: info["statename"] for info in self._api.getAllProcessInfo()}

    def start(self, program: str) -> None:
        """Start a program, without waiting for it."""
        try:
            self._api.startProcess(program, False)
        except Fault as fault:
            raise TwinError(f"supervisor could not start {program}: {fault.faultString}") from fault

    def shut_down(self) -> None:
        """Ask it to stop everything, itself included."""
        self._api.shutdown()
