# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The draft of another staging, unlike the twin: at least nine of ten of its values are right."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from tests.integration.other_site import Other
from tests.integration.test_discovery import playbook, values

RIGHT = 0.9


def test_nine_of_ten_values_are_right(other: Other, tmp_path: Path) -> None:
    where, url = Path(other.state["directory"]), other.state["url"]
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
        "staging_backend_log": {"file": f"{other.state['log']}/defter-web.log"},
        "staging_variables": {
            "database": {
                part: f"LEDGER_DB_{part.upper()}" for part in ("host", "port", "name", "user", "password")
            },
            "redis": {"host": "LEDGER_QUEUE_HOST", "port": "LEDGER_QUEUE_PORT"},
        },
        "staging_worker_env_file": other.state["worker_env_file"],
        "staging_worker_log": {"file": f"{other.state['log']}/defter-isci.log"},
        "staging_path": [venv],
        "staging_worker_process": ["arq", "ledger.jobs.reconcile.Jobs"],
        "package_1_migration_directory": str(where / "db"),
        "package_1_migration_alembic": ["alembic", "-c", "alembic-ledger.ini"],
        "package_1_migration_table": "ledger_findings",
        "package_1_migration_columns": ["source", "event", "kind"],
        "backend_env_runtime": "supervisor",
        "redis_runtime": "none",
        "package_2_rollout_commit": {"path": "/svc/build", "pointer": "/surum/kaynak"},
        "package_2_rollout_access_log": {"metrics": "{{ staging_backend_url }}/svc/metrics"},
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
        "arq_worker_heartbeat": {"interval": 15},
        "package_3_queue_api": {
            "request": {
                "path": "/svc/reconciliations",
                "query": {"provider": "kuzey"},
                "headers": {"Idempotency-Key": "{unique}"},
            },
            "id": "/reconciliation",
            "answer": {"path": "/svc/reconciliations/{id}/outcome"},
        },
    }
    found = values(tmp_path / "draft")
    wrong = {name: found.get(name) for name, value in expected.items() if found.get(name) != value}
    assert len(wrong) <= (1 - RIGHT) * len(expected), wrong
    # What cannot be known is left to be filled in, or named in a note.
    assert found["staging_token"]["login"]["url"] == "{{ staging_backend_url }}/svc/auth/login"
    assert "no address shows the four flags" in done.stdout
    drafted = (tmp_path / "draft/group_vars/rc_closure.yml").read_text("utf-8")
    assert "p@ss/w:rd" not in done.stdout + drafted
