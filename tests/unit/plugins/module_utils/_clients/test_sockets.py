# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of real processes: their own and their children's, and not those of others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import process, sockets
from ansible_collections.psp.rc_closure.plugins.module_utils._text.connections import Connection

if not Path("/proc/self/net/tcp").exists():
    pytest.skip("there is no /proc here", allow_module_level=True)

CONNECT = """
import socket, sys
made = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(made.getsockname()[1], flush=True)
sys.stdin.read()
"""
# As uvicorn and gunicorn have it, the one that is found has a child that is connected.
FORK = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CONNECT!r}, *sys.argv[1:]])"


@pytest.mark.parametrize("code", [CONNECT, FORK])
def test_what_a_process_or_its_child_is_connected_to(code: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        argv = [sys.executable, "-c", code, str(port)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            local = int(child.stdout.readline())
            found = sockets.of(child.pid)
            # Its other end belongs to this process, which did not make it.
            own = sockets.of(os.getpid())
            child.communicate()
    assert [(one.local, one.remote) for one in found.connections] == [
        (f"127.0.0.1:{local}", f"127.0.0.1:{port}")
    ]
    assert (found.connections[0].pid == child.pid) is (code == CONNECT)
    assert found.network == own.network == str(Path("/proc/self/ns/net").readlink())
    assert found.unseen == ""
    assert Connection(os.getpid(), f"127.0.0.1:{port}", f"127.0.0.1:{local}") not in own.connections


def test_what_may_not_be_seen_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def forbidden(_path: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "readlink", forbidden)
    found = sockets.of(os.getpid())
    assert found.connections == ()
    assert found.unseen == f"the sockets of process {os.getpid()} cannot be seen: Permission denied"


def test_the_family_of_a_process() -> None:
    assert os.getpid() in process.family(os.getppid())
    assert os.getppid() not in process.family(os.getpid())
