# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The means by which a fault gets into the twin: files, settings, SQL, processes."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from ansible_collections.psp.rc_closure.plugins.module_utils import env_file, postgres

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60


class Twin:
    """A twin that has just been reset.

    Attributes:
        state: what C(.twin/state.json) says.
    """

    def __init__(self) -> None:
        """Bring the twin back to its start, behind the release."""
        self._run(str(ROOT / "tests" / "twin" / "twin.py"), "reset")
        self.state = json.loads((ROOT / ".twin" / "state.json").read_text("utf-8"))

    @property
    def backend(self) -> Path:
        """The deployed backend: a copy, which may be spoilt."""
        return Path(self.state["directory"])

    @property
    def etc(self) -> Path:
        """The environment files and supervisor's configuration."""
        return Path(self.state["backend_env_file"]).parent

    def patch(self, file: Path, old: str, new: str) -> None:
        """Exchange a text in a deployed file; it must be there, or the drill tests nothing."""
        text = file.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        file.write_text(text.replace(old, new), "utf-8")

    def set_env(self, file: Path, **values: str) -> None:
        """Set variables in an environment file."""
        file.write_text(env_file.update(file.read_text("utf-8"), values), "utf-8")

    def ci_faults(self, **faults: t.Any) -> None:
        """Tell the CI API what to get wrong."""
        (self.etc / "ci_faults.json").write_text(json.dumps(faults), "utf-8")

    def sql(self, statement: str) -> None:
        """Run a statement on the backend's database, and commit it."""
        with closing(self._connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)

    @contextmanager
    def transaction(self, statement: str) -> t.Iterator[None]:
        """Hold what the statement locks until the block ends."""
        with closing(self._connect()) as connection:
            connection.cursor().execute(statement)
            yield

    def supervisorctl(self, *arguments: str) -> None:
        """Run supervisorctl."""
        self._run("-m", "supervisor.supervisorctl", "-c", self.state["supervisor_conf"], *arguments)

    def _connect(self) -> t.Any:
        env = env_file.parse(Path(self.state["backend_env_file"]).read_text("utf-8"))
        return psycopg2.connect(**postgres.parameters(env))

    @staticmethod
    def _run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
