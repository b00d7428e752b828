# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who listens at a port of this machine, as C(/proc) shows it."""

from __future__ import annotations

import errno
import shlex
import socket
import typing as t
from pathlib import Path

PROC = Path("/proc")
_LISTENS = "0A"


def taken(addresses: t.Iterable[str], port: int) -> str:
    """Return the first of the addresses at which the port is taken, or C('').

    Raises:
        OSError: an address is not this machine's.
    """
    return next((address for address in addresses if _is_taken(address, port)), "")


def holders(port: int) -> list[int]:
    """Return the processes that listen at a port, at any address, as far as they may be seen."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    return [pid for pid in _pids() if sockets & _links(PROC / str(pid) / "fd")]


def command_line(pid: int) -> str:
    """Return a process's command line, or C('') where it has gone."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return shlex.join(raw.decode("utf-8", "backslashreplace").rstrip("\0").split("\0"))


def belongs_to(pid: int, unit: str) -> bool:
    """Whether a process runs in the control group of a systemd unit."""
    try:
        groups = (PROC / str(pid) / "cgroup").read_text("utf-8").splitlines()
    except OSError:
        return False
    return any(unit in group.split("/") for group in groups)


def _is_taken(address: str, port: int) -> bool:
    family, kind, protocol, _name, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as attempt:
        # What a server that ended a moment ago leaves behind does not count.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(place)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                return True
            raise
    return False


def _inodes(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        path = PROC / "net" / table
        for line in path.read_text("ascii").splitlines()[1:] if path.exists() else ():
            fields = line.split()
            if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _pids() -> list[int]:
    return sorted(int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def _links(folder: Path) -> set[str]:
    found = set()
    try:
        for entry in folder.iterdir():
            found.add(str(entry.readlink()))
    except OSError:
        return found
    return found
