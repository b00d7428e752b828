# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk of the locker costs no step: it is kept elsewhere, read from there, and put back."""

from __future__ import annotations

import errno
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import files
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import elsewhere, locker, manifest
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.unit import lockers
from tests.unit.captured import step
from tests.unit.reports import RELEASE

NOW = "2026-11-24T02:52:03.123Z"
really_write = files.write


class Disk:
    """The locker's disk, which may be full from the write of a number on."""

    def __init__(self, root: Path) -> None:
        self.root, self.full_from = root, 10**6

    def write(self, path: Path, content: str | bytes) -> None:
        """Write as C(files.write()) does, unless the disk is full."""
        if path.is_relative_to(self.root):
            self.full_from -= 1
            if self.full_from < 0:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
        really_write(path, content)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path / "evidence")

    def others(path: Path) -> t.Iterator[Path]:
        yield tmp_path / "other" / path.relative_to("/")

    monkeypatch.setattr(elsewhere, "_others", others)
    monkeypatch.setattr(elsewhere, "used", [])
    monkeypatch.setattr(files, "write", made.write)
    return made


def test_what_is_written_again_is_read_as_it_was_last(disk: Disk, tmp_path: Path) -> None:
    file = disk.root / "report.md"
    disk.root.mkdir()
    for text, full_from in (("first", 10**6), ("second", 0), ("third", 0), ("fourth", 10**6), ("fifth", 0)):
        disk.full_from = full_from
        elsewhere.write(file, text)
        assert elsewhere.find(file).read_text("utf-8") == text
    assert [path.read_text("utf-8") for path in elsewhere.left(disk.root)] == ["fifth"]
    disk.full_from = 10**6
    elsewhere.settle(disk.root)
    assert (file.read_text("utf-8"), elsewhere.left(disk.root)) == ("fifth", [])


def test_what_is_still_elsewhere_cannot_be_verified(disk: Disk) -> None:
    attempt = lockers.opened(disk.root, NOW)
    disk.full_from = 0
    lockers.report(attempt, NOW)
    with pytest.raises(locker.LockerError, match="disk is full, and .* is not where it belongs: make space"):
        verify.look(attempt)
    disk.full_from = 10**6
    elsewhere.settle(disk.root)
    assert verify.look(attempt).changed == []


@pytest.mark.parametrize("full_from", range(15))
def test_no_step_is_lost(disk: Disk, tmp_path: Path, full_from: int) -> None:
    attempt = locker.open_attempt(str(disk.root), RELEASE, NOW)
    disk.full_from = full_from
    locker.open_package(attempt, 1, {"table": "x"})
    steps = [step(f"s{number}", stdout=str(number), stderr="e") for number in range(3)]
    for one in steps:
        locker.keep(attempt, 1, [one])
    evidence, policy = locker.load(attempt)[1]
    assert ([*evidence.steps], policy, locker.is_open(attempt, 1)) == (steps, {"table": "x"}, True)
    assert Path(locker.write_report(attempt, "report.md", "text")).read_text("utf-8") == "text"
    assert elsewhere.used

    disk.full_from = 10**6
    elsewhere.settle(disk.root)
    assert [path for path in (tmp_path / "other").rglob("*") if path.is_file()] == []
    assert [*locker.load(attempt)[1][0].steps] == steps
    kept = [path.name for path in attempt.package(1).glob(manifest.KEPT)]
    assert sorted(manifest.read(attempt.package(1))) == sorted(kept)
    assert (attempt.folder / "report.md").read_text("utf-8") == "text"


def test_any_other_error_is_the_lockers(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = locker.open_attempt(str(disk.root), RELEASE, NOW)

    def refuse(*_arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files, "write", refuse)
    with pytest.raises(locker.LockerError, match="cannot be written: Permission denied"):
        locker.keep(attempt, 1, [step("x")])
    assert elsewhere.used == []
