# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A closure that is killed while it changes staging, and the attempts after it: nothing is half-told."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest
import sqlalchemy

from ansible_collections.psp.rc_closure.plugins.module_utils._core import lease, spool
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.integration.conftest import ROOT, read_env, read_state, twin_command
from tests.integration.test_closure import play
from tests.killing import killed, wait_for

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ '^(ALTER|CREATE)'"
HEAD = "0007_mig_01c_finding_unique"


@pytest.fixture
def engine(twin: dict[str, t.Any]) -> sqlalchemy.Engine:
    """Return the backend's database, on a twin that has just been reset."""
    twin_command("reset")
    return sqlalchemy.create_engine(
        read_env(read_state())["SYNC_DATABASE_URL"], poolclass=sqlalchemy.NullPool
    )


def _ask(engine: sqlalchemy.Engine, query: str) -> t.Any:
    with engine.connect() as connection:
        return connection.scalar(sqlalchemy.text(query))


def _closure(folder: Path) -> list[str]:
    return [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "playbooks/rc_closure.yml",
        "--inventory=inventories/twin",
        f"--extra-vars={json.dumps({'rc_closure_locker': str(folder)})}",
        "--tags=package_1",
    ]


def _killed_while_migrating(
    engine: sqlalchemy.Engine, folder: Path, spare: str, beside: t.Callable[[], None] = lambda: None
) -> Path:
    """Kill a closure while its migration waits for a lock, after C(beside); return the attempt's folder."""
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("LOCK TABLE provider_events IN ACCESS EXCLUSIVE MODE"))
        with killed(_closure(folder), ROOT, spare=spare):
            wait_for(lambda: _ask(engine, WAITING), "a migration that waits")
            beside()
    (attempt,) = folder.glob("*/*/attempts/*")
    return attempt


def _package_1(report: dict[str, t.Any]) -> tuple[str, str, dict[str, t.Any]]:
    package = report["packages"]["package_1"]
    (criterion,) = (one for one in package["criteria"] if one["id"] == "schema_is_the_migrations")
    return package["status"], package["note"], criterion


def _steps(attempt: Path) -> dict[str, Step]:
    """Return the steps that an attempt has of Package-1, by their names."""
    found = (locker.load_step(path) for path in attempt.glob("package_1/[0-9]*.json"))
    return {step.name: step for step in found}


def test_a_second_closure_on_the_same_staging(engine: sqlalchemy.Engine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    said: list[t.Any] = []
    _killed_while_migrating(
        engine,
        tmp_path / "evidence",
        spare="",
        beside=lambda: said.append(play(other, "--tags=package_1")),
    )
    assert said[0].status != 0
    assert "the staging is held by the closure of PSP-3031, release twin" in " ".join(said[0].output.split())
    assert list(other.glob("*/*/attempts/*")) == []


@pytest.mark.usefixtures("engine")
def test_killed_before_anything_watches_its_lock(tmp_path: Path) -> None:
    root = tmp_path / "evidence"

    def locks() -> set[Path]:
        return set(Path(lease.FOLDER).glob("psp.rc_closure-lock-*"))

    before = locks()
    with killed(_closure(root), ROOT):
        wait_for(lambda: locks() - before, "the staging's lock")
    (left,) = locks() - before
    assert locker.read_json(left)["ticket"] == "PSP-3031"

    run = play(root, "--tags=package_1")
    assert run.status == 0, run.output[-4000:]
    assert _package_1(run.report)[0] == "PASS"


def test_killed_with_all_its_processes(engine: sqlalchemy.Engine, tmp_path: Path) -> None:
    root = tmp_path / "evidence"
    first = _killed_while_migrating(engine, root, spare="")
    assert [path.name for path in first.glob("package_1/[0-9]*")] == ["0001-alembic_evidence_intent.json"]
    intent = json.loads((first / "package_1" / "0001-alembic_evidence_intent.json").read_text("utf-8"))
    assert (intent["kind"], intent["outcome"], intent["command"]) == ("file", "ended", "alembic upgrade head")
    assert (first / ".digest_key").exists()
    before = set(_steps(first))

    run = play(root, "--tags=package_1")
    begun = f"the attempt {first.name}, never reported, had begun alembic upgrade head at {intent['started']}"
    status, note, criterion = _package_1(run.report)
    assert (run.status, status) == (0, "PASS"), run.output[-4000:]
    assert "3 migrations ran" in criterion["reason"]
    assert f"{begun} on backend, and its outcome was not kept" in criterion["reason"]
    assert begun in note
    assert not (first / ".digest_key").exists()
    # What the killed collector had put down is the killed attempt's evidence, and the host's no longer.
    recovered = set(_steps(first)) - before
    assert {"alembic_ini", "alembic_current", "alembic_heads", "alembic_history"} == recovered
    assert "alembic upgrade head" in _steps(max(root.glob("*/*/attempts/*")))["left_behind"].stdout
    assert list(spool.directory().glob(f"{first.name}-*")) == []
    (path,) = root.glob("*/*/report.md")
    assert f"- Earlier attempt `{first.name}`, never reported" in path.read_text("utf-8").split("\n## ")[0]
    assert [one["name"] for one in run.report["unreported_attempts"]] == [first.name]
    attempt = locker.find_attempt(str(root), "PSP-3031", path.parent.name)
    assert verify.look(attempt).changed == []


def test_what_went_on_after_its_closure_was_killed(engine: sqlalchemy.Engine, tmp_path: Path) -> None:
    root = tmp_path / "evidence"
    first = _killed_while_migrating(engine, root, spare="alembic upgrade head")
    wait_for(lambda: _ask(engine, "SELECT version_num FROM alembic_version") == HEAD, "the migrations' end")

    run = play(root, "--tags=package_1")
    status, note, criterion = _package_1(run.report)
    assert (run.status != 0, status, criterion["result"]) == (True, "FAIL", "not_proven")
    assert "nothing had to run" in note
    assert f"the attempt {first.name}, never reported, had begun alembic upgrade head" in note

    again = play(root, "--tags=package_1")
    status, note, criterion = _package_1(again.report)
    assert (again.status, status, criterion["result"]) == (0, "PASS", "met"), again.output[-4000:]
    assert f"the attempt {first.name}, never reported, had begun alembic upgrade head" in note
