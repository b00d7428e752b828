# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Postgres of its own on this host, for a while: by the server's programs, in a private directory, no port.

It lives as long as this process does, however that ends: what keeps it waits for the end of its input, then
stops the server and removes the directory.
"""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
import typing as t
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from .._core import command
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.deadline import Deadline
from . import postgres

_PROGRAMS = ("initdb", "postgres")
# Where packages of Debian, and of PostgreSQL's own for RHEL, have one major version's programs.
_PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")
_INIT_SECONDS, _START_SECONDS, _STOP_SECONDS, _ASK_SECONDS = 120.0, 60.0, 30.0, 10.0
_PORT = "5432"  # the name of the socket, no more
# Nothing here has to survive anything; what is not safe for that is not used by anybody else.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
}
_UNPRIVILEGED = ("postgres", "nobody")
# Whoever has the other end of its input is alive; $0 is the directory, "$@" the server.
_KEEPER = '"$@" & cat; kill -INT $!; wait; rm -rf "$0"'


@contextmanager
def running(collector: Collector, major: int, user: str) -> t.Iterator[dict[str, str] | None]:
    """Start one of this major version, whose superuser has this name; stop and remove it at the end.

    Yields libpq's parameters for it, without a database; None where it cannot be, and the step says why.
    """
    account = _account()
    programs = _programs(collector, major, account)
    if programs is None:
        why = f"there are no server programs of Postgres {major} on this host (initdb, postgres)"
        collector.failed(steps.ALEMBIC_SHADOW_SERVER, "initdb", why)
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="psp_rc_shadow_"))
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield from _started(collector, programs, folder, user, account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    collector: Collector, programs: Path, folder: Path, user: str, account: pwd.struct_passwd | None
) -> t.Iterator[dict[str, str] | None]:
    data = folder / "data"
    # Only who may enter the directory reaches the socket.
    argv = [str(programs / "initdb"), f"--pgdata={data}", f"--username={user}", "--auth=trust"]
    argv += ["--encoding=UTF8", "--no-locale", "--no-sync"]
    made = _run(argv, folder, account, _INIT_SECONDS, collector)
    if not made.ok:
        collector.add(made)
        yield None
        return
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = [str(programs / "postgres"), "-D", str(data), *options]
    begun = collector.start(steps.ALEMBIC_SHADOW_SERVER, f"{shlex.join(argv)} && {shlex.join(server)}")
    with (folder / "log").open("wb") as log, _kept(server, folder, account, log) as keeper:
        params = {"host": str(folder), "port": _PORT, "user": user}
        refused = _wait(keeper, {**params, "dbname": "postgres"})
        said = (folder / "log").read_text("utf-8", "replace")
        collector.add(
            begun.ended(said, exit_status=1, reason=refused) if refused else begun.ended(said, exit_status=0)
        )
        yield None if refused else params


@contextmanager
def _kept(
    server: list[str], folder: Path, account: pwd.struct_passwd | None, log: t.IO[bytes]
) -> t.Iterator[subprocess.Popen[bytes]]:
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, str(folder), *server],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
        **_as(account),
    )
    try:
        yield keeper
    finally:
        if keeper.stdin:
            keeper.stdin.close()
        try:
            keeper.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(keeper.pid, 9)
            keeper.wait()


def _wait(keeper: subprocess.Popen[bytes], params: dict[str, str]) -> str:
    """Return why the server does not answer, C('') where it does."""
    deadline = Deadline(_START_SECONDS)
    while True:
        try:
            with closing(postgres.connect(params)):
                return ""
        except postgres.NoDatabaseError as exc:
            if keeper.poll() is not None or not deadline.pause(0.1):
                return f"the temporary Postgres does not answer: {exc}"


def _programs(collector: Collector, major: int, account: pwd.struct_passwd | None) -> Path | None:
    """Return the directory of the server's programs of this major version."""
    places = [place.format(major) for place in _PLACES]
    search = collector.env.get("PATH", os.defpath)
    config = shutil.which("pg_config", path=search)
    if config:
        asked = _run([config, "--bindir"], Path("/"), account, _ASK_SECONDS, collector)
        places.append(asked.stdout.strip())
    places += search.split(os.pathsep)
    for place in filter(None, dict.fromkeys(places)):
        folder = Path(place)
        if all(os.access(folder / one, os.X_OK) for one in _PROGRAMS):
            said = _run([str(folder / "initdb"), "--version"], Path("/"), account, _ASK_SECONDS, collector)
            if re.search(rf"\) {major}\b", said.stdout):
                return folder
    return None


def _run(
    argv: list[str], folder: Path, account: pwd.struct_passwd | None, limit: float, collector: Collector
) -> t.Any:
    """Run a program of Postgres', without the service's environment; its step is not kept by itself."""
    return command.run(
        argv,
        steps.ALEMBIC_SHADOW_SERVER,
        limit=limit,
        redact=collector.redact,
        directory=str(folder),
        env={"PATH": os.defpath, "LC_ALL": "C"},
        account=_as(account),
    )


def _account() -> pwd.struct_passwd | None:
    """Return whom to run it as: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next((known[name] for name in _UNPRIVILEGED if name in known), None)


def _as(account: pwd.struct_passwd | None) -> dict[str, t.Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
