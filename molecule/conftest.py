# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verifiers see of a scenario: its containers, from outside and inside, and what it keeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import testinfra

ROOT = Path(os.environ.get("PSP_ROOT", Path(__file__).resolve().parent.parent))
LIMIT_SECONDS = 300
LOOK_EVERY_SECONDS = 0.1


class Staging:
    """The containers of this scenario.

    Attributes:
        prefix: what the names of its containers begin with.
        work: the directory that it keeps things in, on the engine's host.
        evidence: its locker.
        root: the repository.
    """

    def __init__(self) -> None:
        """Take the scenario that molecule names."""
        name = os.environ["PSP_SCENARIO"]
        self.root = ROOT
        self._inventories = [ROOT / "molecule" / place / "inventory" for place in ("shared", name)]
        self.prefix = f"psp-{name}"
        self.work = ROOT / ".cache" / "molecule" / name
        self.evidence = ROOT / "evidence" / "molecule" / name

    def elsewhere(self, inventory: Path) -> Staging:
        """Return the same with another inventory in place of its own."""
        other = copy(self)
        other._inventories = [inventory]
        return other

    def inside(self, name: str) -> Any:
        """Return a container as testinfra sees a host."""
        return testinfra.get_host(f"docker://{self.prefix}-{name}")

    def outside(self, name: str) -> dict[str, Any]:
        """Return a container as its engine describes it."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", f"{self.prefix}-{name}"))
        return found[0]

    def health(self, name: str) -> str:
        """Return what the engine says of a container's health."""
        return str(self.outside(name)["State"].get("Health", {}).get("Status", "without a healthcheck"))

    def environment(self, name: str) -> dict[str, str]:
        """Return what a container's first process was started with."""
        raw = self.inside(name).file("/proc/1/environ").content.decode()
        return dict(pair.split("=", 1) for pair in raw.split("\0") if pair)

    def kill(self, name: str) -> None:
        """End a container's first process as the kernel would, so that the engine takes it for a crash."""
        pid = str(self.outside(name)["State"]["Pid"])
        docker("run", "--rm", "--network=none", "--pid=host", "psp-rc/base", "kill", "-9", pid)

    @staticmethod
    def docker(*arguments: str) -> str:
        """Run docker and return what it prints."""
        return docker(*arguments)

    def secrets(self) -> dict[str, str]:
        """Return what may be nowhere but in environments and in files of mode 0600, by its name."""
        random = (self.work / "secrets" / "random").read_text("utf-8").split()[0]
        database, redis = f"p@ss/w:rd%'\"{random}", f"r@d/i:s%'\" {random}"
        return {
            "the random part": random,
            "database": database,
            "database, encoded": quote(database, safe=""),
            "redis": redis,
            "redis, encoded": quote(redis, safe=""),
        }

    def playbook(self, name: str, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook on this scenario, whatever comes of it."""
        return subprocess.run(
            self.command(name, *arguments, **variables),
            cwd=ROOT,
            env=self.playbook_environment(),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def command(self, name: str, *arguments: str, **variables: Any) -> list[str]:
        """Return the command that runs a playbook on this scenario."""
        return [
            str(Path(sys.executable).parent / "ansible-playbook"),
            name,
            *(f"--inventory={inventory}" for inventory in self._inventories if inventory.is_dir()),
            f"--extra-vars={json.dumps(variables)}",
            *arguments,
        ]

    @staticmethod
    def playbook_environment() -> Mapping[str, str]:
        """Return this process's environment with the repository's own ansible.cfg in place of molecule's."""
        return {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}


def docker(*arguments: str) -> str:
    """Run Docker's client and return what it prints."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for something; fail with what it was."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(LOOK_EVERY_SECONDS)  # between two looks: the wait itself ends by what is true


@pytest.fixture(scope="session")
def staging() -> Staging:
    """The scenario that molecule is verifying."""
    return Staging()


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """The function that waits."""
    return until
