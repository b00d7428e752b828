# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole closure on a fresh twin: checked, carried out, and again; and what it does with bad input."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy
from detect_secrets import SecretsCollection
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.settings import transient_settings

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.integration.conftest import ROOT, read_env, read_state, secret_forms

LIMIT_SECONDS = 300
TICKET = "PSP-3031"
NO_HOST = {
    "ansible_connection": "ssh",
    "ansible_host": "127.0.0.1",
    "ansible_port": 1,
    "ansible_ssh_retries": 0,
}


@dataclass(frozen=True)
class Run:
    """What one run of the playbook left behind."""

    status: int
    output: str
    locker: Path

    @property
    def report(self) -> dict[str, t.Any]:
        """The newest C(report.json)."""
        (path,) = self.locker.glob("*/*/report.json")
        report: dict[str, t.Any] = json.loads(path.read_text("utf-8"))
        return report

    @property
    def verdicts(self) -> dict[str, str]:
        """Package → PASS or FAIL."""
        return {name: package["status"] for name, package in self.report["packages"].items()}


def play(locker: Path, *arguments: str, **variables: t.Any) -> Run:
    """Run the closure's playbook on the twin."""
    extra = {"rc_closure_locker": str(locker), **variables}
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "playbooks/rc_closure.yml",
            "--inventory=inventories/twin",
            f"--extra-vars={json.dumps(extra)}",
            *arguments,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr, locker)


