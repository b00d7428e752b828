# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role of Package-0, run by ansible-playbook against a CI API of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Release
from tests.integration.ci_served import COMMIT, Api

ROOT = Path(__file__).parents[2]
RELEASE = Release("PSP-1234", "2026.11.0-rc3", COMMIT, "staging")
LIMIT_SECONDS = 60

Entry = tuple[str, str]


def command(
    api: Api,
    folder: Path,
    entries: t.Sequence[Entry],
    *,
    dispatch_limit: float = 120,
    facts: t.Mapping[str, t.Any] | None = None,
    **variables: t.Any,
) -> list[str]:
    """Write an inventory and a playbook of role entry points; return the command that runs them.

    Args:
        api: the CI API that the role asks.
        folder: to write to; the locker is below it.
        entries: role and C(tasks_from), in their order.
        dispatch_limit: seconds until a dispatch is given up.
        facts: of the host, as an earlier task of the closure sets them.
        variables: extra variables.
    """
    defaults = {
        "psp.rc_closure.ci_run_evidence": {"interval": 0.1},
        "psp.rc_closure.ci_run_dispatch": {"limit": dispatch_limit},
    }
    variables = {
        "package_0_ci_url": api.url,
        "package_0_ci_repository": "psp/backend",
        "package_0_ci_job": "postgres-tests",
        "package_0_ci_token_file": str(api.home / "secrets" / "ci_token"),
        "rc_closure_ticket": RELEASE.ticket,
        "rc_closure_release": RELEASE.candidate,
        "rc_closure_commit": COMMIT,
        "rc_closure_locker": str(folder / "locker"),
        **variables,
    }
    connection = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    _write(folder / "inventory.json", {"rc_ci": {"hosts": {"ci": None}, "vars": connection}})
    _write(folder / "variables.json", variables)
    plays = [{**_play(role, tasks), "module_defaults": defaults} for role, tasks in entries]
    plays[0]["pre_tasks"] = [{"ansible.builtin.set_fact": {**facts, "cacheable": True}}] if facts else []
    _write(folder / "play.json", plays)
    playbook = Path(sys.executable).parent / "ansible-playbook"
    files = ["-i", str(folder / "inventory.json"), "-e", f"@{folder / 'variables.json'}"]
    return [str(playbook), *files, str(folder / "play.json"), "--tags", "package_0", "-vv"]


def run(argv: t.Sequence[str]) -> str:
    """Run the command to its end and return what it printed."""
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def start(argv: t.Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the command in a process group of its own."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(argv, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def _play(role: str, tasks: str) -> dict[str, t.Any]:
    imported = {"name": f"psp.rc_closure.{role}", "tasks_from": tasks}
    return {
        "hosts": "rc_ci",
        "gather_facts": False,
        "tags": ["package_0"],
        "tasks": [{"ansible.builtin.import_role": imported}],
    }


def _write(path: Path, document: t.Any) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
