# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The draft of another staging, unlike the twin: at least nine of ten of its values are right."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.integration.queue_site import free_port
from tests.integration.test_discovery import playbook, values

OTHER = Path(__file__).parents[1] / "other"
READY_SECONDS = 30
RIGHT = 0.9
PASSWORD = "s3cret/with@all?of#it"
_HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _asks(url: str, data: bytes | None = None) -> int:
    """Return the status of an answer, C(0) without one."""
    try:
        with _HTTP.open(url, data=data, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as exc:
        return exc.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[Path, str]]:
    """Its server at work, and where it was deployed to."""
    home = tmp_path_factory.mktemp("other")
    shutil.copytree(OTHER, home / "srv", ignore=shutil.ignore_patterns("__pycache__"))
    where, port = home / "srv" / "ledger", free_port()
    variables = {
        "ENV": "preprod",
        "LEDGER_DB_HOST": "db.internal",
        "LEDGER_DB_PORT": "5432",
        "LEDGER_DB_NAME": "ledger",
        "LEDGER_DB_USER": "ledger",
        "LEDGER_DB_PASSWORD": PASSWORD,
        "LEDGER_QUEUE_HOST": "queue.internal",
        "LEDGER_JOURNAL": str(home / "journal.txt"),
    }
    (where / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    url = f"http://127.0.0.1:{port}"
    command = ["-m", "uvicorn", "ledger.web:application", "--app-dir", "src", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=where,
        env={"PATH": "/usr/bin:/bin", **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + READY_SECONDS
        while _asks(f"{url}/svc/healthz/ready") != 200 and time.monotonic() < ends:
            assert server.poll() is None
        for _count in range(3):
            assert _asks(f"{url}/svc/webhooks/kuzey", b"{}") == 401
        yield where, url
    finally:
        server.terminate()
        server.wait(10)


def test_nine_of_ten_values_are_right(deployed: tuple[Path, str], tmp_path: Path) -> None:
    where, url = deployed
    hosts = tmp_path / "hosts.ini"
    here = (
        f"here ansible_connection=local ansible_python_interpreter={sys.executable} ansible_password=hunter2h"
    )
    hosts.write_text(f"{here}\naway ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1\n", "utf-8")
    about = {"discover_to": str(tmp_path / "draft"), "discover_below": str(where.parent)}
    done = playbook("discover", "-vv", f"--inventory={hosts}", **about)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "away could not be looked at" in done.stdout
    groups = yaml.safe_load((tmp_path / "draft/hosts.yml").read_text("utf-8"))["rc_closure"]
    assert groups["children"]["rc_backend"] == {"hosts": {"here": None}}
    assert "ansible_password" not in groups["hosts"]["here"]
    venv = str(Path(sys.executable).parent)
    browser = str(where.parent / "browser")
    expected = {
        "rc_closure_environment": "preprod",
        "staging_backend_url": url,
        "staging_backend_directory": str(where),
        "staging_backend_process": ["uvicorn", "ledger.web:application"],
        "staging_backend_env_file": str(where / ".env"),
        "staging_backend_log": {"file": str(where.parents[1] / "journal.txt")},
        "staging_path": [venv],
        "staging_worker_process": ["arq", "ledger.jobs.reconcile.Jobs"],
        "package_1_migration_directory": str(where / "db"),
        "package_1_migration_alembic": ["alembic", "-c", "alembic-ledger.ini"],
        "package_1_migration_table": "ledger_findings",
        "package_1_migration_columns": ["source", "event", "kind"],
        "backend_env_runtime": "none",
        "backend_env_ready_url": "{{ staging_backend_url }}/svc/healthz/ready",
        "package_2_rollout_backfill_directory": str(where),
        "package_2_rollout_backfill_dry_run": ["python", "-m", "tools.backfill_balances"],
        "package_2_rollout_backfill_real_run": ["python", "-m", "tools.backfill_balances", "--apply"],
        "package_2_rollout_rows_query": (
            "SELECT count(*) AS accounts, count(amount) AS with_amount FROM accounts"
        ),
        "package_2_rollout_e2e_directory": browser,
        "package_2_rollout_e2e_path": [f"{browser}/node_modules/.bin", venv],
        "package_2_rollout_e2e_argv": ["pnpm", "smoke", "e2e/withdrawal.smoke.spec.ts"],
        "package_2_rollout_e2e_spec": "e2e/withdrawal.smoke.spec.ts",
        "package_2_rollout_webhook_prefix": "/svc/webhooks/",
        "package_2_rollout_webhook_probe_path": "/svc/webhooks/kuzey",
        "arq_worker_heartbeat": {"interval": 15},
        "arq_worker_env_from": str(where / ".env"),
        "package_3_queue_path": "/svc/reconciliations",
    }
    found = values(tmp_path / "draft")
    wrong = {name: found.get(name) for name, value in expected.items() if found.get(name) != value}
    assert len(wrong) <= (1 - RIGHT) * len(expected), wrong
    # What cannot be known is left to be filled in, or named in a note.
    assert found["staging_url_variables"] == ["DATABASE_URL"]
    assert "no address shows the four flags" in done.stdout
    assert PASSWORD not in done.stdout + (tmp_path / "draft/group_vars/rc_closure.yml").read_text("utf-8")
