# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows run what the tests run: each block is a target of make of C(.ci/run), or is run in a test."""

from __future__ import annotations

import importlib
import re
import shlex
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from tests import workflows
from tests.workflows import ROOT, block, run

NAMES = [path.stem for path in workflows.FILES]
PROGRAM = '#!/bin/sh\nprintf "%s\\n" "$0" "$@" >>"$CALLS"\nenv | grep -a SECRET >>"$CALLS.env" || true\n'
# Which are run here, and the one that tests/integration/test_archive.py closes the twin with.
RUN_IN_TESTS = {
    ("close-release", "Close the release"),
    ("close-release", "Install Ansible and the collection"),
    ("close-release", "Put the secrets into files"),
    ("close-release", "Remove the secrets"),
    ("close-release", "Show the report"),
    ("release", "Publish the archive"),
}


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    return importlib.import_module("parts")


def stand_in(folder: Path, *programs: str) -> Path:
    """Make programs that note how they were called, in C($CALLS)."""
    for name in programs:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROGRAM, "utf-8")
        path.chmod(0o755)
    return folder


def test_there_are_three() -> None:
    assert NAMES == ["ci", "close-release", "release"]


@pytest.mark.parametrize("name", NAMES)
def test_each_block_is_run_by_the_tests(name: str, parts: t.Any) -> None:
    of_parts = {one.command[-1] for one in parts.PARTS if "make" in one.command} | {"release"}
    for step in (one for one in workflows.steps(name) if "run" in one):
        words = shlex.split(step["run"]) if step["run"].startswith("make ") else []
        if not words:
            assert (name, step["name"]) in RUN_IN_TESTS
        elif words[1] == "test":
            matrix = workflows.document(name)["jobs"]["twin"]["strategy"]["matrix"]
            assert set(matrix["part"]) < {one.name for one in parts.PARTS}
        else:
            assert words[1] in of_parts


def test_all_parts_and_scenarios_are_run(parts: t.Any) -> None:
    jobs = workflows.document("ci")["jobs"]
    run_by_ci = {*jobs, *jobs["twin"]["strategy"]["matrix"]["part"]} - {"twin"}
    assert run_by_ci == {one.name for one in parts.PARTS}
    scenarios = {path.parent.name for path in ROOT.glob("molecule/*/molecule.yml")}
    assert set(jobs["molecule"]["strategy"]["matrix"]["scenario"]) == scenarios
    locks = {path.stem.removeprefix("py3") for path in ROOT.glob("requirements/locks/py3*.txt")}
    assert set(jobs["unit"]["strategy"]["matrix"]["python"]) == {f"3.{minor}" for minor in locks}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_put_into_a_script_and_what_is_used_is_pinned(name: str) -> None:
    document = workflows.document(name)
    assert document["permissions"] == {"contents": "read"}
    assert all(0 < job["timeout-minutes"] <= 120 for job in document["jobs"].values())
    for step in workflows.steps(name):
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))


def test_secrets_become_files_that_one_user_can_read(tmp_path: Path) -> None:
    secrets = {"CI_TOKEN": "SECRET-1", "TICKET_TOKEN": "", "VAULT_PASSWORD": "", "SSH_KEY": "one\nSECRET-2"}
    secrets["SIGNING_KEY"] = "SECRET-3"
    text = block("close-release", "Put the secrets into files")
    assert run(text, tmp_path, RUNNER_TEMP=str(tmp_path), **secrets) == (0, "")
    files = {path.name: path for path in (tmp_path / "closure").iterdir()}
    assert {name: path.read_text("utf-8") for name, path in files.items()} == {
        "CI_TOKEN": "SECRET-1\n",
        "SIGNING_KEY": "SECRET-3\n",
        "SSH_KEY": "one\nSECRET-2\n",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert stat.S_IMODE((tmp_path / "closure").stat().st_mode) == 0o700
    assert run(block("close-release", "Remove the secrets"), tmp_path, RUNNER_TEMP=str(tmp_path)) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_is_one_argument(tmp_path: Path) -> None:
    programs = stand_in(tmp_path / "bin", "python", "ansible-galaxy")
    text = block("close-release", "Install Ansible and the collection")
    calls = tmp_path / "calls"
    assert run(text, tmp_path, programs, COLLECTION="psp.rc_closure:==1.0.0; id", CALLS=str(calls))[0] == 0
    lines = calls.read_text("utf-8").splitlines()
    assert lines[-3:] == ["collection", "install", "psp.rc_closure:==1.0.0; id"]
    assert "sqlglot" in lines


def test_the_token_of_galaxy_is_no_argument(tmp_path: Path) -> None:
    stand_in(tmp_path, ".venv/bin/ansible-galaxy")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "psp-rc_closure-1.0.0.tar.gz").touch()
    (step,) = [one for one in workflows.steps("release") if one.get("name") == "Publish the archive"]
    given = {**step["env"], "ANSIBLE_GALAXY_SERVER_RELEASE_TOKEN": "SECRET-3"}
    calls = tmp_path / "calls"
    assert run(step["run"], tmp_path, CALLS=str(calls), **given) == (0, "")
    assert calls.read_text("utf-8").splitlines()[1:] == [
        "collection",
        "publish",
        "dist/psp-rc_closure-1.0.0.tar.gz",
    ]
    assert "ANSIBLE_GALAXY_SERVER_RELEASE_TOKEN=SECRET-3" in Path(f"{calls}.env").read_text("utf-8")


