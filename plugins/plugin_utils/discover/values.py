# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values of a draft: what each is, where it was seen, and how sure that is. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Finding = t.Mapping[str, t.Any]

ALL, CI, BACKEND, REDIS, WORKER = "rc_closure", "rc_ci", "rc_backend", "rc_redis", "rc_worker"
# The beginning of a variable's name → the group that it is set for; all that is left is everybody's.
_GROUPS = {
    "package_0": CI,
    "package_1": BACKEND,
    "package_2": BACKEND,
    "package_3": WORKER,
    "backend_env": BACKEND,
    "arq_worker": WORKER,
    # Worker and backend are given its URL, of which port and password are a part.
    "redis_p": ALL,
    "redis": REDIS,
}


def group_of(name: str) -> str:
    """Return the group that a variable is set for."""
    return next((group for beginning, group in _GROUPS.items() if name.startswith(beginning)), ALL)


@dataclass(frozen=True)
class Value:
    """A variable of the draft; a guess is marked as one, and where nothing was found that is said."""

    name: str
    value: t.Any
    seen: str
    guess: bool = False


@dataclass
class Draft:
    """An inventory in the making.

    Attributes:
        hosts: host → its variables of connection.
        groups: group → its hosts.
        values: of the groups.
        notes: what an operator must know besides.
        password: whether a password for Redis has to be made.
    """

    hosts: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    password: bool = False

    def add(self, name: str, value: t.Any, seen: str, *, guess: bool = False) -> None:
        """Take a value, and where it was seen."""
        self.values.append(Value(name, value, seen, guess))

    def guess(self, name: str, value: t.Any, why: str) -> None:
        """Take a value that may well be otherwise."""
        self.add(name, value, why, guess=True)

    def missing(self, name: str, why: str, value: t.Any = "") -> None:
        """Take a value that has to be filled in."""
        self.add(name, value, f"TO FILL IN: {why}")


@dataclass(frozen=True)
class Found:
    """A service on a host."""

    host: str
    service: Finding

    @property
    def directory(self) -> str:
        """Its working directory."""
        return str(self.service["directory"])

    @property
    def project(self) -> Finding:
        """What its working directory has."""
        project: Finding = self.service["project"]
        return project

    @property
    def runtime(self) -> Finding:
        """What runs it."""
        runtime: Finding = self.service["runtime"]
        return runtime

    @property
    def inside(self) -> str:
        """The container that it is in, by name, or C('')."""
        return str(self.runtime.get("name", "")) if self.runtime["kind"] == "docker" else ""

    @property
    def where(self) -> str:
        """How to name it in a comment."""
        return f"process {self.service['pid']} on {self.host}"

    @property
    def env_file(self) -> Finding | None:
        """Its environment file, where one is its own."""
        return next((file for file in self.service["env_files"] if file["own"]), None)

    @property
    def venv_bin(self) -> list[str]:
        """The C(bin) of its virtual environment."""
        return [f"{self.service['venv']}/bin"] if self.service["venv"] else []
