# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A draft of the twin, which three edits make an inventory that closes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import ROOT, secret_forms

LIMIT_SECONDS = 300


def playbook(name: str, *arguments: str, **variables: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a playbook, without an inventory unless one is among the arguments."""
    program = str(Path(sys.executable).parent / "ansible-playbook")
    return subprocess.run(
        [program, f"playbooks/{name}.yml", f"--extra-vars={json.dumps(variables)}", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "ANSIBLE_INVENTORY"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def values(folder: Path) -> dict[str, t.Any]:
    """Return what an inventory's group_vars set."""
    files = sorted((folder / "group_vars").glob("*.yml"))
    return {name: value for file in files for name, value in yaml.safe_load(file.read_text("utf-8")).items()}


def edit(folder: Path, group: str, old: str, new: str) -> None:
    """Edit one line of a draft, as an operator does."""
    file = folder / "group_vars" / f"{group}.yml"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def drafted(
    fresh_twin: dict[str, t.Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]:
    """The draft of a twin that was only looked at, and what the playbook said, checked and carried out."""
    folder = tmp_path_factory.mktemp("discovery") / "draft"
    about = {"discover_to": str(folder), "discover_below": str(Path(fresh_twin["app"]).parent)}
    checked = playbook("discover", "--check", **about)
    assert not folder.exists()
    return folder, checked, playbook("discover", "-vv", **about)


def test_the_draft_has_the_twins_values(fresh_twin: dict[str, t.Any], drafted: t.Any) -> None:
    folder, checked, done = drafted
    assert (checked.returncode, done.returncode) == (0, 0), checked.stdout + done.stdout
    assert "to fill in: package_0_ci_repository, package_0_ci_token_file" in done.stdout
    assert "staging_token: {variable: API_TOKEN}" in checked.stdout
    found = values(folder)
    assert found["staging_backend_url"] == fresh_twin["backend_url"]
    assert found["staging_backend_env_file"] == fresh_twin["backend_env_file"]
    assert found["staging_backend_log"] == {"file": fresh_twin["access_log"]}
    assert found["package_2_rollout_e2e_env_file"] == fresh_twin["e2e_env_file"]


def test_no_secret_is_in_a_draft_or_shown(fresh_twin: dict[str, t.Any], drafted: t.Any) -> None:
    folder, checked, done = drafted
    texts = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
    shown = "\n".join([checked.stdout, checked.stderr, done.stdout, done.stderr, *texts])
    assert not [form for form in secret_forms(fresh_twin) if form in shown]
    assert (folder / ".redis_password").read_text("utf-8") not in done.stdout + checked.stdout


def test_three_edits_close(fresh_twin: dict[str, t.Any], drafted: t.Any, tmp_path: Path) -> None:
    folder = drafted[0]
    edit(
        folder,
        "rc_ci",
        "package_0_ci_repository: ''",
        f"package_0_ci_repository: {fresh_twin['ci_repository']}",
    )
    edit(
        folder,
        "rc_ci",
        "package_0_ci_token_file: ''",
        f"package_0_ci_token_file: {fresh_twin['ci_token_file']}",
    )
    # Not GitHub's own address, which is the default.
    edit(folder, "rc_ci", "---\n", f"---\npackage_0_ci_url: {fresh_twin['ci_url']}\n")
    release = {
        "rc_closure_ticket": "PSP-1",
        "rc_closure_release": "rc",
        "rc_closure_commit": fresh_twin["commit"],
    }
    done = playbook("rc_closure", f"--inventory={folder}", rc_closure_locker=str(tmp_path), **release)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gate: PASS" in done.stdout


def test_an_edited_draft_stays(drafted: t.Any) -> None:
    folder = drafted[0]
    file = folder / "hosts.yml"
    file.write_text(file.read_text("utf-8") + "# mine\n", "utf-8")
    done = playbook("discover", discover_to=str(folder))
    assert done.returncode != 0
    assert "was edited" in done.stdout + done.stderr
    assert file.read_text("utf-8").endswith("# mine\n")
