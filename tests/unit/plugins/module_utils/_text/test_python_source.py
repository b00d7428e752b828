# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sources say of a backend, without running them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import python_source

WORKER = """
class WorkerSettings:
    functions = [reconcile]
    redis_settings = RedisSettings()
    health_check_interval = float(os.environ.get("BEAT_SECONDS", "3600"))
"""
ROUTES = """
router = APIRouter(prefix="/recon")

@router.post("/runs", status_code=202)
async def start(): ...

@app.get("/ready")
def ready(): ...
"""
MIGRATION = """
op.create_table("runs", sa.Column("key", sa.Text()), sa.UniqueConstraint("key", name="uq"))
op.create_unique_constraint("uq_f", "findings", ["provider", "kind"])
"""
METHODS = ("get", "post", "put", "patch", "delete")
BACKFILL = '''
"""    python -m tools.fill_balances --dry-run"""
parser.add_argument("--dry-run", action="store_true")
parser.add_argument("--batch", "-b", type=int)
missing = update(Wallet).where(Wallet.balance.is_(None))
session.execute(missing.values(balance=0))
'''


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("url = os.environ['DATABASE_URL']", "variables", ["DATABASE_URL"]),
        ("url = os.getenv('DB_URL', '')", "variables", ["DB_URL"]),
        ("x = _flag(environment, 'ENFORCE')", "variables", ["ENFORCE"]),
        ("class S(BaseSettings):\n    redis_url: str\n    model_config = {}", "variables", ["REDIS_URL"]),
        (WORKER, "workers", {"WorkerSettings": "float(os.environ.get('BEAT_SECONDS', '3600'))"}),
        ("class A:\n    functions = []", "workers", {}),
        (ROUTES, "routes", [("POST", "/recon/runs"), ("GET", "/recon/ready")]),
        ("api.include_router(runs.router, prefix='/api')", "prefixes", ["/api"]),
        (MIGRATION, "unique", {"runs": ["key"], "findings": ["provider", "kind"]}),
        ("class W(Base):\n    __tablename__ = 'wallets'", "models", {"W": "wallets"}),
        (
            "router = APIRouter(tags='a', prefix='/b')\n@router.get('/c')\ndef d(): ...",
            "routes",
            [("GET", "/b/c")],
        ),
        *((f"@app.{name}('/a')\ndef b(): ...", "routes", [(name.upper(), "/a")]) for name in METHODS),
        ("@app.head('/a')\ndef b(): ...", "routes", []),
        ("class W(Base):\n    meta.x = 1\n    __tablename__ = 'w'", "models", {"W": "w"}),
        ("class W(Base):\n    __tablename__: str = 'w'", "models", {"W": "w"}),
        ("class W:\n    cron_jobs = []\n    redis_settings = R()", "workers", {"W": ""}),
        ("known.update()\nrows.values()\nupdate(W).values(a=1)", "written", [("W", "a")]),
        ("@staticmethod\n@router\ndef a(): ...", "routes", []),
        ("class S(Base):\n    redis_url: str", "variables", []),
        ("class S(pydantic_settings.BaseSettings, Mixin):\n    redis_url: str", "variables", ["REDIS_URL"]),
        ("op.create_unique_constraint('uq', 't', [COLUMN, 'b'])", "unique", {"t": ["b"]}),
        ("click.Option('--a')", "options", ["--a"]),
        ("op.create_table()\nop.create_unique_constraint('uq')", "unique", {}),
        (BACKFILL, "options", ["--dry-run", "--batch"]),
        (BACKFILL, "called", ["tools.fill_balances"]),
        (BACKFILL, "written", [("Wallet", "balance")]),
        ("@click.command()\n@click.option('--apply', is_flag=True)\ndef main(): ...", "options", ["--apply"]),
        ("dry: bool = typer.Option(False, '--simulate')", "options", ["--simulate"]),
        ("cur.execute('UPDATE purses SET amount = 1')", "written", [("purses", "amount")]),
        # What is no Python of this version is read as text.
        ("print 'x'; os.environ['OLD_URL']", "variables", ["OLD_URL"]),
        ("\0", "routes", []),
    ],
)
def test_what_a_source_says(text: str, name: str, value: t.Any) -> None:
    assert getattr(python_source.read(text), name) == value
