# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An attempt that was reported, verified by its folder alone: as it is, and with one thing in it changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, manifest, versions
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import differing, verify
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import writing
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown
from tests.unit import lockers
from tests.unit.captured import NOW, RELEASE

ROOT = Path(__file__).parents[5]
FOLDER = "package_1"
GATE = '"gate": {\n    "status": "'
Report = dict[str, t.Any]
Change = Callable[[Report], object]
UPGRADE = f"{FOLDER}/0004-alembic_upgrade"


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return lockers.reported(tmp_path / "evidence", NOW)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_was_not_touched(attempt: locker.Attempt) -> None:
    assert verify.problems(attempt) == []


def test_an_attempt_in_another_language(tmp_path: Path) -> None:
    attempt = lockers.reported(tmp_path / "evidence", NOW, language="tr")
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
    lockers.reported(tmp_path / "evidence", "2026-11-24T03:00:00.000Z")
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
    assert differing.places(told, derived) == found


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


def test_the_playbook_of_what_another_version_judged(attempt: locker.Attempt, tmp_path: Path) -> None:
    by_another_version(attempt, passing)
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "agrees with its evidence, as another version judged and rendered it" in done.stdout
    assert "judged differently: gate.status is PASS in the report" in " ".join(done.stderr.split())


def by_another_version(attempt: locker.Attempt, change: Change) -> None:
    """Let the report be one that a version made whose rules, or words, were others."""
    report = locker.read_json(attempt.folder / "report.json")
    change(report)
    (attempt.folder / "report.json").unlink()
    texts = {
        name: (attempt.folder / name).read_text("utf-8") for name in ("report.md", "report.html", "junit.xml")
    }
    texts["report.json"] = locker.as_json(report)
    manifest.finish(attempt.folder, texts)
    locker.write_report(attempt, "report.json", texts["report.json"])
    file = attempt.folder / manifest.NAME
    said = {**locker.read_json(file), "judged_by": {"psp.rc_closure": "0.0.9"}}
    file.write_text(locker.as_json(said), "utf-8")
    writing.write(attempt, report, writing.Settings())


def passing(report: Report) -> None:
    report["gate"].update(status="PASS", reasons=[])


def criterion(report: Report) -> Report:
    return t.cast("Report", report["packages"]["package_1"]["criteria"][4])


@pytest.mark.parametrize(
    ("change", "judged", "rendered"),
    [
        (
            passing,
            ["gate.status is PASS in the report, and FAIL by this version"],
            ["report.json, gate.reasons"],
        ),
        (
            lambda one: one["packages"]["package_1"].update(status="PASS"),
            ["packages.package_1.status is PASS in the report, and FAIL by this version"],
            [],
        ),
        (
            lambda one: criterion(one).update(result="met"),
            ["package_1, at_head: met in the report, and not_proven by this version"],
            [],
        ),
        (
            lambda one: criterion(one).update(id="other"),
            [
                "package_1, other: not_proven in the report, and no criterion by this version",
                "package_1, at_head: no criterion in the report, and not_proven by this version",
            ],
            ["report.json, packages.package_1.criteria[4].id"],
        ),
        (
            lambda one: one["packages"]["package_1"].update(title="Migrations"),
            [],
            ["report.json, packages.package_1.title"],
        ),
    ],
)
def test_what_another_version_judged_or_rendered_is_no_tampering(
    attempt: locker.Attempt, change: Change, judged: list[str], rendered: list[str]
) -> None:
    by_another_version(attempt, change)
    found = verify.look(attempt)
    assert (found.changed, found.status) == ([], verify.DIFFERS)
    both = (*found.judged, *found.rendered)
    assert all("(it was made by psp.rc_closure 0.0.9, and this is psp.rc_closure " in one for one in both)
    assert [one.partition(" (it was")[0] for one in found.judged] == judged
    assert [one.partition(" (it was")[0] for one in found.rendered] == rendered


