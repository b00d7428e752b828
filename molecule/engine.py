# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sure that a Docker engine answers: the one that is there, or one installed and started here.

python molecule/engine.py        says which engine answers; 1, with what is missing, where none does
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

LOG = Path("/var/log/psp-rc-dockerd.log")
# Debian's own client and engine belong together; another client earlier on PATH may know no BuildKit.
DEBIAN_CLIENT = Path("/usr/bin/docker")
PACKAGE = "docker.io"
ANSWER_SECONDS = 10
START_SECONDS = 60
LONGEST_SECONDS = 900
LAST_LINES = 10


class EngineError(Exception):
    """There is no engine and none can be started; the message says what is missing."""


def client() -> str:
    """Return the Docker client to use, or C('') where there is none."""
    return str(DEBIAN_CLIENT) if DEBIAN_CLIENT.exists() else shutil.which("docker") or ""


def answer() -> str:
    """Return the version of the engine that answers, or C('')."""
    docker = client()
    if not docker:
        return ""
    try:
        asked = subprocess.run(
            [docker, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def ensure() -> str:
    """Return the version of the engine that answers, having started one where it takes that.

    Raises:
        EngineError: there is none, and none can be had.
    """
    version = answer()
    if version:
        return version
    if "DOCKER_HOST" in os.environ:
        raise EngineError(f"the engine that DOCKER_HOST names ({os.environ['DOCKER_HOST']}) does not answer")
    if os.geteuid() != 0:
        raise EngineError(
            "no Docker engine answers: start one, and see that your user may use it (group docker). "
            "As root, on Debian, one would be installed and started"
        )
    if shutil.which("dockerd") is None:
        print(f"installing {PACKAGE}", flush=True)
        install(PACKAGE, "iptables")
    if Path("/run/systemd/system").is_dir():
        run(["systemctl", "start", "docker"])
    elif not answer():
        _start_by_hand()
    return _wait()


def need(program: str, *packages: str) -> None:
    """Install a program that is not there.

    Raises:
        EngineError: that is not possible.
    """
    if shutil.which(program) is None:
        if os.geteuid() != 0:
            raise EngineError(f"there is no {program}: install it. As root, on Debian, it would be installed")
        install(*packages)


def install(*packages: str) -> None:
    """Install packages of Debian's, as root.

    Raises:
        EngineError: that is not possible.
    """
    if shutil.which("apt-get") is None:
        raise EngineError(f"there is no apt-get to install {packages[0]} with: install it")
    run(["apt-get", "update", "--quiet=2"])
    run(["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *packages])


def _start_by_hand() -> None:
    """Start the engine without an init system; it goes on when this process has ended."""
    print(f"starting dockerd, which logs to {LOG}", flush=True)
    with LOG.open("ab") as log:
        subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _wait() -> str:
    deadline = time.monotonic() + START_SECONDS
    while not (version := answer()):
        if time.monotonic() > deadline:
            raise EngineError(f"dockerd does not answer after {START_SECONDS} s{_end_of_log()}")
        time.sleep(0.2)  # between two looks at the engine, which tells nobody that it is up
    return version


def _end_of_log() -> str:
    if not LOG.exists():
        return ""
    lines = LOG.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"; {LOG} ends with", *lines])


def run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command that takes its time.

    Raises:
        EngineError: it failed; what it said goes before.
    """
    variables = {**(os.environ if environment is None else environment), "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=variables, check=True, timeout=LONGEST_SECONDS, stdout=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"{command[0]} failed: {error}") from error


def main() -> int:
    """Say which engine answers."""
    try:
        print(f"Docker {ensure()} answers {client()}")
    except EngineError as error:
        print(f"molecule: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
