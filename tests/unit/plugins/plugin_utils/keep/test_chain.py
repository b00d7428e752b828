# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each attempt names the one before it, of the same ticket, as that was when it was opened."""

from __future__ import annotations

import hashlib
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import chain, locker, manifest
from tests.unit.captured import RELEASE


def opened(root: Path, hour: int, candidate: str = "rc1", ticket: str = "PSP-1") -> locker.Attempt:
    release = replace(RELEASE, ticket=ticket, candidate=candidate)
    return locker.open_attempt(str(root), release, f"2026-11-24T{hour:02}:00:00.000Z")


def previous(attempt: locker.Attempt) -> t.Any:
    return locker.read_json(attempt.folder / "attempt.json")["previous"]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_an_attempt_names_the_one_before_of_whichever_release(tmp_path: Path) -> None:
    first, other = opened(tmp_path, 1), opened(tmp_path, 1, ticket="PSP-2")
    manifest.finish(first.folder, {"report.json": "{}"})
    locker.write_report(first, "report.json", "{}")
    second = opened(tmp_path, 2, "rc2")
    third = opened(tmp_path, 3, "rc1")
    assert (previous(first), previous(other)) == (None, None)
    assert previous(second) == {
        "attempt": "rc1/20261124T010000.000000Z",
        "file": "manifest.json",
        "sha256": sha256(first.folder / "manifest.json"),
    }
    # It was never reported, and may be added to by what is recovered of it.
    assert previous(third) == {
        "attempt": "rc2/20261124T020000.000000Z",
        "file": "attempt.json",
        "sha256": sha256(second.folder / "attempt.json"),
    }


def test_an_attempt_of_a_later_time_is_before_none(tmp_path: Path) -> None:
    opened(tmp_path, 9, "rc2")
    before = sorted(tmp_path.rglob("*"))
    said = "not before this controller's time, rc2/20261124T090000.000000Z: set the clock right"
    with pytest.raises(locker.LockerError, match=said):
        opened(tmp_path, 8)
    assert sorted(tmp_path.rglob("*")) == before


def test_one_that_cannot_be_read_is_named_as_it_is(tmp_path: Path) -> None:
    first = opened(tmp_path, 1)
    (first.folder / "attempt.json").write_text("{")
    assert previous(opened(tmp_path, 2))["sha256"] == hashlib.sha256(b"{").hexdigest()


def test_those_opened_at_once_are_one_chain(tmp_path: Path) -> None:
    def open_or_refuse(number: int) -> bool:
        try:
            opened(tmp_path, number // 4, f"rc{number}")
        except locker.LockerError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        kept = sum(pool.map(open_or_refuse, range(40)))
    folders = chain.attempts(tmp_path / "PSP-1")
    assert len(folders) == kept
    said = [locker.read_json(folder / "attempt.json")["previous"] for folder in folders]
    named = [one["attempt"] for one in said if one]
    assert sorted(named) == sorted(set(named)), "no attempt is before two others"
    assert said.count(None) == 1
