# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-2 against the twin: the whole role, and the backfill's collector where the backfill misbehaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import postgres
from ansible_collections.psp.rc_closure.plugins.module_utils._collect import backfill_evidence
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, NOT_RUN, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import env_file, row_content
from ansible_collections.psp.rc_closure.plugins.modules.backfill_evidence import ARGUMENT_SPEC
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import package_2
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import MET, NOT_MET
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.unit.captured import evidence
from tests.unit.collecting import collector

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 180
PLAY = """
- hosts: rc_backend
  gather_facts: false
  vars: {backend_env_values: "{{ package_2_rollout_values }}"}
  tasks:
    - psp.rc_closure.closure_attempt:
        {ticket: PSP-1, release: rc1, commit: "{{ 'a' * 40 }}", environment: staging, locker: "{{ locker }}"}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout, tasks_from: preflight}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout, tasks_from: before}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout, tasks_from: values}
    - ansible.builtin.import_role: {name: psp.rc_closure.backend_env}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout, tasks_from: flags}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout, tasks_from: backfill}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_2_rollout}
"""
BACKFILL = ("python", "-m", "backend.scripts.backfill_wallet_balances")
ROWS = "SELECT count(*) AS wallets, count(balance) AS with_balance FROM wallets"
EMPTIED = 40


