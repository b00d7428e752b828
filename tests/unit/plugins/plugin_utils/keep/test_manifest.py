# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests name every file of the evidence as it grows, and those of the report before it is there."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, manifest, versions
from tests.unit.captured import NOW, RELEASE, step

REPORTS = {"report.md": "text ç", "report.json": "{}"}


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    opened = locker.open_attempt(str(tmp_path / "evidence"), RELEASE, NOW)
    locker.open_package(opened, 1, {"table": "t"})
    return opened


def report(attempt: locker.Attempt, texts: t.Mapping[str, str]) -> None:
    manifest.finish(attempt.folder, texts)
    for name, text in texts.items():
        locker.write_report(attempt, name, text)


def files(folder: Path, but: t.Collection[str] = ()) -> dict[str, manifest.Entry]:
    """What is there, measured by other means."""
    return {
        str(path.relative_to(folder)): manifest.Entry(
            len(path.read_bytes()), hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in folder.rglob("[!.]*")
        if path.is_file() and str(path.relative_to(folder)) not in {manifest.NAME, *but}
    }


def test_that_of_a_package_grows_with_each_step(attempt: locker.Attempt) -> None:
    package = attempt.package(1)
    assert manifest.read(package) == files(package)
    for number in range(3):
        locker.keep(attempt, 1, [step(f"s{number}", stdout="x" * number * 1_000_000)])
        assert manifest.read(package) == files(package)
    assert {"policy.json", "0002-s1.stdout", "0003-s2.stdout.gz"} <= manifest.read(package).keys()
    locker.open_package(attempt, 1, {"table": "other"})
    assert manifest.read(package) == files(package)


def test_that_of_the_attempt_names_all_there_is(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [step("one", stdout="x")])
    locker.keep(attempt, 2, [step("one")])
    report(attempt, REPORTS)
    for name in manifest.AFTER:
        (attempt.folder / name).write_text("{}")
    assert manifest.read(attempt.folder) == files(attempt.folder, manifest.AFTER)
    assert [package.name for package in manifest.packages(attempt.folder)] == ["package_1", "package_2"]
    assert manifest.judged_by(attempt.folder) == versions.judging()
    written = json.loads((attempt.folder / manifest.NAME).read_text("utf-8"))
    assert written["schema"] == "psp.rc_closure/locker/2"
    assert (
        manifest.digest(attempt.folder)
        == hashlib.sha256((attempt.folder / manifest.NAME).read_bytes()).hexdigest()
    )


def test_what_a_killed_process_left_is_taken_up(attempt: locker.Attempt) -> None:
    """It had written a step, and been killed before the manifest, and in the middle of a file."""
    package = attempt.package(1)
    before = (package / manifest.NAME).read_text("utf-8")
    locker.keep(attempt, 1, [step("one", stdout="x")])
    (package / manifest.NAME).write_text(before, "utf-8")
    (package / ".0002-two.json.a8_xk2pq").write_text("{")
    report(attempt, REPORTS)
    assert manifest.read(package) == files(package)
    assert [path.name for path in package.glob(".*")] == [".lock"]


def test_what_somebody_adds_to_a_reported_attempt_is_not_taken_up(attempt: locker.Attempt) -> None:
    report(attempt, REPORTS)
    (attempt.package(1) / "0001-forged.json").write_text("{}")
    locker.keep(attempt, 1, [step("decision")])
    assert "0001-forged.json" not in manifest.read(attempt.package(1))
    assert "0002-decision.json" in manifest.read(attempt.package(1))


def test_a_manifest_that_is_replaced_is_kept(
    attempt: locker.Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(attempt, REPORTS)
    first = (attempt.folder / manifest.NAME).read_bytes()
    monkeypatch.setattr(versions, "judging", lambda: {"psp.rc_closure": "9.9.9"})
    report(attempt, REPORTS)  # the same again, by another version
    assert (attempt.folder / manifest.NAME).read_bytes() == first
    for number in (1, 2):
        locker.keep(attempt, 1, [step("decision")])
        report(attempt, {**REPORTS, "report.md": f"other {number}"})
    assert (attempt.folder / "manifest-1.json").read_bytes() == first
    assert {"manifest-1.json", "manifest-2.json"} < manifest.read(attempt.folder).keys()
    assert manifest.read(attempt.folder) == files(attempt.folder)


def test_an_attempt_of_format_1_stays_one(attempt: locker.Attempt) -> None:
    (attempt.package(1) / manifest.NAME).unlink()
    told = attempt.as_dict()
    (attempt.folder / "attempt.json").write_text(locker.as_json(told), "utf-8")
    locker.keep(attempt, 1, [step("decision")])
    report(attempt, REPORTS)
    assert [*attempt.folder.rglob(manifest.NAME)] == []
    assert manifest.format_of(attempt.folder) == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"files": [{"path": "x"}]}', '{"files": [{"path": "../x", "bytes": 1, "sha256": ""}]}'],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.NAME).write_text(text)
    with pytest.raises(ValueError, match="is not a manifest"):
        manifest.read(tmp_path)


def test_a_newer_format_is_refused(attempt: locker.Attempt, tmp_path: Path) -> None:
    file = attempt.folder / "attempt.json"
    file.write_text(file.read_text("utf-8").replace("locker/2", "locker/3"), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    said = r"is of format 3 of the locker, and this version of psp.rc_closure \(.*\) knows up to 2"
    with pytest.raises(manifest.NewerFormatError, match=said):
        manifest.finish(attempt.folder, REPORTS)
    with pytest.raises(locker.LockerError, match=said):
        locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-25T00:00:00.000Z")
    assert sorted(tmp_path.rglob("*")) == before
