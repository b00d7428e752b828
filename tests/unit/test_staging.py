# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example inventory: what a host's form says goes before what its group says."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
GROUPS = {
    "rc_backend": ("package_1_migration", "package_2_rollout", "backend_env"),
    "rc_redis": ("redis",),
    "rc_worker": ("package_3_queue", "arq_worker"),
}
FORMS = {
    "vm": ("ssh", "systemd", "/etc/psp/worker.env"),
    "container": ("community.docker.docker", "docker", None),
    "pod": ("kubernetes.core.kubectl", "none", None),
}


@pytest.fixture(scope="module")
def inventories(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The example, and a host of each form in all its groups."""
    more = tmp_path_factory.mktemp("inventory") / "hosts.json"
    hosts = {form: {"hosts": {form: {"ansible_host": f"psp-{form}"}}} for form in FORMS}
    parts = {group: {"hosts": dict.fromkeys(FORMS)} for group in GROUPS}
    groups = {"forms": {"children": hosts}, "rc_closure": {"children": parts}}
    more.write_text(json.dumps({"all": {"children": groups}}), "utf-8")
    return ["-i", "inventories/staging", "-i", str(more)]


@pytest.fixture(scope="module")
def variables(inventories: list[str]) -> dict[str, dict[str, t.Any]]:
    """Host → variables."""
    listed = run("ansible-inventory", *inventories, "--list")
    assert listed.returncode == 0, listed.stderr
    return dict(json.loads(listed.stdout)["_meta"]["hostvars"])


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAMS / program), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_form_goes_before_the_group(variables: dict[str, dict[str, t.Any]], form: str) -> None:
    found, (connection, runtime, env_file) = variables[form], FORMS[form]
    assert found.get("ansible_connection", "ssh") == connection
    assert {found[f"{role}_runtime"] for role in ("redis", "arq_worker", "backend_env")} == {runtime}
    assert found["package_3_queue_env_file"] == env_file


def test_every_host_of_the_example_is_of_a_form(variables: dict[str, dict[str, t.Any]]) -> None:
    without = {name for name, found in variables.items() if "redis_runtime" not in found}
    assert without == {"controller"}


def test_every_form_passes_the_preflight(inventories: list[str], tmp_path: Path) -> None:
    """Once there is a password in the vault, and a pod that kubectl finds."""
    plays = [
        {
            "hosts": group,
            "gather_facts": False,
            "tasks": [
                {"import_role": {"name": f"psp.rc_closure.{role}", "tasks_from": "preflight"}}
                for role in roles
            ],
        }
        for group, roles in GROUPS.items()
    ]
    playbook = tmp_path / "preflight.yml"
    playbook.write_text(json.dumps(plays), "utf-8")
    given = json.dumps({"vault_redis_password": "p@ss", "staging_pod_command": "echo psp-backend-5d9c"})
    done = run("ansible-playbook", str(playbook), *inventories, "--limit", ",".join(FORMS), "-e", given)
    assert done.returncode == 0, done.stdout
    assert all(f"ok: [{form}]" in done.stdout for form in FORMS)