def test_the_report_is_shown_also_where_there_is_none(tmp_path: Path) -> None:
    text, summary = block("close-release", "Show the report"), tmp_path / "summary"
    assert run(text, tmp_path, GITHUB_STEP_SUMMARY=str(summary)) == (0, "")
    assert not summary.exists()
    report = tmp_path / "evidence" / "PSP-1" / "rc1" / "report.md"
    report.parent.mkdir(parents=True)
    report.write_text("# PASS\n", "utf-8")
    assert run(text, tmp_path, GITHUB_STEP_SUMMARY=str(summary)) == (0, "")
    assert summary.read_text("utf-8") == "# PASS\n"


def test_a_closure_that_fails_fails_the_job_and_no_input_is_a_command(tmp_path: Path) -> None:
    programs, calls = stand_in(tmp_path / "bin", "ansible-playbook"), tmp_path / "calls"
    (tmp_path / "closure").mkdir()
    (tmp_path / "closure" / "CI_TOKEN").write_text("SECRET-4", "utf-8")
    given = {"INVENTORY": "in ventory", "TICKET": "$(id)", "RELEASE": '"; id', "COMMIT": "a"}
    text = block("close-release", "Close the release")
    assert run(text, tmp_path, programs, RUNNER_TEMP=str(tmp_path), CALLS=str(calls), **given) == (0, "")
    lines = calls.read_text("utf-8").splitlines()
    assert lines[1:4] == ["psp.rc_closure.rc_closure", "--inventory", "in ventory"]
    assert yaml.safe_load((tmp_path / "closure" / "release.json").read_text("utf-8")) == {
        "rc_closure_ticket": "$(id)",
        "rc_closure_release": '"; id',
        "rc_closure_commit": "a",
        "rc_closure_locker": str(tmp_path / "evidence"),
        "package_0_ci_token_file": str(tmp_path / "closure" / "CI_TOKEN"),
    }
    assert "SECRET-4" not in calls.read_text("utf-8")
    (programs / "ansible-playbook").write_text("#!/bin/sh\nexit 2\n", "utf-8")
    assert run(text, tmp_path, programs, RUNNER_TEMP=str(tmp_path), **given)[0] == 2


def test_the_guides_caller_gives_what_is_asked_for() -> None:
    guide = (ROOT / "docs" / "operators-guide.md").read_text("utf-8")
    (text,) = [
        one for one in re.findall(r"^```yaml\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE) if "uses:" in one
    ]
    called = yaml.safe_load(text)["jobs"]["close"]
    asked = workflows.document("close-release")["on"]["workflow_call"]
    assert called["uses"].split("@")[0].endswith("/.github/workflows/close-release.yml")
    assert {name for name, spec in asked["inputs"].items() if spec.get("required")} < set(called["with"])
    assert set(called["with"]) <= set(asked["inputs"])
    assert set(called["secrets"]) == set(asked["secrets"])


def test_the_hooks_of_pre_commit_pass_on_what_they_are_for() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (repository,) = config["repos"]
    files = {"python": "plugins/modules/redis_evidence.py", "yaml": "galaxy.yml"}
    for hook in repository["hooks"]:
        kind = hook.get("types", ["python"])[0]
        argv = [*shlex.split(hook["entry"]), *([files[kind]] if hook.get("pass_filenames", True) else [])]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{hook['id']}: {done.stdout}{done.stderr}"
