# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: the sources in the repository, and what is deployed below `.twin/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Layout:
    """The paths below the twin's home."""

    home: Path

    @property
    def app(self) -> Path:
        """What staging has as /app."""
        return self.home / "app"

    @property
    def backend(self) -> Path:
        """The deployed backend: alembic, the application and the worker run here."""
        return self.app / "backend"

    @property
    def e2e(self) -> Path:
        """The deployed browser tests."""
        return self.app / "e2e"

    @property
    def etc(self) -> Path:
        """Environment files and supervisor's configuration."""
        return self.home / "etc"

    @property
    def include(self) -> Path:
        """Supervisor's programs that come after the start."""
        return self.etc / "conf.d"

    @property
    def secrets(self) -> Path:
        """Passwords and tokens, one a file."""
        return self.home / "secrets"

    @property
    def log(self) -> Path:
        """The log of each program."""
        return self.home / "log"

    @property
    def run(self) -> Path:
        """Process ids."""
        return self.home / "run"

    @property
    def cluster(self) -> Path:
        """Postgres's data directory."""
        return self.home / "data" / "postgres"

    @property
    def state(self) -> Path:
        """What others read; it is there when, and only when, the twin came up whole."""
        return self.home / "state.json"

    @property
    def supervisor_conf(self) -> Path:
        """Supervisor's configuration."""
        return self.etc / "supervisord.conf"

    def make_directories(self) -> None:
        """Make them all, for nobody else to look into."""
        self.home.mkdir(mode=0o700)
        for path in (self.app, self.include, self.log, self.run, self.cluster):
            path.mkdir(parents=True)
        self.secrets.mkdir(mode=0o700)


def repository_layout() -> Layout:
    """The twin of this checkout: `.twin/` at its root."""
    return Layout(SOURCES.parent.parent / ".twin")
