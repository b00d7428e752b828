# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which earlier attempts an attempt takes packages from, and what of them is kept and read again."""

from __future__ import annotations

import json
import shutil
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import Verdict
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import intents, locker, merging
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, junit, markdown
from tests.unit.captured import RELEASE, step
from tests.unit.docs.test_report_schema import SCHEMA

ALL = merging.Asked((0, 1, 2, 3), 86400.0)
STAGING = "staging:/app/backend at backend"


def opened(root: Path, hour: int, *packages: int, reported: bool = True, **changed: t.Any) -> locker.Attempt:
    """Open an attempt, with a step of each package, and report it."""
    staging = changed.pop("staging", STAGING)
    release = replace(RELEASE, **changed)
    attempt = locker.open_attempt(str(root), release, f"2026-11-24T{hour:02}:00:00.000Z", staging)
    for package in packages:
        locker.open_package(attempt, package, {"of": hour})
        locker.keep(attempt, package, [step("one", stdout=f"{hour}\n")])
    if reported:
        report(attempt)
    return attempt


def report(attempt: locker.Attempt) -> dict[str, t.Any]:
    now = "2026-11-25T00:00:00.000Z"
    built = document.build(attempt, locker.load(attempt), now, merging.load(attempt))
    locker.write_report(attempt, "report.md", markdown.render(built))
    locker.write_report(attempt, "junit.xml", junit.render(built))
    locker.write_report(attempt, "report.json", locker.as_json(built))
    return built


def merged(root: Path, hour: int = 9, asked: merging.Asked = ALL, **changed: t.Any) -> locker.Attempt:
    attempt = opened(root, hour, reported=False, **changed)
    merging.keep(attempt, asked)
    return attempt


def test_the_newest_that_opened_a_package_is_taken(tmp_path: Path) -> None:
    first, second = opened(tmp_path, 1, 0, 1), opened(tmp_path, 2, 1)
    _merge, found = merging.load(merged(tmp_path))
    assert {one.candidate.package: one.candidate.attempt for one in found} == {
        0: first.folder.name,
        1: second.folder.name,
    }
    assert [one.sha256 for one in found] == [locker.digest(first), locker.digest(second)]
    assert all(one.candidate.sha256 == one.sha256 for one in found)
    assert (found[1].policy, found[1].evidence.steps[0].stdout) == ({"of": 2}, "2\n")


def test_one_that_was_never_reported_is_not_passed_over(tmp_path: Path) -> None:
    opened(tmp_path, 1, 1)
    killed = opened(tmp_path, 2, 1, reported=False)
    _merge, (found,) = merging.load(merged(tmp_path))
    assert (found.candidate.attempt, found.candidate.sha256) == (killed.folder.name, "")


def test_what_is_not_asked_for_or_later_or_another_release_s_is_not_taken(tmp_path: Path) -> None:
    opened(tmp_path, 1, 0, 1)
    opened(tmp_path, 2, 3, candidate="another")
    attempt = merged(tmp_path, asked=merging.Asked((0, 3), 60.0))
    opened(tmp_path, 10, 0)
    merge, found = merging.load(attempt)
    assert merge and merge.max_age == 60.0
    assert [(one.candidate.package, one.candidate.attempt[9:11]) for one in found] == [(0, "01")]


def test_what_the_attempt_collects_itself_is_its_own(tmp_path: Path) -> None:
    opened(tmp_path, 1, 0, 1)
    attempt = merged(tmp_path)
    locker.open_package(attempt, 1, {})
    _merge, (found,) = merging.load(attempt)
    assert found.candidate.package == 0


def test_without_a_choice_nothing_is_taken(tmp_path: Path) -> None:
    assert merging.load(opened(tmp_path, 1, 0)) == (None, [])


@pytest.mark.parametrize("broken", ["{}", '{"max_age": 1, "candidates": [{}]}', "[]", "{"])
def test_a_choice_that_was_changed_is_not_read(tmp_path: Path, broken: str) -> None:
    attempt = merged(tmp_path)
    (attempt.folder / "merge.json").write_text(broken, "utf-8")
    with pytest.raises(locker.LockerError, match="is not what was kept"):
        merging.load(attempt)


