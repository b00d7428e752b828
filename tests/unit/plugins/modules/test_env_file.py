# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module env_file on real files: what it changes, what it leaves, and what it shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import env_file

SECRET = "redis://:s3cr%40t%2Fpass@h:6379/0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "backend.env"
    path.write_text("# kept\nRECON_RUNNER=background\nDATABASE_URL=postgresql://u:pw-of-db@h/d\n", "utf-8")
    path.chmod(0o640)
    return path


def call(
    capsys: pytest.CaptureFixture[str], path: Path, *, check: bool = False, **options: Any
) -> dict[str, Any]:
    """Run the module and return its result with the exit status as C(rc)."""
    arguments = {"path": str(path), "_ansible_check_mode": check, **options}
    with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
        env_file.main()
    output = capsys.readouterr().out
    assert "s3cr" not in output
    assert "pw-of-db" not in output
    result: dict[str, Any] = json.loads(output)
    return {**result, "rc": ended.value.code}


def test_it_sets_and_then_has_nothing_to_do(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    options = {"values": {"RECON_RUNNER": "queue", "FLAG": True}, "secrets": {"REDIS_URL": SECRET}}
    first = call(capsys, file, **options)
    assert (first["rc"], first["changed"]) == (0, True)
    assert first["names"] == ["FLAG", "RECON_RUNNER", "REDIS_URL"]
    assert file.read_text("utf-8") == (
        "# kept\nRECON_RUNNER=queue\nDATABASE_URL=postgresql://u:pw-of-db@h/d\n"
        f"FLAG=True\nREDIS_URL={SECRET}\n"
    )
    assert file.stat().st_mode & 0o777 == 0o640
    second = call(capsys, file, **options)
    assert (second["changed"], second["names"], second["stale"]) == (False, [], False)


def test_check_mode_shows_and_does_nothing(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    before = file.read_text("utf-8")
    result = call(capsys, file, check=True, secrets={"REDIS_URL": SECRET})
    assert result["changed"]
    assert result["diff"]["after"].endswith("REDIS_URL=[masked:REDIS_URL] (new)\n")
    assert file.read_text("utf-8") == before


def test_a_new_file_is_its_owners_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        assert call(capsys, tmp_path / "new.env", secrets={"REDIS_URL": SECRET})["changed"]
    finally:
        os.umask(old)
    assert (tmp_path / "new.env").stat().st_mode & 0o777 == 0o600


def test_a_mode_that_is_asked_for_is_set(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert call(capsys, file, mode="0600")["changed"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert not call(capsys, file, mode="0600")["changed"]


def test_what_everybody_may_read_gets_no_secret(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    file.chmod(0o644)
    before = file.read_text("utf-8")
    for check in (True, False):
        result = call(capsys, file, check=check, secrets={"REDIS_URL": SECRET})
        assert result["rc"] == 1
        assert "everybody may read this file (mode 0644), and REDIS_URL is secret" in result["msg"]
    assert file.read_text("utf-8") == before
    assert call(capsys, file, values={"RECON_RUNNER": "queue"})["changed"]
    assert call(capsys, file, secrets={"REDIS_URL": SECRET}, mode="0600")["changed"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET in file.read_text("utf-8")


def test_an_owner_who_is_not_there_yet_is_no_trouble_in_check_mode(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    result = call(capsys, file, check=True, owner="psp-nobody-yet")
    assert (result["rc"], result["changed"]) == (0, True)
    assert call(capsys, file, owner="psp-nobody-yet")["rc"] == 1


def test_a_link_stays_a_link(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.env"
    link.symlink_to(file)
    assert call(capsys, link, values={"A": "1"})["changed"]
    assert link.is_symlink()
    assert "A=1" in file.read_text("utf-8")


def test_copied_values_do_not_pass_through_the_result(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    worker = tmp_path / "worker.env"
    assert call(capsys, worker, copy_from=str(file), copy=["DATABASE_URL"])["names"] == ["DATABASE_URL"]
    assert worker.read_text("utf-8") == "DATABASE_URL=postgresql://u:pw-of-db@h/d\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"copy_from": "{file}", "copy": ["A", "B"]}, "A, B cannot be copied: {file} sets no such variable"),
        ({"copy_from": "/no/such/file", "copy": ["A"]}, "A cannot be copied"),
        ({"values": {"A": "two\nlines"}}, "line break"),
        ({"values": {"A-B": "1"}}, "A-B"),
        ({"path": "/no/such/directory/x.env", "values": {"A": "1"}}, "No such file"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], file: Path, options: dict[str, Any], told: str
) -> None:
    before = file.read_text("utf-8")
    given = json.loads(json.dumps(options).replace("{file}", str(file)))
    result = call(capsys, Path(given.pop("path", file)), **given)
    assert result["rc"] == 1
    assert told.replace("{file}", str(file)) in result["msg"]
    assert file.read_text("utf-8") == before


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
@pytest.mark.parametrize(("runner", "stale"), [("queue", False), ("background", True)])
def test_a_process_that_runs_without_the_values_is_told(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, runner: str, stale: bool
) -> None:
    code = "import sys; print('up', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "backend-b7e4"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "RECON_RUNNER": runner},
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = {"process": ["backend-b7e4"], "directory": str(tmp_path)}
        result = call(capsys, file, values={"RECON_RUNNER": "queue"}, **found)
        assert child.stdin is not None
        child.stdin.close()
    assert result["stale"] is stale
