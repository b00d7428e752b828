# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is changed in a locker is found, and named by its file or attempt."""

from __future__ import annotations

import json
import os
import re
import shutil
import typing as t
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, manifest
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.unit import lockers
from tests.unit.captured import RELEASE, step

FIRST, SECOND, THIRD = (f"20261124T0{hour}0000.000000Z" for hour in (1, 2, 3))
LATER_RELEASE = "2026.11.0-rc4"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ticket with two attempts of one release and one of the next; the second is the one in question."""
    root = tmp_path_factory.mktemp("locker")
    lockers.reported(root, "2026-11-24T01:00:00.000Z")
    second = lockers.opened(root, "2026-11-24T02:00:00.000Z")
    locker.keep(second, 1, [step("large", stdout="a line of a log\n" * 600_000)])
    lockers.report(second, "2026-11-24T02:01:00.000Z")
    lockers.told(second, "2026-11-24T02:02:00.000Z")
    lockers.reported(root, "2026-11-24T03:00:00.000Z", replace(RELEASE, candidate=LATER_RELEASE))
    return root


@pytest.fixture
def root(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / "locker", symlinks=True))


def attempt_of(root: Path, name: str = SECOND) -> Path:
    (found,) = root.glob(f"*/*/attempts/{name}")
    return found


def look(root: Path) -> verify.Findings:
    return verify.look(verify.find(str(root), RELEASE.ticket, RELEASE.candidate, SECOND))


def test_what_was_not_touched(root: Path) -> None:
    found = look(root)
    assert (found.changed, found.differences, found.warnings, found.status) == (
        [],
        [],
        [f"a later attempt of the ticket, {THIRD}, is FAIL"],
        verify.AGREES,
    )


def _edit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


CHANGES: dict[str, Callable[[Path], object]] = {"edited": _edit, "cut": _cut, "removed": Path.unlink}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_file_by_itself(root: Path, change: Callable[[Path], object]) -> None:
    """Of the attempt and of the copies beside it; without some it is no attempt, and they are named, too."""
    attempt = attempt_of(root)
    copies = [path for path in attempt.parents[1].iterdir() if path.is_file()]
    files = [path for path in attempt.rglob("[!.]*") if path.is_file()]
    assert len(files) > 15
    assert len(copies) == 5
    for path in (*files, *copies):
        before = path.read_bytes()
        change(path)
        try:
            said = look(root).changed
        except verify.TamperedError as exc:
            assert path.name in {"attempt.json", "report.json"}, path
            said = [str(exc)]
        name = str(path.relative_to(attempt if attempt in path.parents else root))
        assert any(name in one for one in said), (name, said)
        path.write_bytes(before)
    assert look(root).changed == []


def _swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _reorder(attempt: Path) -> None:
    """Let the second step have been before the first, with its streams."""
    package = attempt / "package_1"
    for path in list(package.glob("000[12]-*")):
        path.rename(package / f"x{path.name}")
    for path in package.glob("x*"):
        path.rename(package / f"000{'21'[int(path.name[4]) - 1]}{path.name[5:]}")
    for path in package.glob("000[12]-*.json"):
        path.write_text(re.sub(r'"000([12])-', lambda it: f'"000{3 - int(it[1])}-', path.read_text("utf-8")))


def _edit_json(path: Path, **more: t.Any) -> None:
    path.write_text(locker.as_json({**locker.read_json(path), **more}), "utf-8")


def _link(path: Path, hard: bool = False) -> None:
    other = path.parents[5] / "elsewhere"
    path.rename(other)
    if hard:
        os.link(other, path)
    else:
        path.symlink_to(other)


def _remanifest(attempt: Path) -> None:
    """Make the manifests agree with what is there, as a forger would."""
    for package in attempt.glob("package_*"):
        entries = {path.name: manifest.measure(path) for path in package.glob(manifest.KEPT)}
        (package / manifest.NAME).write_text(manifest.render(entries), "utf-8")
    paths = [path for path in attempt.rglob("[!.]*") if path.is_file()]
    named = {str(path.relative_to(attempt)): manifest.measure(path) for path in paths}
    entries = {name: one for name, one in named.items() if name not in (manifest.NAME, *manifest.AFTER)}
    (attempt / manifest.NAME).write_text(manifest.render(entries, manifest.judged_by(attempt)), "utf-8")


def _forge(attempt: Path) -> None:
    """Another verdict, with manifests and copies that agree."""
    for path in (attempt / "report.json", attempt.parents[1] / "report.json"):
        path.write_text(path.read_text("utf-8").replace('"status": "FAIL"', '"status": "PASS"'), "utf-8")
    _remanifest(attempt)


def _forge_evidence(attempt: Path) -> None:
    """A policy that asks for less, and a report that is made of it."""
    _edit_json(attempt / "package_1" / "policy.json", columns=["provider", "more"])
    again = locker.Attempt.from_dict({**locker.read_json(attempt / "attempt.json"), "path": str(attempt)})
    _remanifest(attempt)
    (attempt / manifest.NAME).unlink()
    (attempt / locker.TICKET_RECORD).unlink()
    (attempt.parents[1] / locker.TICKET_RECORD).unlink()
    lockers.report(again, "2026-11-24T02:01:00.000Z")


def _date_back(attempt: Path) -> None:
    """An attempt that was never there, between two others."""
    forged = attempt.parent / "20261124T013000.000000Z"
    shutil.copytree(attempt, forged)
    _edit_json(forged / "attempt.json", started="2026-11-24T01:30:00.000Z")


def _dated_before_all(attempt: Path) -> None:
    forged = attempt.parent / "20261123T013000.000000Z"
    shutil.copytree(attempt_of(attempt.parents[3], FIRST), forged)
    _edit_json(forged / "attempt.json", started="2026-11-23T01:30:00.000Z")


UPGRADE = "package_1/0004-alembic_upgrade"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(
            lambda at: (at / "package_1/0006-forged.json").write_text("{}"),
            r"package_1/0006-forged\.json is not in the manifest: it was added",
            id="step added",
        ),
        pytest.param(
            lambda at: shutil.copytree(at / "package_1", at / "package_2"),
            r"package_2/0001-alembic_current\.json is not in the manifest: it was added",
            id="package added",
        ),
        pytest.param(
            lambda at: (at / "note.txt").write_text("x"),
            r"note\.txt is not in the manifest: it was added",
            id="file added beside the packages",
        ),
        pytest.param(
            lambda at: [path.unlink() for path in at.glob(f"{UPGRADE}*")],
            r"0004-alembic_upgrade\.stderr is missing: it was removed",
            id="step removed with its streams",
        ),
        pytest.param(
            lambda at: shutil.rmtree(at / "package_1"),
            r"package_1/policy\.json is missing",
            id="package removed",
        ),
        pytest.param(
            lambda at: _swap(
                at / "package_1/0002-alembic_heads.stdout", at / "package_1/0001-alembic_current.stdout"
            ),
            r"0002-alembic_heads\.stdout was changed.* \(it is what .*0001-alembic_current\.stdout was\)",
            id="streams swapped",
        ),
        pytest.param(
            _reorder, r"package_1/0001-alembic_heads\.json is not in the manifest", id="steps reordered"
        ),
        pytest.param(
            lambda at: (at / f"{UPGRADE}.stderr").rename(at / "package_1/.0004-alembic_upgrade.stderr"),
            r"package_1/\.0004-alembic_upgrade\.stderr is hidden",
            id="stream hidden",
        ),
        pytest.param(
            lambda at: (at / ".hidden").mkdir(), r"\.hidden is hidden, and is no file", id="hidden folder"
        ),
        pytest.param(
            lambda at: _link(at / f"{UPGRADE}.stderr"),
            r"package_1/0004-alembic_upgrade\.stderr is a link, to ",
            id="stream linked",
        ),
        pytest.param(lambda at: _link(at / "package_1"), r"package_1 is a link, to ", id="package linked"),
        pytest.param(_link, rf"{SECOND} is a link, to ", id="attempt linked"),
        pytest.param(
            lambda at: os.mkfifo(at / "package_1/0006-pipe"), r"0006-pipe is no file", id="pipe added"
        ),
        pytest.param(
            lambda at: shutil.rmtree(at.parent / FIRST),
            rf"{FIRST}, the attempt before .*{SECOND}, is missing",
            id="attempt removed",
        ),
        pytest.param(
            lambda at: (at.parent / FIRST).rename(at.parent / "20261124T003000.000000Z"),
            rf"20261124T003000\.000000Z is the attempt .*{FIRST}: its folder was renamed",
            id="attempt renamed to another date",
        ),
        pytest.param(
            lambda at: shutil.move(at.parent / FIRST, at.parents[2] / LATER_RELEASE / "attempts"),
            rf"{LATER_RELEASE}/{FIRST} is the attempt .*: its folder was renamed or moved",
            id="attempt moved to another release",
        ),
        pytest.param(
            _date_back,
            rf"{SECOND} names .*{FIRST} as the attempt before it, and by their times that is .*T013000",
            id="attempt dated back",
        ),
        pytest.param(
            _dated_before_all,
            rf"{FIRST} names none as the attempt before it, and by their times that is .*/20261123T",
            id="attempt dated before the first",
        ),
        pytest.param(
            lambda at: _edit_json(
                at.parents[2] / LATER_RELEASE / "attempts" / THIRD / "attempt.json", previous=None
            ),
            rf"{THIRD} names none as the attempt before it",
            id="link of the chain removed",
        ),
        pytest.param(
            lambda at: _edit_json(at / "attempt.json", previous=None),
            r"attempt\.json was changed",
            id="own link removed",
        ),
        pytest.param(
            lambda at: (at.parent / FIRST / manifest.NAME).write_text("{}"),
            rf"{FIRST}/manifest\.json was changed: it is not what it was when .*{SECOND} was opened",
            id="manifest of the attempt before",
        ),
        pytest.param(
            _forge, rf"{SECOND}/manifest\.json was changed: it is not what it was", id="verdict forged whole"
        ),
        pytest.param(
            _forge_evidence,
            rf"{SECOND}/manifest\.json was changed: it is not what it was when .*{THIRD} was opened",
            id="policy and verdict forged whole",
        ),
        pytest.param(
            lambda at: (at / manifest.NAME).unlink(), r"manifest\.json is missing", id="manifest removed"
        ),
        pytest.param(
            lambda at: _edit_json(at / "package_1" / manifest.NAME, files=[]),
            r"package_1/manifest\.json and manifest\.json do not say the same",
            id="manifest of a package emptied",
        ),
        pytest.param(
            lambda at: [
                _edit_json(path / locker.TICKET_RECORD, locker_sha256="0" * 64)
                for path in (at, at.parents[1])
            ],
            r"ticket\.json says that the attempt's SHA-256 was 0000",
            id="ticket record, with its copy",
        ),
        pytest.param(
            lambda at: _edit_json(at / locker.TICKET_RECORD, state="closed"),
            r"ticket\.json is not the newest attempt's",
            id="ticket record",
        ),
        pytest.param(
            lambda at: _edit_json(at / locker.TICKET_RECORD, schema="x"),
            r"ticket\.json is not as ticket-1\.schema\.json requires, at schema",
            id="ticket record of no form",
        ),
    ],
)
def test_what_was_changed_is_named(root: Path, change: Callable[[Path], object], problem: str) -> None:
    change(attempt_of(root))
    found = look(root)
    assert found.status == verify.CHANGED
    assert any(re.search(problem, one) for one in found.changed), "\n".join(found.changed)


def test_a_folder_that_was_renamed_is_another_attempts(root: Path) -> None:
    attempt = attempt_of(root)
    other = attempt.rename(attempt.parent / "20261124T021500.000000Z")
    found = verify.look(locker.find_attempt(str(root), RELEASE.ticket, RELEASE.candidate, other.name))
    assert any(
        f"is the attempt {RELEASE.ticket}/{RELEASE.candidate}/{SECOND}" in one for one in found.changed
    )


def test_a_release_that_was_renamed(root: Path) -> None:
    (root / RELEASE.ticket / RELEASE.candidate).rename(root / RELEASE.ticket / "rc9")
    found = verify.look(locker.find_attempt(str(root), RELEASE.ticket, "rc9", SECOND))
    assert any(f"rc9/{SECOND} is the attempt" in one for one in found.changed)


def test_a_hard_link_is_told(root: Path, tmp_path: Path) -> None:
    """A backup may be made of such; its content is as it was."""
    _link(attempt_of(root) / f"{UPGRADE}.stderr", hard=True)
    found = look(root)
    assert found.changed == []
    assert any(f"{UPGRADE}.stderr is one of 2 hard links" in one for one in found.warnings)


def test_what_nothing_outside_vouches_for(tmp_path: Path) -> None:
    """Of the newest attempt a forgery that agrees with itself is not found but by what is kept elsewhere."""
    attempt = lockers.reported(tmp_path, "2026-11-24T02:00:00.000Z")
    digest = locker.digest(attempt)
    assert verify.look(attempt, digest).warnings == []
    _edit_json(attempt.folder / "package_1" / "policy.json", columns=["more"])
    _remanifest(attempt.folder)
    (attempt.folder / manifest.NAME).unlink()
    lockers.report(attempt, "2026-11-24T02:01:00.000Z")
    found = verify.look(attempt)
    assert found.changed == []
    assert any(
        "whoever may write the locker could have made all of it agree" in one for one in found.warnings
    )
    assert any(f"not {digest}" in one for one in verify.look(attempt, digest).changed)


def test_a_decision_after_the_next_attempt_was_opened_is_no_tampering(root: Path) -> None:
    second = attempt_of(root)
    attempt = locker.find_attempt(str(root), RELEASE.ticket, RELEASE.candidate, SECOND)
    locker.keep(attempt, 1, [step("migration_decision", stdout="decision: stamp\n")])
    lockers.report(attempt, "2026-11-24T04:00:00.000Z")
    assert look(root).changed == []
    assert (second / "manifest-1.json").exists()
    _edit(second / "package_1/0001-alembic_current.stdout")
    _remanifest(second)
    said = look(root).changed
    assert any("0001-alembic_current.stdout is not what manifest-1.json says of it" in one for one in said)


def test_another_step_after_the_report_is_tampering(root: Path) -> None:
    attempt = locker.find_attempt(str(root), RELEASE.ticket, RELEASE.candidate, SECOND)
    locker.keep(attempt, 1, [step("alembic_current", stdout="head")])
    lockers.report(attempt, "2026-11-24T04:00:00.000Z")
    said = look(root).changed
    assert any("0006-alembic_current.stdout was added after the report" in one for one in said), said


def test_what_was_recovered_later_is_no_tampering(tmp_path: Path) -> None:
    """Of an attempt that was killed, when the next one had been opened."""
    killed = lockers.opened(tmp_path, "2026-11-24T01:00:00.000Z")
    after = lockers.reported(tmp_path, "2026-11-24T02:00:00.000Z")
    locker.keep(killed, 1, [step("alembic_check", stdout="x")], recovered="2026-11-24T02:30:00.000Z")
    assert verify.look(after).changed == []
    lockers.report(killed, "2026-11-24T02:45:00.000Z")
    assert verify.look(after).changed == []
    _edit_json(killed.folder / "attempt.json", staging="another")
    said = verify.look(after).changed
    assert any(f"{killed.folder.name}/attempt.json was changed" in one for one in said)


def test_the_forms(untouched: Path) -> None:
    """Each file of a locker is held to a schema but for streams and texts."""
    attempt = attempt_of(untouched)
    names = [str(path.relative_to(attempt)) for path in attempt.rglob("*.json")]
    assert all(verify.forms.of(name) for name in names)
    assert verify.forms.problems(attempt, names) == []
    large = json.loads((attempt / "package_1/0005-large.json").read_text("utf-8"))
    assert "excerpt" in large["stdout"]
