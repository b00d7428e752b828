# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example inventories: what they set exists, is enough and is little."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
FORMS = ("staging", "containers", "pods")
# Group → the roles whose variables are checked on the controller alone.
GROUPS = {
    "rc_ci": ("package_0_ci",),
    "rc_backend": ("staging", "package_1_migration", "package_2_rollout"),
    "rc_worker": ("staging", "package_3_queue"),
}
MOST_VALUES_OF_A_VM = 20
# What is said of that which an example names and the test does not have.
NOT_THERE = re.compile(
    r"does not exist on|is not found on|cannot be (?:read|resolved)|failed|refused|answered 40[134]"
)


def known() -> set[str]:
    """Return the variables of all roles."""
    specs = [yaml.safe_load(path.read_text("utf-8")) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    points = [point for spec in specs for point in spec["argument_specs"].values()]
    return {name for point in points for name in point.get("options", {})}


def values(form: str) -> list[str]:
    """Return the names that an inventory's group_vars set."""
    files = sorted((ROOT / "inventories" / form / "group_vars").rglob("*.yml"))
    return [name for path in files for name in yaml.safe_load(path.read_text("utf-8"))]


@pytest.mark.parametrize("form", FORMS)
def test_every_value_is_a_variable_of_a_role(form: str) -> None:
    ours = {name for name in values(form) if re.match("package_|redis_|arq_|backend_env|rc_closure_", name)}
    assert ours
    assert ours <= known()


def test_a_staging_of_vms_sets_few_values() -> None:
    assert 10 < len(values("staging")) <= MOST_VALUES_OF_A_VM


def preflight(form: str, folder: Path, *pods: str, **given: t.Any) -> subprocess.CompletedProcess[str]:
    """Check the packages with a password in the vault and a cluster of some pods; nothing else is there."""
    plays = [
        {
            "hosts": group,
            "gather_facts": False,
            "tasks": [
                {
                    "import_role": {"name": f"psp.rc_closure.{role}", "tasks_from": "preflight"},
                    "ignore_errors": True,
                }
                for role in roles
            ],
        }
        for group, roles in GROUPS.items()
    ]
    (folder / "preflight.yml").write_text(json.dumps(plays), "utf-8")
    items = [{"metadata": {"name": name}, "status": {"phase": "Running"}} for name in pods]
    kubectl = folder / "kubectl"
    kubectl.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'items': items})}\nEND\n", "utf-8")
    kubectl.chmod(0o755)
    extra = {"vault_redis_password": "p@ss", "rc_closure_commit": "a" * 40, **given}
    return subprocess.run(
        [
            str(PROGRAMS / "ansible-playbook"),
            str(folder / "preflight.yml"),
            f"--inventory=inventories/{form}",
            f"--extra-vars={json.dumps(extra)}",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_passes_the_preflight(tmp_path: Path, form: str) -> None:
    here = {"ansible_connection": "local", "ansible_become": False}
    done = preflight(form, tmp_path, "psp-backend-5d9c", ansible_python_interpreter=sys.executable, **here)
    assert done.returncode == 0, done.stdout + done.stderr
    results = [json.loads(text) for text in re.findall(r"=> (\{.*\})$", done.stdout, re.MULTILINE)]
    problems = [problem for result in results for problem in result.get("problems", [result["msg"]])]
    assert [problem for problem in problems if not NOT_THERE.search(problem)] == []
    for package in range(4):
        assert f"Check the variables of Package-{package}" in done.stdout


@pytest.mark.parametrize(
    ("pods", "told"),
    [
        ([], "there is no pod app=psp-backend in the namespace staging"),
        (
            ["psp-backend-5d9c", "psp-backend-x2x7"],
            "there are 2 pods app=psp-backend in the namespace staging",
        ),
    ],
)
def test_a_pod_must_be_the_only_one(tmp_path: Path, pods: list[str], told: str) -> None:
    done = preflight("pods", tmp_path, *pods)
    assert told in " ".join(done.stdout.split())
