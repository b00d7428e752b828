# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the bare hosts of another staging to its verdict: discover, edit, preflight, check, closure."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.other_site import Other
from tests.integration.test_discovery import playbook

# What nobody can see from outside, by the group that it is said for; the rest is as discovered.
EDITS: dict[str, dict[str, t.Any]] = {
    "rc_ci": {"package_0_ci_repository": "psp/backend", "package_0_ci_marker_input": "marker"},
    "rc_backend": {
        "package_2_rollout_flags": [
            {"name": "shadow_write", "variable": "LEDGER_SHADOW_WRITE"},
            {"name": "mismatch_log", "variable": "LEDGER_MISMATCH_LOG"},
            {"name": "hooks_signed", "variable": "LEDGER_HOOKS_SIGNED"},
            {"name": "enforce_balance", "variable": "LEDGER_ENFORCE_BALANCE"},
        ],
        "package_2_rollout_flags_path": "",
        "package_2_rollout_left_out": {"flags_shown": "the ledger has no address for its flags"},
        "package_2_rollout_backfill_words": {
            "total": ["işlenen"],
            "changed": ["yazılan", "yazılacak"],
            "skipped": ["atlanan"],
            "errors": ["hatalı"],
        },
        # There is no pnpm here, as the preflight says.
        "package_2_rollout_e2e_argv": ["playwright", "test", "e2e/withdrawal.smoke.spec.ts"],
        "package_2_rollout_webhook_probe_path": "/svc/webhooks/kuzey",
        "package_2_rollout_webhook_code": "IMZA_GECERSIZ",
        "package_2_rollout_webhook_minimum": 10,
    },
    "rc_worker": {
        "package_3_queue_left_out": {"backend_runner": "the ledger always queues"},
        "package_3_queue_api": {
            "request": {
                "path": "/svc/reconciliations",
                "query": {"provider": "kuzey", "hours": 24},
                "headers": {"Idempotency-Key": "{unique}"},
            },
            "id": "/reconciliation",
            "answer": {"path": "/svc/reconciliations/{id}/outcome"},
            "state": {
                "completed": {"pointer": "/sonuc/basarili", "values": [True]},
                "failed": {"pointer": "/sonuc/basarili", "values": [False]},
            },
            "queued": False,
        },
    },
}


def edits(other: Other) -> dict[str, dict[str, t.Any]]:
    """Return what an operator fills in, with what belongs to this deployment."""
    state = other.state
    operator = Path(state["operator_password_file"]).read_text("utf-8").strip()
    login = {
        "url": f"{state['url']}/svc/auth/login",
        "body": {"kullanici": "nöbetçi", "parola": operator},
        "pointer": "/veri/erisim",
    }
    here: dict[str, dict[str, t.Any]] = {
        "rc_closure": {"staging_token": {"login": login}},
        "rc_ci": {"package_0_ci_url": state["ci_url"], "package_0_ci_token_file": state["ci_token_file"]},
        "rc_backend": {"package_2_rollout_e2e_env_file": str(other.home / "etc/browser.env")},
        "rc_worker": {},
    }
    return {group: {**EDITS.get(group, {}), **values} for group, values in here.items()}


def fill_in(draft: Path, edited: dict[str, dict[str, t.Any]]) -> None:
    """Edit the draft's files."""
    for group, values in edited.items():
        file = draft / "group_vars" / f"{group}.yml"
        content = {**yaml.safe_load(file.read_text("utf-8")), **values}
        file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


@pytest.fixture(scope="module")
def draft(other: Other, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft, discovered and filled in."""
    folder = tmp_path_factory.mktemp("monday") / "draft"
    below = str(Path(other.state["directory"]).parent)
    done = playbook("discover", discover_to=str(folder), discover_below=below)
    assert done.returncode == 0, done.stdout + done.stderr
    fill_in(folder, edits(other))
    return folder


def run(
    draft: Path, other: Other, name: str, *arguments: str, **extra: t.Any
) -> subprocess.CompletedProcess[str]:
    """Run a playbook with the draft."""
    release = {
        "rc_closure_ticket": "DEF-78",
        "rc_closure_release": "first-monday",
        "rc_closure_commit": other.state["commit"],
    }
    return playbook(name, f"--inventory={draft}", *arguments, **release, **extra)


def test_what_is_not_filled_in_is_refused_before_anything_is_touched(other: Other, draft: Path) -> None:
    done = run(draft, other, "preflight", package_2_rollout_e2e_argv=["pnpm", "smoke"], redis_port=1)
    assert done.returncode != 0
    assert "no Redis listens at 127.0.0.1:1: start it, or set redis_bind and redis_port" in done.stdout
    assert "pnpm of package_2_rollout_e2e_argv is not found" in done.stdout


def test_five_commands_close_it(other: Other, draft: Path, tmp_path: Path) -> None:
    looked = run(draft, other, "preflight")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    checked = run(draft, other, "rc_closure", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"would run: POST {other.state['url']}/svc/reconciliations?" in checked.stdout
    done = run(draft, other, "rc_closure", rc_closure_locker=str(tmp_path / "evidence"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gate: PASS" in done.stdout
