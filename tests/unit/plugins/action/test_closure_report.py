# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report stands, whatever becomes of the copy in the bucket."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.psp.rc_closure.plugins.action import closure_report
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import bucket, locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from tests.unit.captured import NOW, RELEASE

Result = dict[str, t.Any]


class Copy:
    """A bucket that remembers what it was asked, and may deny it."""

    def __init__(self, denies: str = "") -> None:
        self.asked: list[str] = []
        self._denies = denies

    def __getattr__(self, name: str) -> t.Callable[..., int]:
        def act(*_given: t.Any) -> int:
            self.asked.append(name)
            if name == self._denies:
                raise bucket.BucketError("s3://evidence: it is denied")
            return 3

        return act


def _run(monkeypatch: pytest.MonkeyPatch, copy: Copy, *, check: bool = False, **args: t.Any) -> Result:
    monkeypatch.setattr(bucket, "Bucket", lambda _url: copy)
    action = object.__new__(closure_report.ActionModule)
    action._task = SimpleNamespace(args=args, check_mode=check, async_val=0, diff=False, delegate_to=None)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action._supports_check_mode = True
    return action.run(None, {})


def _attempt(root: Path) -> Result:
    return locker.open_attempt(str(root), RELEASE, NOW).as_dict()


def test_what_is_reported_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = Copy()
    found = _run(monkeypatch, copy, attempt=_attempt(tmp_path), bucket="s3://evidence")
    assert (found["uploaded"], copy.asked) == (3, ["upload"])
    assert "not_uploaded" not in found["ansible_facts"]["rc_closure_report"]


def test_an_upload_that_fails_is_said_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = _attempt(tmp_path)
    found = _run(monkeypatch, Copy("upload"), attempt=given, bucket="s3://evidence")
    assert not found.get("failed")
    said = f"not uploaded, and kept in {given['path']}: s3://evidence: it is denied"
    assert found["warnings"] == [said]
    report = found["ansible_facts"]["rc_closure_report"]
    assert (report["not_uploaded"], report["gate"]["status"]) == (said, "FAIL")
    assert Path(found["paths"]["report.json"]).is_file()


@pytest.mark.parametrize(("check", "asked"), [(False, "probe"), (True, "exists")])
def test_a_bucket_that_denies_is_known_before_an_attempt_is_opened(
    monkeypatch: pytest.MonkeyPatch, *, check: bool, asked: str
) -> None:
    copy = Copy(asked)
    found = _run(monkeypatch, copy, check=check, bucket="s3://evidence")
    assert (found["failed"], copy.asked) == (True, [asked])
    assert "it is denied" in found["msg"]


def test_a_controller_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "lacking", lambda library: [f"no {library}"])
    copy = Copy()
    found = _run(monkeypatch, copy, bucket="s3://evidence")
    assert (found["failed"], copy.asked) == (True, [])
    assert "no boto3" in found["msg"]


def test_without_a_bucket_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = Copy()
    found = _run(monkeypatch, copy, attempt=_attempt(tmp_path), bucket="")
    assert (copy.asked, "uploaded" in found) == ([], False)
