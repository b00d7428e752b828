# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The means by which a fault gets into the twin: files, settings, SQL, processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import dotenv
import sqlalchemy

from tests.killing import killed, wait_for

ROOT = Path(__file__).parents[2]
TWIN = str(ROOT / "tests" / "twin" / "twin.py")
LOCKER = ROOT / "evidence" / "drills"
TICKET = "DRILL-1"
# Of a busy machine: a twin is up in a few seconds where it has a processor to itself.
LIMIT_SECONDS = 300


class Twin:
    """A twin that has just been reset.

    Attributes:
        state: what C(.twin/state.json) says.
    """

    def __init__(self) -> None:
        """Bring the twin back to its start, behind the release."""
        _run(TWIN, "reset")
        self.state = json.loads((ROOT / ".twin" / "state.json").read_text("utf-8"))

    @property
    def backend(self) -> Path:
        """The deployed backend: a copy, which may be spoilt."""
        return Path(self.state["directory"])

    @property
    def e2e(self) -> Path:
        """The deployed browser tests: a copy, too."""
        return Path(self.state["e2e_directory"])

    @property
    def etc(self) -> Path:
        """The environment files and supervisor's configuration."""
        return Path(self.state["backend_env_file"]).parent

    @property
    def redis_password(self) -> str:
        """The password of the Redis that the closure brings up."""
        return Path(self.state["redis_password_file"]).read_text("utf-8").strip()

    def patch(self, file: Path, old: str, new: str) -> None:
        """Exchange a text in a deployed file; it must be there, or the drill tests nothing."""
        text = file.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        file.write_text(text.replace(old, new), "utf-8")

    def set_env(self, file: Path, **values: str) -> None:
        """Set variables in an environment file."""
        for name, value in values.items():
            dotenv.set_key(file, name, value, quote_mode="never")

    def database_urls(self, database: str) -> dict[str, str]:
        """Return the backend's URL variables, with another database of the cluster in them."""
        env = self._env()
        names = ("DATABASE_URL", "SYNC_DATABASE_URL")
        return {name: f"{env[name].rsplit('/', 1)[0]}/{database}" for name in names}

    def database_parts(self, database: str) -> dict[str, str]:
        """Return what the backend's URL is made of, with this database of the cluster, percent-encoded."""
        url = urlsplit(self.database_urls(database)["DATABASE_URL"])
        return {
            "POSTGRES_SERVER": f"{url.hostname}:{url.port}",
            "POSTGRES_USER": url.username or "",
            "POSTGRES_PASSWORD": url.password or "",
            "POSTGRES_DB": database,
        }

    def ci_faults(self, **faults: t.Any) -> None:
        """Tell the CI API what to get wrong."""
        (self.etc / "ci_faults.json").write_text(json.dumps(faults), "utf-8")

    def sql(self, statement: str) -> None:
        """Run a statement on the backend's database, and commit it."""
        with self._engine().begin() as connection:
            connection.execute(sqlalchemy.text(statement))

    def count(self, query: str) -> int:
        """Return the number that a query answers on the backend's database."""
        with self._engine().connect() as connection:
            return int(connection.scalar(sqlalchemy.text(query)) or 0)

    @contextmanager
    def transaction(self, statement: str) -> t.Iterator[None]:
        """Hold what the statement locks until the block ends."""
        with self._engine().connect() as connection:
            connection.execute(sqlalchemy.text(statement))
            yield

    def text(self, query: str) -> str:
        """Return the text that a query answers on the backend's database."""
        with self._engine().connect() as connection:
            return str(connection.scalar(sqlalchemy.text(query)))

    def migrate(self, database: str = "", revision: str = "head") -> None:
        """Bring the backend's database, or another one of the cluster, to a revision."""
        urls = self.database_urls(database) if database else self._env()
        _run("-m", "alembic", "upgrade", revision, cwd=self.backend, **urls)

    def supervisorctl(self, *arguments: str) -> None:
        """Run supervisorctl."""
        _run("-m", "supervisor.supervisorctl", "-c", self.state["supervisor_conf"], *arguments)

    def closure(
        self, release: str, packages: t.Iterable[int], extra: t.Mapping[str, t.Any] | None = None
    ) -> list[str]:
        """Return the command that closes a drill's release, of these packages alone."""
        known = {"rc_closure_ticket": TICKET, "rc_closure_release": release, "rc_closure_locker": str(LOCKER)}
        # A file, since a variable may be a secret.
        variables = self.etc / "drill.json"
        variables.touch(mode=0o600)
        variables.write_text(json.dumps({**known, **(extra or {})}), "utf-8")
        return [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "playbooks/rc_closure.yml",
            "--inventory=inventories/twin",
            f"--tags={','.join(f'package_{number}' for number in sorted(packages))}",
            f"--extra-vars=@{variables}",
        ]

    def kill_closure(
        self, release: str, packages: t.Iterable[int], *, lock: str, waits: str, goes_on: str
    ) -> None:
        """Begin to close a drill's release, and kill it where it waits for a lock.

        The lock is the statement C(lock); C(waits) matches the statement that waits for it, and the
        process of which C(goes_on) is in the command line is left, as one on another host would be.
        """
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            f"AND datname = current_database() AND query ~ '{waits}'"
        )
        with self.transaction(lock), killed(self.closure(release, packages), ROOT, spare=goes_on):
            wait_for(lambda: self.count(query), f"{waits} that waits for a lock")

    def _engine(self) -> sqlalchemy.Engine:
        return sqlalchemy.create_engine(self._env()["SYNC_DATABASE_URL"], poolclass=sqlalchemy.NullPool)

    def _env(self) -> dict[str, str]:
        values = dotenv.dotenv_values(self.state["backend_env_file"], interpolate=False)
        return {name: value or "" for name, value in values.items()}


def down() -> None:
    """Stop the twin and remove it, so that no fault of a drill meets the next closure."""
    _run(TWIN, "down")


def _run(*arguments: str, cwd: Path | None = None, **env: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