def _play(folder: Path, **other: t.Any) -> subprocess.CompletedProcess[str]:
    """Play the role on the twin, with its evidence kept below the folder."""
    variables = {
        "locker": str(folder / "evidence"),
        "package_2_rollout_commit": {},
        "package_2_rollout_webhook_limit": 60,
        **other,
    }
    (folder / "play.yml").write_text(PLAY, "utf-8")
    (folder / "variables.json").write_text(json.dumps(variables), "utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    return subprocess.run(
        [program, folder / "play.yml", "-i", "inventories/twin", "-e", f"@{folder / 'variables.json'}"],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_the_role_brings_the_twin_forward_and_the_evidence_passes(
    twin: dict[str, t.Any], tmp_path: Path
) -> None:
    played = _play(tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    (folder,) = (tmp_path / "evidence/PSP-1/rc1/attempts").iterdir()
    attempt = locker.Attempt.from_dict(json.loads((folder / "attempt.json").read_text("utf-8")))
    kept, policy = locker.load(attempt)[2]
    verdict = package_2.judge(kept, policy)
    assert {c.id: c.reason for c in verdict.criteria if c.result != MET} == {}
    assert verdict.note.startswith("All 4 flags are True in the running process, the backfill wrote ")
    secrets = env_file.parse(Path(twin["backend_env_file"]).read_text("utf-8"))
    everything = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert secrets["API_TOKEN"] not in everything + played.stdout


def test_a_wrong_variable_ends_the_play_before_anything_is_touched(
    twin: dict[str, t.Any], tmp_path: Path
) -> None:
    played = _play(
        tmp_path, package_2_rollout_spike={"share": 5}, package_2_rollout_webhook_probe_path="webhook"
    )
    assert played.returncode != 0
    assert "package_2_rollout_spike.share 5 is not a number above 0 and at most 1" in played.stdout
    assert "package_2_rollout_webhook_probe_path 'webhook' is not an absolute path" in played.stdout
    assert not list((tmp_path / "evidence/PSP-1/rc1/attempts").glob("*/package_2/*"))


@pytest.fixture
def emptied(twin: dict[str, t.Any]) -> None:
    """Take their balance from some wallets, so that there is something to backfill."""
    params = postgres.parameters(env_file.parse(Path(twin["backend_env_file"]).read_text("utf-8")))
    with closing(psycopg2.connect(**params)) as connection:
        connection.autocommit = True
        connection.cursor().execute("UPDATE wallets SET balance = NULL WHERE player_id <= %s", [EMPTIED])


@pytest.fixture
def app(twin: dict[str, t.Any], tmp_path: Path) -> Path:
    """A copy of the backend whose backfill can be spoilt."""
    shutil.copytree(twin["directory"], tmp_path / "app" / "backend")
    return tmp_path / "app"


def _spoil(app: Path, right: str, wrong: str) -> None:
    script = app / "backend" / "scripts" / "backfill_wallet_balances.py"
    text = script.read_text("utf-8")
    assert right in text
    script.write_text(text.replace(right, wrong), "utf-8")


def _backfill(twin: dict[str, t.Any], app: Path, **options: t.Any) -> tuple[dict[str, t.Any], list[Step]]:
    given = {"env_file": twin["backend_env_file"], "rows_query": ROWS, **options}
    taken = collector(
        ARGUMENT_SPEC,
        path=[twin["bin"]],
        directory=str(app),
        pythonpath=[str(app / "backend")],
        dry_run=[*BACKFILL, "--dry-run", "--batch-size", "1000"],
        real_run=[*BACKFILL, "--batch-size", "1000"],
        **given,
    )
    return backfill_evidence.collect(taken), taken.steps


def _criteria(steps: list[Step]) -> dict[str, tuple[str, str]]:
    """Judge the backfill alone."""
    policy = {"flags": [], "code": "", "spec": "", "minimum_requests": 1, "spike": {}}
    verdict = package_2.judge(evidence(2, steps), policy)
    return {c.id: (c.result, c.reason) for c in verdict.criteria}


@pytest.mark.usefixtures("emptied")
def test_the_backfill_writes_what_it_announced_and_leaves_nothing(twin: dict[str, t.Any]) -> None:
    result, steps = _backfill(twin, Path(twin["app"]))
    criteria = _criteria(steps)
    assert result["changed"] is True
    assert result["candidates"] == result["updated"] >= EMPTIED
    assert result["left"] == 0
    assert criteria["real_run_as_announced"][0] == criteria["nothing_left"][0] == MET
    content = row_content.read(next(step for step in steps if step.name == "backfill_content_after"))
    assert content is not None
    assert content.of_run
    assert criteria["dry_run_is_dry"][1].startswith("its 1 session could only read; ")
    assert criteria["real_run_in_database"][0] == MET
    again = _backfill(twin, Path(twin["app"]))[0]
    assert again == {"changed": False, "candidates": 0, "updated": 0, "left": 0}


@pytest.mark.usefixtures("emptied")
def test_a_dry_run_that_writes_is_seen_and_no_real_run_follows(twin: dict[str, t.Any], app: Path) -> None:
    _spoil(app, "    if not dry_run:\n", "    if wallet:\n")
    steps = _backfill(twin, app)[1]
    result, reason = _criteria(steps)["dry_run_is_dry"]
    assert result == NOT_MET
    assert re.search(
        r"wrote: wallets=(\d+) with_balance=\d+ before it, wallets=\1 with_balance=\1 after", reason
    )
    assert [step.outcome for step in steps if step.name == "backfill_real_run"] == [NOT_RUN]


@pytest.mark.usefixtures("emptied")
def test_a_real_run_that_commits_nothing_is_seen(twin: dict[str, t.Any], app: Path) -> None:
    _spoil(app, "        session.commit()\n", "        session.rollback()\n")
    result, reason = _criteria(_backfill(twin, app)[1])["nothing_left"]
    assert result == NOT_MET
    assert re.fullmatch(r"after the real run, a dry run still finds \d+ rows", reason)


def test_sessions_that_take_over_no_options_are_said_to_be_unseen(
    twin: dict[str, t.Any], tmp_path: Path
) -> None:
    right = Path(twin["backend_env_file"]).read_text("utf-8")
    url = env_file.parse(right)["SYNC_DATABASE_URL"]
    path = tmp_path / "backend.env"
    path.write_text(env_file.update(right, {"SYNC_DATABASE_URL": f"{url}?options=-c%20jit%3Doff"}), "utf-8")
    steps = _backfill(twin, Path(twin["app"]), env_file=str(path))[1]
    (seen,) = [row_content.sessions(step) for step in steps if step.name == "backfill_dry_run_sessions"]
    assert (seen.own, seen.transactions) == (0, 0)
    result, reason = _criteria(steps)["dry_run_is_dry"]
    assert result != NOT_MET
    assert "could only read" not in reason


def test_content_that_cannot_be_read_still_shows_what_was_written(
    twin: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_content, "_HALF", "/* {half} */ sum(1 / (length(r.hash) - 32))")
    steps = _backfill(twin, Path(twin["app"]))[1]
    (look,) = [step for step in steps if step.name == "backfill_content_after_dry_run"]
    content = row_content.read(look)
    assert content is not None
    assert not content.compared
    assert content.changed is not None
    assert "division by zero" in look.stderr


@pytest.mark.parametrize("query", ["SELECT 1 AS wallets, 1 AS with_balance", "SHOW server_version"])
def test_a_query_of_no_table_shows_no_content(twin: dict[str, t.Any], query: str) -> None:
    steps = _backfill(twin, Path(twin["app"]), rows_query=query)[1]
    (look,) = [step for step in steps if step.name == "backfill_content_before"]
    assert (look.outcome, look.reason) == (FAILED, "content not compared: the plan names no table")


def test_a_database_that_refuses_is_a_reason_and_its_password_is_not_shown(
    twin: dict[str, t.Any], tmp_path: Path
) -> None:
    right = Path(twin["backend_env_file"]).read_text("utf-8")
    wrong = {
        "SYNC_DATABASE_URL": f"postgresql+psycopg2://psp:not-the-one@127.0.0.1:{twin['postgres_port']}/psp"
    }
    path = tmp_path / "backend.env"
    path.write_text(env_file.update(right, wrong), "utf-8")
    steps = _backfill(twin, Path(twin["app"]), env_file=str(path))[1]
    assert (steps[0].name, steps[0].outcome) == ("backfill_rows_before", FAILED)
    assert 'password authentication failed for user "psp"' in steps[0].reason
    assert _criteria(steps)["dry_run_ok"][0] == NOT_MET
    assert "not-the-one" not in "".join(f"{step.as_dict()}" for step in steps)


def test_rows_that_cannot_be_counted_and_a_query_that_writes(twin: dict[str, t.Any]) -> None:
    steps = _backfill(twin, Path(twin["app"]), rows_query="UPDATE wallets SET balance = 0")[1]
    assert steps[0].exit_status == 1
    assert "cannot execute UPDATE in a read-only transaction" in steps[0].stderr
