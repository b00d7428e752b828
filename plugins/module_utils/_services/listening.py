# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who listens at a port of this machine, as C(/proc) shows it."""

from __future__ import annotations

import errno
import shlex
import socket
import sys
import typing as t
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

PROC = Path("/proc")
_LISTENS = "0A"
# As Redis's bind names all addresses of a family.
_ALL = {"*": "0.0.0.0"}


def taken(addresses: t.Iterable[str], port: int) -> list[str]:
    """Return those of the addresses at which the port is taken.

    An address that begins with C(-), as in Redis's C(bind), is left out where it is none of this machine's.

    Raises:
        OSError: another address is not this machine's.
    """
    return [address.lstrip("-") for address in addresses if _is_taken(address, port)]


def holders(address: str, port: int) -> list[int]:
    """Return the processes that listen at an address and a port, as far as they may be seen.

    Whoever listens at every address listens at this one, too.
    """
    wanted = ip_address(_place(address, port)[0])
    sockets = {f"socket:[{inode}]" for place, inode in _listening(port) if _clash(place, wanted)}
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
    try:
        place = _place(address.lstrip("-"), port)
        family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            # What a server that ended a moment ago leaves behind does not count.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(place)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            return True
        if not address.startswith("-"):
            raise
    return False


def _place(address: str, port: int) -> tuple[str, int]:
    """Return the address and port that a socket is bound to, names looked up.

    Raises:
        OSError: there is no such name.
    """
    found = socket.getaddrinfo(_ALL.get(address, address), port, type=socket.SOCK_STREAM)[0][4]
    return str(found[0]), int(found[1])


def _clash(one: IPv4Address | IPv6Address, other: IPv4Address | IPv6Address) -> bool:
    return one == other or one.is_unspecified or other.is_unspecified


def _listening(port: int) -> t.Iterator[tuple[IPv4Address | IPv6Address, str]]:
    """Return the address and the inode of each socket that listens at a port."""
    for table in ("tcp", "tcp6"):
        path = PROC / "net" / table
        for line in path.read_text("ascii").splitlines()[1:] if path.exists() else ():
            fields = line.split()
            address, _colon, at = fields[1].rpartition(":")
            if fields[3] == _LISTENS and int(at, 16) == port:
                yield _address(address), fields[9]


def _address(shown: str) -> IPv4Address | IPv6Address:
    """Return an address as C(/proc/net) shows it: words of four bytes in this machine's order."""
    raw = bytes.fromhex(shown)
    words = [raw[first : first + 4] for first in range(0, len(raw), 4)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    found = ip_address(packed)
    return getattr(found, "ipv4_mapped", None) or found


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
