# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TCP connections that a process and its descendants have made, as C(/proc) shows them."""

from __future__ import annotations

import sys
import typing as t
from contextlib import suppress
from pathlib import Path

from .._text import connections
from .._text.connections import Connection
from .._text.environment_report import Sockets
from . import process


def of(pid: int) -> Sockets:
    """Return the established connections of a process and its descendants, or why they cannot be seen."""
    found: list[Connection] = []
    try:
        network = str((process.PROC / str(pid) / "ns" / "net").readlink())
        for one in process.family(pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # gone since
                found += _of_one(one)
    except OSError as exc:
        return Sockets(unseen=f"the sockets of process {pid} cannot be seen: {exc.strerror}")
    return Sockets(network, tuple(found))


def listening(pid: int) -> list[str]:
    """Return the ends at which a process listens; none where that may not be seen."""
    try:
        inodes, found = _look(pid)
    except OSError:
        return []
    return sorted(
        {end for inode, end in connections.listening(found, sys.byteorder).items() if inode in inodes}
    )


def taken() -> list[str]:
    """Return the ends at which anything listens on this machine."""
    return sorted(set(connections.listening(_tables(process.PROC / "self"), sys.byteorder).values()))


def _of_one(pid: int) -> t.Iterator[Connection]:
    inodes, found = _look(pid)
    for inode, (local, remote) in connections.made(found, sys.byteorder).items():
        if inode in inodes:
            yield Connection(pid, local, remote)


def _look(pid: int) -> tuple[set[str], list[str]]:
    """Return the sockets that a process has open, and the tables of its network."""
    folder = process.PROC / str(pid)
    return set(_inodes(folder / "fd")), _tables(folder)


def _tables(folder: Path) -> list[str]:
    files = (folder / "net" / name for name in ("tcp", "tcp6"))
    return [file.read_text("ascii") for file in files if file.exists()]


def _inodes(folder: Path) -> t.Iterator[str]:
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):  # closed since
            kind, _colon, inode = str(entry.readlink()).partition(":")
            if kind == "socket":
                yield inode.strip("[]")
