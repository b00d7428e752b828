# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the twin is, and how the CI API behaves. Files are read when they are needed, not before."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ci_api.faults import Faults

DEFAULT_QUEUE_SECONDS = 5.0
OWNER = "psp"
REPOSITORY = "backend"
BRANCH = "main"


@dataclass(frozen=True)
class Settings:
    """`home` is the twin's directory. `queue_seconds` pass before a run is picked up.

    `test_command` takes the place of Postgres, Alembic and pytest in the API's own tests.
    """

    home: Path
    queue_seconds: float = DEFAULT_QUEUE_SECONDS
    test_command: tuple[str, ...] = ()

    @property
    def backend(self) -> Path:
        """The deployed backend, which a job checks out."""
        return self.home / "app" / "backend"

    @property
    def logs(self) -> Path:
        """Where the logs of the jobs are stored."""
        return self.home / "ci" / "logs"

    @property
    def jobs(self) -> Path:
        """Where jobs have their checkouts and databases."""
        return self.home / "ci" / "jobs"

    def token(self) -> str:
        """The only token that is let in."""
        return (self.home / "secrets" / "ci_token").read_text(encoding="utf-8").strip()

    def commit(self) -> str:
        """The commit that is deployed."""
        state = json.loads((self.home / "state.json").read_text(encoding="utf-8"))
        return str(state["commit"])

    def faults(self) -> Faults:
        """What is to go wrong at the moment."""
        return Faults.read(self.home / "etc" / "ci_faults.json")


def read(environment: Mapping[str, str]) -> Settings:
    """TWIN_STATE, the path of the twin's state file, is needed; CI_… are optional."""
    return Settings(
        home=Path(environment["TWIN_STATE"]).parent,
        queue_seconds=float(environment.get("CI_QUEUE_SECONDS", DEFAULT_QUEUE_SECONDS)),
        test_command=tuple(shlex.split(environment.get("CI_TEST_COMMAND", ""))),
    )
