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
INVENTORY = Path(sys.executable).parent / "ansible-inventory"
FORMS = {
    "vm": ("ssh", "systemd", "/etc/psp/worker.env"),
    "container": ("community.docker.docker", "docker", None),
    "pod": ("kubernetes.core.kubectl", "none", None),
}


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, t.Any]]:
    """Host → variables, for a worker of each form beside what the example has."""
    more = tmp_path_factory.mktemp("inventory") / "workers.json"
    workers = {form: {"hosts": {form: {"ansible_host": f"psp-{form}"}}} for form in FORMS}
    rc_worker = {"hosts": dict.fromkeys(FORMS)}
    groups = {"forms": {"children": workers}, "rc_closure": {"children": {"rc_worker": rc_worker}}}
    more.write_text(json.dumps({"all": {"children": groups}}), "utf-8")
    listed = subprocess.run(
        [str(INVENTORY), "-i", "inventories/staging", "-i", str(more), "--list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(json.loads(listed.stdout)["_meta"]["hostvars"])


@pytest.mark.parametrize("form", FORMS)
def test_the_form_goes_before_the_group(variables: dict[str, dict[str, t.Any]], form: str) -> None:
    found, (connection, runtime, env_file) = variables[form], FORMS[form]
    assert found.get("ansible_connection", "ssh") == connection
    assert {found[f"{role}_runtime"] for role in ("redis", "arq_worker", "backend_env")} == {runtime}
    assert found["package_3_queue_env_file"] == env_file


def test_every_host_of_the_example_is_of_a_form(variables: dict[str, dict[str, t.Any]]) -> None:
    without = {name for name, found in variables.items() if "redis_runtime" not in found}
    assert without == {"controller"}