def test_what_was_about_to_change_staging_since(tmp_path: Path) -> None:
    opened(tmp_path, 1, 3)
    between = opened(tmp_path, 2, 1, ticket="PSP-9", candidate="other", reported=False)
    locker.keep(between, 1, intents.of("alembic_evidence", {}, "backend"))
    (between.package(1) / "0009-arq_worker_intent.json").write_text("{", "utf-8")
    elsewhere = opened(tmp_path, 3, 1, ticket="PSP-8", staging="staging:/srv at other")
    locker.keep(elsewhere, 1, intents.of("alembic_evidence", {}, "backend"))
    _merge, (found,) = merging.load(merged(tmp_path))
    told = [(one.attempt, one.package, one.what, one.host) for one in found.candidate.since]
    assert told == [
        (between.folder.name, 1, "alembic_evidence", "backend"),
        (between.folder.name, 1, "arq_worker", ""),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"commit": "b" * 40}, f"Package-1 was collected for the commit {'a' * 40} by the attempt"),
        ({"environment": "qa"}, "Package-1 was collected for the environment staging by the attempt"),
    ],
)
def test_a_merge_of_two_commits_is_said_before(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    opened(tmp_path, 1, 1)
    found = merging.conflicts(str(tmp_path), replace(RELEASE, **changed), (0, 1))
    assert len(found) == bool(said)
    assert said in "".join(found)
    # What the run collects itself is no merge.
    assert merging.conflicts(str(tmp_path), replace(RELEASE, **changed), (0, 2)) == []


def test_the_report_says_whose_a_package_is_and_is_verified(tmp_path: Path) -> None:
    first = opened(tmp_path, 1, 0)
    record = {"comments": [{"kind": "part", "url": "u1"}, {"kind": "verdict", "url": "https://tickets/1#2"}]}
    (first.folder / locker.TICKET_RECORD).write_text(json.dumps(record), "utf-8")
    attempt = merged(tmp_path)
    built = report(attempt)
    found = built["packages"]["package_0"]["merged"]
    assert (found["attempt"], found["url"]) == (first.folder.name, "https://tickets/1#2")
    assert found["report"] == f"../{first.folder.name}/report.md"
    assert built["packages"]["package_0"]["steps"][0]["stdout"] == "1\n"
    assert built["packages"]["package_0"]["policy"] == {"of": 1}
    assert f"Package-0 is of the attempt {first.folder.name}" in markdown.render(built)
    # That it is no proof of anything is for the judge to say.
    assert built["run"] == {"packages": [0], "status": "FAIL"}
    assert built["gate"]["reasons"][1] == "Package-1: Not proven: it was not collected in this run."
    assert verify.problems(attempt) == []
    # The evidence of the other is this one's, too.
    stream = first.package(0) / "0001-one.stdout"
    stream.write_text("2\n", "utf-8")
    with pytest.raises(locker.LockerError, match="0001-one.stdout is missing or was changed"):
        verify.problems(attempt)
    shutil.rmtree(first.folder)
    assert "packages.package_0.policy" in " ".join(verify.problems(attempt))


@pytest.mark.parametrize(
    ("collected", "own", "failing", "run", "gate"),
    [
        # Collected before, and merged.
        ((0, 1, 2, 3), (), (), ([0, 1, 2, 3], "PASS"), "PASS"),
        ((0, 1, 3), (2,), (), ([0, 1, 2, 3], "PASS"), "PASS"),
        # A run of some packages may pass while the gate stays shut; one of the gate alone may not.
        ((0, 1), (3,), (), ([0, 1, 3], "PASS"), "FAIL"),
        ((0, 1, 3), (), (), ([0, 1, 3], "FAIL"), "FAIL"),
        ((0, 1, 3), (2,), (1,), ([0, 1, 2, 3], "FAIL"), "FAIL"),
        ((), (), (), ([], "FAIL"), "FAIL"),
    ],
)
def test_what_becomes_of_run_and_gate(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    collected: tuple[int, ...],
    own: tuple[int, ...],
    failing: tuple[int, ...],
    run: tuple[list[int], str],
    gate: str,
) -> None:
    def judge(evidence: t.Any, _policy: t.Any) -> Verdict:
        return Verdict(evidence.package, "FAIL" if evidence.package in failing else "PASS", "So.", ())

    monkeypatch.setattr(document, "JUDGES", (judge,) * 4)
    earlier = opened(tmp_path, 0)
    opened(tmp_path, 1, *collected)
    attempt = merged(tmp_path)
    for package in own:
        locker.open_package(attempt, package, {})
    built = report(attempt)
    assert (built["run"], built["gate"]["status"]) == ({"packages": run[0], "status": run[1]}, gate)
    assert verify.problems(attempt) == []
    assert locker.later_attempt(earlier) == (
        locker.Later(attempt.folder.name, gate) if (gate, run[1]) != ("FAIL", "PASS") else None
    )


def test_one_that_does_not_count_is_fail_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        document, "JUDGES", (lambda one, _policy: Verdict(one.package, "PASS", "So.", ()),) * 4
    )
    first = opened(tmp_path, 1, 0, 1, 2, 3)
    built = report(merged(tmp_path, asked=merging.Asked((0, 1, 2, 3), 60.0)))
    assert built["run"] == {"packages": [], "status": "FAIL"}
    package = built["packages"]["package_0"]
    start = (
        f"Not proven: what the attempt {first.folder.name} collected does not count, for its last step ended"
    )
    assert (package["status"], package["note"][: len(start)]) == ("FAIL", start)
    assert package["steps"][0]["stdout"] == "1\n"
    assert "which does not count" in markdown.render(built)
    assert Draft202012Validator(SCHEMA).is_valid(json.loads(json.dumps(built)))
