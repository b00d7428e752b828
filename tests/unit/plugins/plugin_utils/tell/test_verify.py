# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An attempt that was reported, verified by its folder alone: as it is, and with one thing in it changed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, junit, markdown
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import page
from tests.unit.captured import NOW, RELEASE, captured

ROOT = Path(__file__).parents[5]
FOLDER = "package_1"
GATE = '"gate": {\n    "status": "'
UPGRADE = f"{FOLDER}/0004-alembic_upgrade"


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return reported(tmp_path, NOW)


def reported(root: Path, moment: str, language: str = "en") -> locker.Attempt:
    """An attempt with evidence that is real, and by far not enough."""
    attempt = locker.open_attempt(str(root / "evidence"), RELEASE, moment, language=language)
    locker.open_package(attempt, 1, {"table": "reconciliation_findings", "columns": ["provider"]})
    steps = [
        captured("alembic_current", "alembic/current_behind"),
        captured("alembic_heads", "alembic/heads"),
        captured("alembic_history", "alembic/history"),
        captured("alembic_upgrade", "alembic/upgrade_head"),
    ]
    locker.keep(attempt, 1, steps)
    report = document.build(attempt, locker.load(attempt), moment)
    locker.write_report(attempt, "report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    locker.write_report(attempt, "report.md", markdown.render(report))
    locker.write_report(attempt, "junit.xml", junit.render(report))
    locker.write_report(attempt, "report.html", page.render(report))
    locker.close_attempt(attempt)
    return attempt


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_was_not_touched(attempt: locker.Attempt) -> None:
    assert verify.problems(attempt) == []


def test_an_attempt_in_another_language(tmp_path: Path) -> None:
    attempt = reported(tmp_path, NOW, "tr")
    assert verify.problems(attempt) == []
    assert '"language": "tr"' in (attempt.folder / "attempt.json").read_text("utf-8")
    assert "Kanıtlanmadı: " in (attempt.folder / "report.md").read_text("utf-8")
    assert "is not proven: " in (attempt.folder / "report.json").read_text("utf-8")
    replace(attempt.folder / "report.md", "Kanıtlanmadı: ", "Karşılandı: ")
    assert verify.problems(attempt)[0] == "report.md is not the text of what the evidence shows"


def test_an_attempt_of_an_earlier_version(attempt: locker.Attempt) -> None:
    for name in ("junit.xml", "report.html"):
        (attempt.folder / name).unlink()
    assert verify.problems(attempt) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda at: replace(at / "report.json", f"{GATE}FAIL", f"{GATE}PASS"),
            "report.json: gate.status is 'PASS', and by the evidence 'FAIL'",
        ),
        (
            lambda at: replace(at / "report.md", "FAIL", "PASS"),
            "report.md is not the text of what the evidence shows",
        ),
        (
            lambda at: replace(at / "junit.xml", "not_proven", "met"),
            "junit.xml is not the text of what the evidence shows",
        ),
        (
            lambda at: replace(at / "report.html", "not proven", "met"),
            "report.html is not the text of what the evidence shows",
        ),
        (
            lambda at: (at.parent.parent / "junit.xml").write_text("", "utf-8"),
            "junit.xml is not the newest attempt's",
        ),
        (
            lambda at: replace(at / "attempt.json", '"path"', '"provenance": {"user": "x"}, "path"'),
            "report.json: provenance is absent, and by the evidence {'user': 'x', 'hosts': []}",
        ),
        (
            lambda at: replace(at / FOLDER / "policy.json", "provider", "p"),
            "report.json: packages.package_1.policy.columns[0] is 'provider', and by the evidence 'p'",
        ),
        (
            lambda at: replace(at / f"{UPGRADE}.json", '"exit_status": 0', '"exit_status": 1'),
            "report.json: packages.package_1.steps[3].exit_status is 0, and by the evidence 1",
        ),
        (
            lambda at: [path.unlink() for path in (at / FOLDER).glob("0004-*")],
            "report.json: packages.package_1.steps is [",
        ),
        (
            lambda at: replace(at.parent.parent / "report.md", "FAIL", "PASS"),
            "report.md is not the newest attempt's",
        ),
        (lambda at: (at.parent.parent / "report.json").unlink(), "report.json is not the newest attempt's"),
    ],
)
def test_what_was_changed_is_told(
    attempt: locker.Attempt, change: Callable[[Path], object], problem: str
) -> None:
    change(Path(attempt.path))
    assert any(problem in found for found in verify.problems(attempt)), verify.problems(attempt)


def test_a_stream_that_was_changed_is_refused(attempt: locker.Attempt) -> None:
    replace(Path(attempt.path, f"{UPGRADE}.stderr"), "Running upgrade", "Running Upgrade")
    with pytest.raises(locker.LockerError, match=r"0004-alembic_upgrade\.stderr is missing or was changed"):
        verify.problems(attempt)


def test_what_is_no_report_is_refused(attempt: locker.Attempt) -> None:
    Path(attempt.path, "report.json").write_text("[]", "utf-8")
    with pytest.raises(ValueError, match="is not a report"):
        verify.problems(attempt)


def test_an_older_attempt_is_not_held_against_the_newest_copies(
    attempt: locker.Attempt, tmp_path: Path
) -> None:
    reported(tmp_path, "2026-11-24T03:00:00.000Z")
    assert verify.problems(attempt) == []


@pytest.mark.parametrize(
    ("told", "derived", "found"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}, []),
        ({"a": 1}, {"a": True}, ["a is 1, and by the evidence True"]),
        ({"a": 1, "c": 2}, {"a": 1}, ["c is 2, and by the evidence absent"]),
        ({"a": {}}, {"a": {"b": None}}, ["a.b is absent, and by the evidence None"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a is [1], and by the evidence [1, 2]"]),
        ({"a": "x" * 200}, {"a": ""}, [f"a is '{'x' * 119}… (202 characters), and by the evidence ''"]),
    ],
)
def test_differences(told: object, derived: object, found: list[str]) -> None:
    assert verify.differences(told, derived) == found


def run(root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    given = {
        "rc_closure_locker": str(root / "evidence"),
        "rc_closure_ticket": RELEASE.ticket,
        "rc_closure_release": RELEASE.candidate,
        **more,
    }
    playbook = str(Path(sys.executable).parent / "ansible-playbook")
    return subprocess.run(
        [playbook, "playbooks/verify.yml", f"--extra-vars={json.dumps(given)}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_playbook(attempt: locker.Attempt, tmp_path: Path) -> None:
    """It needs no inventory; the digest in the ticket is what a whole forgery does not have."""
    digest = locker.digest(attempt)
    done = run(tmp_path, rc_closure_locker_sha256=digest)
    assert done.returncode == 0, done.stdout
    assert f"agrees with its evidence; its SHA-256 is {digest}" in done.stdout
    done = run(tmp_path, rc_closure_locker_sha256=hashlib.sha256(b"").hexdigest())
    assert done.returncode != 0
    assert f"the attempt's SHA-256 is {digest}, not " in done.stdout
    done = run(tmp_path, rc_closure_release="another", rc_closure_locker_sha256="beef")
    assert done.returncode != 0
    assert "rc_closure_locker_sha256 'beef' is not a SHA-256" in done.stdout