def test_a_renderer_with_other_words(attempt: locker.Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this very version it cannot be: there the text was changed."""
    really = markdown.render
    monkeypatch.setattr(markdown, "render", lambda document: f"{really(document)}more\n")
    assert verify.look(attempt).changed == ["report.md is not the text of what the evidence shows"]
    monkeypatch.setattr(versions, "judging", lambda: {"psp.rc_closure": "9.9.9"})
    found = verify.look(attempt)
    assert (found.changed, found.judged) == ([], [])
    assert [one.partition(" (")[0] for one in found.rendered] == ["report.md"]


def of_format_1(attempt: locker.Attempt) -> None:
    for file in (*attempt.folder.rglob(manifest.NAME), attempt.folder / "record.dsse.json"):
        file.unlink()
    (attempt.folder / "attempt.json").write_text(locker.as_json(attempt.as_dict()), "utf-8")


def test_a_locker_of_format_1_is_verified_as_before(attempt: locker.Attempt) -> None:
    of_format_1(attempt)
    found = verify.look(attempt)
    assert (found.changed, found.status) == ([], verify.AGREES)
    assert found.warnings == [
        "the locker is of format 1, without manifests: only reports and streams can be verified"
    ]
    replace(attempt.folder / "report.json", f"{GATE}FAIL", f"{GATE}PASS")
    said = verify.look(attempt).changed
    assert "report.json: gate.status is 'PASS', and by the evidence 'FAIL'" in said


@pytest.mark.parametrize(
    ("status", "said"), [("FAIL", "is FAIL"), ("PASS", ""), ("", "is not reported"), ("{", "cannot be read")]
)
def test_a_newer_attempt_is_warned_of(
    attempt: locker.Attempt, tmp_path: Path, status: str, said: str
) -> None:
    later = lockers.opened(tmp_path / "evidence", "2026-11-24T09:00:00.000Z", RELEASE)
    if status:
        told = {"gate": {"status": status}, "run": {"status": status}}
        (later.folder / "report.json").write_text("{" if status == "{" else json.dumps(told), "utf-8")
    found = [one for one in verify.look(attempt).warnings if "a later attempt of the ticket" in one]
    assert [said in one for one in found] == ([True] if said else [])


BLOCKED = """
import runpy, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
sys.argv = ["verify", *sys.argv[1:]]
runpy.run_module("ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.verify", run_name="__main__")
"""


def command(
    *arguments: str, blocked: tuple[str, ...] = ("ansible", "yaml")
) -> subprocess.CompletedProcess[str]:
    """Run the module where these cannot be imported."""
    script = BLOCKED.replace("{blocked}", repr(blocked))
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "playbooks" / "collections")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_ansible(attempt: locker.Attempt) -> None:
    digest = locker.digest(attempt)
    done = command(attempt.path, f"--sha256={digest}")
    assert (done.returncode, done.stderr) == (verify.AGREES, "")
    agrees = f"{attempt.path} agrees with its evidence; its SHA-256 is {digest}"
    assert done.stdout == f"record.dsse.json is unsigned\n{agrees}\n"
    release = str(attempt.folder.parents[1])
    lacking = command(release, blocked=("ansible", "yaml", "jsonschema", "sqlglot"))
    assert lacking.returncode == verify.AGREES, lacking.stderr
    assert (
        "warning: the library jsonschema is not installed: no file was held to its JSON Schema"
        in lacking.stdout
    )
    by_another_version(attempt, passing)
    done = command(release)
    assert (done.returncode, done.stdout.count("judged differently: gate.status")) == (verify.DIFFERS, 1)
    replace(attempt.folder / "report.md", "FAIL", "PASS")
    done = command(release)
    assert done.returncode == verify.CHANGED
    assert "changed: report.md was changed: its SHA-256 is " in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda at: replace(at / "attempt.json", "locker/2", "locker/3"),
            "is of format 3 of the locker, and this version of psp.rc_closure",
        ),
        (
            lambda at: [(at / name).unlink() for name in ("report.json", "manifest.json")],
            "contains no report of attempt",
        ),
    ],
)
def test_what_cannot_be_verified(
    attempt: locker.Attempt, change: Callable[[Path], object], said: str
) -> None:
    change(attempt.folder)
    before = {path: path.stat().st_mtime_ns for path in attempt.folder.parents[2].rglob("*")}
    done = command(attempt.path)
    assert (done.returncode, done.stdout) == (verify.UNREADABLE, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {path: path.stat().st_mtime_ns for path in attempt.folder.parents[2].rglob("*")} == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda at: (at / "attempt.json").write_text('{"schema"'),
            "attempt.json was changed, it has 9 bytes",
        ),
        (lambda at: (at / "attempt.json").write_text("[]"), "attempt.json was changed, it has 2 bytes"),
        (lambda at: (at / "attempt.json").unlink(), "attempt.json is missing"),
        (lambda at: (at / "report.json").unlink(), "report.json is missing"),
    ],
)
def test_what_makes_it_no_attempt_is_named(
    attempt: locker.Attempt, change: Callable[[Path], object], said: str
) -> None:
    change(attempt.folder)
    done = command(attempt.path)
    assert (done.returncode, done.stderr) == (verify.CHANGED, "")
    assert done.stdout.startswith(f"changed: {said}")
    done = command(str(attempt.folder.parents[1]))
    assert (done.returncode, done.stdout.startswith(f"changed: {said}")) == (verify.CHANGED, True)


def test_what_is_no_locker(tmp_path: Path) -> None:
    done = command(str(tmp_path))
    assert done.returncode == verify.UNREADABLE
    assert "is neither an attempt's folder nor a release's" in done.stderr
