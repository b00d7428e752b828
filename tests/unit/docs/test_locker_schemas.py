# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON Schemas of the locker's files take what is written, and nothing that is no such file."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, merging, provenance
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import forms
from tests.unit import lockers
from tests.unit.captured import RELEASE, step

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
Change = Callable[[t.Any], object]


@pytest.fixture(scope="module")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with all that an attempt may have."""
    root = tmp_path_factory.mktemp("locker")
    lockers.reported(root, "2026-11-24T01:00:00.000Z")
    origin = provenance.gather({"ansible_play_hosts_all": ["backend"]}, {"check": True}, Redactor({}))
    opened = locker.open_attempt(
        str(root),
        RELEASE,
        "2026-11-24T02:00:00.000Z",
        "staging:/app",
        held_back={"2": "no"},
        masked={"X": True},
        provenance=origin,
    )
    locker.open_package(opened, 1, lockers.POLICY)
    steps = [
        step("large", stdout="password=Zx81kLmq90\n" + "line\n" * 1_600_000, stderr="line\n" * 400_000),
        step("absent", exit_status=None, outcome="failed", reason="psql was not found"),
    ]
    locker.keep(opened, 1, steps, recovered="2026-11-24T03:00:00.000Z")
    merging.keep(opened, merging.Asked((0, 1, 2, 3), 3600.0))
    lockers.report(opened, "2026-11-24T03:00:00.000Z")
    lockers.told(opened, "2026-11-24T03:00:00.000Z")
    return opened.folder


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_it_is_a_schema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


def test_they_take_what_is_written(attempt: Path) -> None:
    names = [str(path.relative_to(attempt)) for path in attempt.rglob("*.json")]
    assert {forms.of(name) for name in names} == {
        path.name.partition(".")[0] for path in SCHEMAS.glob("*.json")
    }
    assert forms.problems(attempt, names) == []
    large = locker.read_json(attempt / "package_1/0001-large.json")
    assert {"packed_sha256", "excerpt"} <= set(large["stdout"])
    assert "packed_sha256" in large["stderr"]
    assert "excerpt" not in large["stderr"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("attempt.json", lambda one: one.pop("previous")),
        ("attempt.json", lambda one: one.update(previous="rc1")),
        ("attempt.json", lambda one: one["previous"].update(sha256="0")),
        ("attempt.json", lambda one: one["previous"].update(attempt="../x")),
        ("attempt.json", lambda one: one.update(started="today")),
        ("attempt.json", lambda one: one["release"].update(commit="main")),
        ("attempt.json", lambda one: one.update(held_back={"7": "x"})),
        ("attempt.json", lambda one: one.update(more=1)),
        ("manifest.json", lambda one: one.update(schema="psp.rc_closure/locker/1")),
        ("manifest.json", lambda one: one["files"][0].update(path="../x")),
        ("manifest.json", lambda one: one["files"][0].update(path=".hidden")),
        ("manifest.json", lambda one: one["files"][0].update(bytes=-1)),
        ("package_1/manifest.json", lambda one: one["files"][0].pop("sha256")),
        ("package_1/0001-large.json", lambda one: one.update(stdout="text")),
        ("package_1/0001-large.json", lambda one: one["stdout"].pop("packed_sha256")),
        ("package_1/0001-large.json", lambda one: one["stdout"].update(file="../../x.stdout")),
        ("package_1/0001-large.json", lambda one: one["stdout"]["excerpt"].update(left=-1)),
        ("package_1/0001-large.json", lambda one: one.update(outcome="fine")),
        ("package_1/0001-large.json", lambda one: one.update(more=1)),
        ("record.dsse.json", lambda one: one.update(payloadType="text/plain")),
        ("record.dsse.json", lambda one: one.update(payload="no base64")),
        ("record.dsse.json", lambda one: one.update(signatures=[{"keyid": "a"}])),
        ("ticket.json", lambda one: one.update(action="delete")),
        ("ticket.json", lambda one: one.pop("problem")),
    ],
)
def test_they_refuse_what_is_no_such_file(attempt: Path, tmp_path: Path, name: str, change: Change) -> None:
    data = locker.read_json(attempt / name)
    change(data)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(json.dumps(data), "utf-8")
    (problem,) = forms.problems(tmp_path, [name])
    assert problem.startswith(f"{name} is not as {forms.of(name)}.schema.json requires")


def test_a_policy_is_an_object(tmp_path: Path) -> None:
    (tmp_path / "package_1").mkdir()
    (tmp_path / "package_1/policy.json").write_text("[]")
    assert len(forms.problems(tmp_path, ["package_1/policy.json"])) == 1