def _revision(state: t.Mapping[str, t.Any]) -> str:
    engine = sqlalchemy.create_engine(read_env(state)["SYNC_DATABASE_URL"], poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return str(connection.scalar(sqlalchemy.text("SELECT version_num FROM alembic_version")))


def _processes(state: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Program → process id and start, of what supervisor runs."""
    done = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisorctl", "-c", state["supervisor_conf"], "status"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return dict(re.findall(r"^(\w+) +RUNNING +pid (\d+)", done.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def checked(
    fresh_twin: dict[str, t.Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, dict[str, t.Any]]:
    """A run in check mode, and what the twin was like before it."""
    before = {
        "revision": _revision(fresh_twin),
        "env": read_env(fresh_twin),
        "processes": _processes(fresh_twin),
        "include": sorted(p.name for p in Path(fresh_twin["supervisor_include_dir"]).iterdir()),
    }
    return play(tmp_path_factory.mktemp("checked") / "evidence", "--check", "--diff"), before


@pytest.fixture(scope="module")
def first(checked: tuple[Run, dict[str, t.Any]], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The closure, on the twin that was only checked until then."""
    return play(tmp_path_factory.mktemp("first") / "evidence")


@pytest.fixture(scope="module")
def second(
    first: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, dict[str, str], dict[str, str]]:
    """The closure again, and the processes before it and after."""
    before = _processes(read_state())
    run = play(tmp_path_factory.mktemp("second") / "evidence")
    return run, before, _processes(read_state())


def test_check_mode_changes_nothing_and_shows_what_would_be_done(
    checked: tuple[Run, dict[str, t.Any]], fresh_twin: dict[str, t.Any]
) -> None:
    run, before = checked
    assert run.status == 0, run.output[-4000:]
    assert _revision(fresh_twin) == before["revision"]
    assert read_env(fresh_twin) == before["env"]
    assert before["processes"].items() <= _processes(fresh_twin).items()
    assert sorted(p.name for p in Path(fresh_twin["supervisor_include_dir"]).iterdir()) == before["include"]
    assert not run.locker.exists()
    assert "RECON_RUNNER=queue" in run.output
    # What the commands would do, and the migrations' SQL.
    assert "backend would run: alembic upgrade head" in run.output
    assert re.search(r"^    ALTER TABLE .* ADD CONSTRAINT .* UNIQUE", run.output, re.MULTILINE)


def test_check_mode_fails_where_the_run_would(checked: t.Any, tmp_path: Path) -> None:
    given = {"package_1_migration_alembic": ["alembic", "--nope"]}
    run = play(tmp_path, "--check", "--tags=package_1", **given)
    assert run.status != 0
    assert "alembic --nope current ended with 2: alembic: error: unrecognized" in " ".join(run.output.split())


def test_the_closure_passes(first: Run) -> None:
    assert first.status == 0, first.output[-4000:]
    assert first.report["gate"] == {"status": "PASS", "reasons": []}
    assert set(first.verdicts.values()) == {"PASS"}
    for package in first.report["packages"].values():
        assert package["steps"]
        assert {criterion["result"] for criterion in package["criteria"]} == {"met"}
    assert first.report["release"]["commit"] == read_state()["commit"]
    reasons = {c["id"]: c["reason"] for c in first.report["packages"]["package_3"]["criteria"]}
    # Proven by connections, and not by digests alone.
    assert ") in one database, 0" in reasons["same_redis_url"]
    assert ") in one database, psp" in reasons["same_database"]


def test_a_package_with_a_problem_is_held_back_and_another_is_collected(first: Run, tmp_path: Path) -> None:
    given = {"rc_closure_preflight": "collect", "package_2_rollout_e2e_directory": "/no/such"}
    run = play(tmp_path / "evidence", "--tags=package_1,package_2", **given)
    assert run.status != 0
    assert [run.verdicts[name] for name in ("package_1", "package_2")] == ["PASS", "FAIL"]
    package = run.report["packages"]["package_2"]
    assert "package_2_rollout_e2e_directory /no/such does not exist on backend" in package["note"]
    assert {step["outcome"] for step in package["steps"]} == {"failed"}


def test_each_change_has_its_intent_before_it(first: Run) -> None:
    names = {
        name: [step["name"] for step in package["steps"]]
        for name, package in first.report["packages"].items()
    }
    for package, change, outcome in (
        ("package_0", "ci_dispatch", "ci_dispatch"),
        ("package_1", "alembic_evidence", "alembic_upgrade"),
        ("package_1", "alembic_smoke", "alembic_downgrade"),
        ("package_2", "backend_env", "flags_processes"),
        ("package_2", "backfill_evidence", "backfill_real_run"),
        ("package_2", "e2e_evidence", "e2e_smoke"),
        ("package_3", "arq_worker", "worker_environment"),
        ("package_3", "redis", "redis_ping"),
        ("package_3", "recon_run_lifecycle", "recon_post"),
    ):
        kept = names[package]
        assert kept.index(f"{change}_intent") < kept.index(outcome), f"{package}: {kept}"


def test_the_ticket_text_is_complete(first: Run) -> None:
    (path,) = first.locker.glob(f"{TICKET}/*/report.md")
    text = path.read_text("utf-8")
    for package in first.report["packages"].values():
        assert package["note"].split(" ")[0] in text
        for step in package["steps"]:
            assert step["command"] in text
            assert step["stdout"].rstrip("\n") in text
            assert step["stderr"].rstrip("\n") in text


def test_the_report_is_verified_by_its_locker_alone(first: Run) -> None:
    (path,) = first.locker.glob("*/*/report.json")
    attempt = locker.find_attempt(str(first.locker), TICKET, path.parent.name)
    # Manifests, chain, and the form of each file by its JSON Schema, too.
    found = verify.look(attempt, locker.digest(attempt))
    assert (found.changed, found.differences, found.warnings) == ([], [], [])
    (path.parent / "report.md").write_text("PASS\n", "utf-8")
    try:
        assert verify.look(attempt).changed == [f"{path.parent / 'report.md'} is not the newest attempt's"]
    finally:
        shutil.copy(Path(attempt.path, "report.md"), path.parent / "report.md")


@pytest.mark.parametrize("seed", ["0", "1", "20261124"])
def test_the_report_is_derived_the_same_under_any_hash_seed(first: Run, seed: str) -> None:
    (path,) = first.locker.glob("*/*/report.json")
    given = {
        "rc_closure_locker": str(first.locker),
        "rc_closure_ticket": TICKET,
        "rc_closure_release": path.parent.name,
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "playbooks/verify.yml",
            f"--extra-vars={json.dumps(given)}",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_secret_is_anywhere_in_the_locker_or_the_output(first: Run) -> None:
    texts = [first.output, *map(_text, filter(Path.is_file, first.locker.rglob("*")))]
    assert len(texts) > 50
    for form in secret_forms(read_state()):
        assert not any(form in text for text in texts)


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")


def test_a_scanner_of_other_hands_finds_nothing_but_digests(first: Run) -> None:
    kinds = [{"name": one.__name__} for one in get_mapping_from_secret_type_to_class().values()]
    found = SecretsCollection()
    with transient_settings({"plugins_used": kinds}):
        for path in filter(Path.is_file, first.locker.rglob("*")):
            found.scan_file(str(path))
    # Commits, digests and ids are as random as a key.
    named = [(file, one.line_number, one.type) for file, one in found if "High Entropy" not in one.type]
    assert named == []


def test_a_second_run_passes_and_restarts_nothing(second: tuple[Run, dict[str, str], dict[str, str]]) -> None:
    run, before, after = second
    assert run.status == 0, run.output[-4000:]
    assert run.report["gate"]["status"] == "PASS"
    assert {"backend", "redis", "worker"} <= set(before)
    assert after == before


def test_one_package_alone_decides_the_status_while_the_gate_stays_shut(first: Run, tmp_path: Path) -> None:
    run = play(tmp_path / "evidence", "--tags=package_1")
    assert run.status == 0, run.output[-4000:]
    assert run.report["run"] == {"packages": [1], "status": "PASS"}
    assert run.report["gate"]["status"] == "FAIL"


BAD_VARIABLES: list[tuple[str, t.Any]] = [
    ("rc_closure_ticket", ""),
    ("rc_closure_release", "a/b"),
    ("rc_closure_commit", "HEAD"),
    ("package_0_ci_url", "staging.example"),
    ("package_0_ci_repository", ""),
    ("package_1_migration_table", "findings; drop table x"),
    ("staging_backend_url", "not a url"),
    ("staging_redis_url", "redis://:a/b@redis:6379/0"),
    ("package_3_queue_api", {"request": {"path": "runs"}}),
    ("redis_port", 0),
    ("staging_worker_directory", "backend"),
]


@pytest.mark.parametrize(("name", "value"), BAD_VARIABLES, ids=[name for name, _value in BAD_VARIABLES])
def test_a_bad_variable_ends_the_play_before_anything_is_touched(
    twin: dict[str, t.Any], tmp_path: Path, name: str, value: t.Any
) -> None:
    run = play(tmp_path / "evidence", **{name: value})
    assert run.status != 0
    assert re.search(rf"{name}\b.* is (not|missing)", run.output)
    assert not list(run.locker.rglob("package_*"))
    assert "Dispatch the CI run" not in run.output


def test_an_unreachable_host_fails_its_packages_and_the_rest_goes_on(first: Run, tmp_path: Path) -> None:
    away = tmp_path / "away.yml"
    away.write_text(json.dumps({"rc_backend": {"hosts": {"backend": NO_HOST}}}), "utf-8")
    arguments = [f"--inventory={away}", "--tags=package_0,package_1,package_2"]
    run = play(tmp_path / "evidence", *arguments, rc_closure_preflight="collect")
    assert run.status != 0
    assert run.verdicts["package_0"] == "PASS"
    for name in ("package_1", "package_2"):
        assert run.verdicts[name] == "FAIL"
        assert "cannot be reached" in run.report["packages"][name]["note"]


BROKEN: list[tuple[str, t.Any, str]] = [
    (
        "package_1_migration_alembic",
        ["no-such-alembic"],
        "no-such-alembic of package_1_migration_al",
    ),
    ("package_1_migration_directory", "/no/such/directory", "/no/such/directory does not exist"),
    ("staging_backend_env_file", "/no/such.env", "/no/such.env does not exist"),
]


@pytest.mark.parametrize(("name", "value", "reason"), BROKEN, ids=[case[0] for case in BROKEN])
def test_what_is_missing_on_the_host_is_named(
    first: Run, tmp_path: Path, name: str, value: t.Any, reason: str
) -> None:
    run = play(tmp_path / "evidence", "--tags=package_1", rc_closure_preflight="collect", **{name: value})
    assert run.status != 0
    assert run.verdicts["package_1"] == "FAIL"
    assert reason in run.report["packages"]["package_1"]["note"]


def test_a_wrong_password_is_named(first: Run, tmp_path: Path) -> None:
    state = read_state()
    env = tmp_path / "wrong.env"
    env.touch(mode=0o600)
    text = Path(state["backend_env_file"]).read_text("utf-8")
    env.write_text(re.sub(r"(://\w+:)[^@]+@", r"\1wrong-password@", text), "utf-8")
    given = {"rc_closure_preflight": "collect", "staging_backend_env_file": str(env)}
    run = play(tmp_path / "evidence", "--tags=package_1", **given)
    assert run.status != 0
    assert "password authentication failed" in run.report["packages"]["package_1"]["note"]


@pytest.mark.parametrize("arguments", [("--skip-tags=always",), ("--limit=worker", "--tags=package_3")])
def test_what_was_left_out_is_never_a_success(first: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    run = play(tmp_path / "evidence", *arguments)
    reports = [json.loads(path.read_text("utf-8")) for path in run.locker.glob("*/*/report.json")]
    assert run.status != 0
    assert not any(report["gate"]["status"] == "PASS" for report in reports)
