# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example inventory: what a host's form says goes before what its group says."""

from __future__ import annotations

import json
import os
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
ENGINE = "engine.staging.example"
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
def listed(inventories: list[str]) -> dict[str, dict[str, t.Any]]:
    """Group → its hosts, children and variables, as Ansible lists an inventory."""
    done = run("ansible-inventory", *inventories, "--list")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def variables(listed: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Host → variables. Ansible itself leaves out a host that has none."""
    hosts = {name for group in listed.values() for name in group.get("hosts", [])}
    found = listed["_meta"]["hostvars"]
    return {name: found.get(name, {}) for name in hosts}


def run(program: str, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of Ansible's, with one more directory on PATH where it is given."""
    first = f"{path}{os.pathsep}" if path else ""
    return subprocess.run(
        [str(PROGRAMS / program), *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{first}{os.environ['PATH']}"},
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
    assert without == {"controller", ENGINE}


def test_the_engines_host_can_be_reached_and_written_to(
    listed: dict[str, dict[str, t.Any]], variables: dict[str, dict[str, t.Any]]
) -> None:
    """Environment files and Redis's data go to where only root may write."""
    assert listed["engines"]["hosts"] == [ENGINE]
    assert variables[ENGINE].get("ansible_user")
    assert variables[ENGINE].get("ansible_become") is True


def test_a_container_is_made_on_the_engine_and_found_by_its_name(
    inventories: list[str], tmp_path: Path
) -> None:
    rendered = tmp_path / "rendered.json"
    roles = ("redis", "arq_worker", "backend_env")
    shown = {
        "bind": "{{ redis_bind }}",
        **{
            f"{role} {what}": f"{{{{ {role}_docker_{what} }}}}"
            for role in roles
            for what in ("host", "name", "networks")
        },
    }
    copy = {"dest": str(rendered), "content": "{{ shown | to_json }}", "mode": "0600"}
    task = {"ansible.builtin.copy": copy, "vars": {"shown": shown}, "delegate_to": "controller"}
    playbook = tmp_path / "render.yml"
    playbook.write_text(json.dumps([{"hosts": "container", "gather_facts": False, "tasks": [task]}]), "utf-8")
    done = run("ansible-playbook", str(playbook), *inventories)
    assert done.returncode == 0, done.stdout
    found = json.loads(rendered.read_text("utf-8"))
    assert found.pop("bind") == ["0.0.0.0"]
    expected = {
        "host": ENGINE,
        "name": "psp-container",
        "networks": [{"name": "psp", "aliases": ["container"]}],
    }
    assert found == {f"{role} {what}": value for role in roles for what, value in expected.items()}


def preflight(
    inventories: list[str], folder: Path, *pods: str, **given: object
) -> subprocess.CompletedProcess[str]:
    """Check the variables of all parts, with a password in the vault, and a cluster with some pods."""
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
    playbook = folder / "preflight.yml"
    playbook.write_text(json.dumps(plays), "utf-8")
    items = [{"metadata": {"name": name}, "status": {"phase": "Running"}} for name in pods]
    kubectl = folder / "kubectl"
    kubectl.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'items': items})}\nEND\n", "utf-8")
    kubectl.chmod(0o755)
    extra = json.dumps({"vault_redis_password": "p@ss", "staging_pod_app": "psp-pod", **given})
    limit = ",".join(FORMS)
    return run("ansible-playbook", str(playbook), *inventories, "--limit", limit, "-e", extra, path=folder)


@pytest.mark.parametrize(
    ("pods", "told"),
    [
        (["psp-backend-5d9c"], ""),
        ([], "there is no pod app=psp-pod in the namespace staging"),
        (["psp-backend-5d9c", "psp-backend-x2x7"], "there are 2 pods app=psp-pod in the namespace staging"),
    ],
)
def test_every_form_passes_the_preflight(
    inventories: list[str], tmp_path: Path, pods: list[str], told: str
) -> None:
    """A pod must be the only one."""
    done = preflight(inventories, tmp_path, *pods)
    assert told in " ".join(done.stdout.split())
    assert (done.returncode == 0) == (not told), done.stdout
    assert all(f"ok: [{form}]" in done.stdout for form in FORMS if not told or form != "pod")
    assert "arq_worker_heartbeat_interval" not in done.stderr


def test_an_hourly_heartbeat_is_warned_of(inventories: list[str], tmp_path: Path) -> None:
    done = preflight(inventories, tmp_path, "psp-backend-5d9c", arq_worker_heartbeat_interval=3600)
    assert done.returncode == 0, done.stdout
    said = " ".join(done.stderr.split())
    assert said.count("arq_worker_heartbeat_interval is 3600 s: for so long a worker that hangs") == 1
