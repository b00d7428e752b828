# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An attempt is opened only by the run that has the staging."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.psp.rc_closure.plugins.action import closure_attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, merging, watch
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import origin

Result = dict[str, t.Any]
HELD = {
    "ticket": "PSP-9",
    "release": "rc1",
    "who": "ci@runner",
    "since": "2026-11-24T02:52:03.123Z",
    "age": 7.2,
}


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[t.Any]:
    begun: list[t.Any] = []
    monkeypatch.setattr(watch, "begin", lambda *given: begun.append(given))
    return begun


def _run(root: Path, answer: Result | Exception, **more: t.Any) -> Result:
    class Action(closure_attempt.ActionModule):
        def _execute_module(self, _name: str, module_args: Result, **_more: t.Any) -> Result:
            assert {"who", "since", "token", "ticket", "release"} == set(module_args["holder"])
            if isinstance(answer, Exception):
                raise answer
            return answer

    action = object.__new__(Action)
    release = {"ticket": "PSP-1", "release": "rc2", "commit": "a" * 40, "environment": "staging"}
    action._task = SimpleNamespace(
        args={**release, "locker": str(root), "staging": "staging:/app", **more},
        check_mode=False,
        async_val=0,
        diff=False,
        delegate_to="backend",
    )
    action._templar = SimpleNamespace(template=lambda value: value)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action._supports_check_mode = True
    action._display = closure_attempt.display
    return action.run(None, {"ansible_delegated_vars": {"backend": {"ansible_host": "10.0.0.5"}}})


def test_it_is_opened_with_the_lock(tmp_path: Path, watched: list[t.Any]) -> None:
    result = _run(tmp_path, {"held": {}})
    attempt = result["ansible_facts"]["rc_closure_attempt"]
    assert (Path(attempt["path"]).is_dir(), len(watched)) == (True, 1)
    # Another host's staging may have the same name and directory.
    assert attempt["staging"] == "staging:/app at 10.0.0.5"


@pytest.mark.parametrize(("given", "kept"), [({}, "en"), ({"language": "tr"}, "tr")])
def test_it_keeps_the_language(
    tmp_path: Path, watched: list[t.Any], given: dict[str, str], kept: str
) -> None:
    attempt = _run(tmp_path, {"held": {}}, **given)["ansible_facts"]["rc_closure_attempt"]
    assert locker.Attempt.from_dict(attempt).language == kept
    assert locker.read_json(Path(attempt["path"]) / "attempt.json")["language"] == kept


def test_a_language_that_there_is_not_opens_nothing(tmp_path: Path, watched: list[t.Any]) -> None:
    result = _run(tmp_path, {"held": {}}, language="de")
    assert (result["failed"], result["msg"]) == (True, "rc_closure_language is 'de', not en or tr")
    assert [*tmp_path.iterdir()] == watched == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"held": HELD},
            "the staging is held by the closure of PSP-9, release rc1, which ci@runner began at "
            "2026-11-24T02:52:03.123Z and which was at work 7 s ago: wait for its end",
        ),
        ({"failed": True, "msg": "it is no file"}, "no attempt is opened: it is no file"),
    ],
)
def test_without_the_lock_nothing_is_opened(
    tmp_path: Path, watched: list[t.Any], answer: Result, said: str
) -> None:
    result = _run(tmp_path, answer)
    assert said in result["msg"]
    assert (result["failed"], list(tmp_path.iterdir()), watched) == (True, [], [])


@pytest.mark.parametrize("answer", [AnsibleConnectionFailure("no route"), {"module_stdout": "not running"}])
def test_a_host_that_cannot_be_reached_does_not_keep_the_closure_from_its_report(
    tmp_path: Path, watched: list[t.Any], answer: Result | Exception
) -> None:
    result = _run(tmp_path, answer)
    assert result["changed"]
    ((_attempt, _run_id, renew, release),) = watched
    assert (renew(), release()) == (True, False)


def test_a_full_disk_is_said_before_anything_is_touched(
    tmp_path: Path, watched: list[t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "LOCKER_NEEDS", 2**40)
    result = _run(tmp_path / "evidence", {"held": {}})
    assert f"rc_closure_locker: {tmp_path} has " in result["msg"]
    assert "MiB free, and 1099511627776 MiB are needed" in result["msg"]
    assert (list(tmp_path.iterdir()), watched) == ([], [])


def test_the_attempts_file_says_who_opened_it(tmp_path: Path, watched: list[t.Any]) -> None:
    attempt = locker.Attempt.from_dict(_run(tmp_path, {"held": {}})["ansible_facts"]["rc_closure_attempt"])
    assert {"user", "controller", "versions", "inventory", "options", "hosts"} < set(origin.recorded(attempt))


def test_packages_of_another_commit_are_not_merged(tmp_path: Path, watched: list[t.Any]) -> None:
    first = _run(tmp_path, {"held": {}}, commit="b" * 40)
    locker.open_package(locker.Attempt.from_dict(first["ansible_facts"]["rc_closure_attempt"]), 1, {})
    before = sorted(tmp_path.rglob("*"))
    refused = _run(tmp_path, AssertionError("the host was asked"), merge=[0, 1])
    assert refused["msg"].startswith("nothing was touched: Package-1 was collected for the commit bbbb")
    assert sorted(tmp_path.rglob("*")) == before
    # What is collected again is no merge.
    assert "failed" not in _run(tmp_path, {"held": {}}, merge=[0])


def test_the_choice_is_kept_with_the_attempt(tmp_path: Path, watched: list[t.Any]) -> None:
    opened = _run(tmp_path, {"held": {}}, merge=["1", 9], max_age="60")["ansible_facts"]["rc_closure_attempt"]
    merge, found = merging.load(locker.Attempt.from_dict(opened))
    assert (merge and merge.max_age, found) == (60.0, [])


@pytest.mark.parametrize("wrong", ["a day", "-1", "inf", "nan"])
def test_an_age_that_is_none(tmp_path: Path, watched: list[t.Any], wrong: str) -> None:
    refused = _run(tmp_path, {"held": {}}, merge=[1], max_age=wrong)
    assert refused["msg"].endswith(f"rc_closure_max_age must be seconds, not {wrong!r}")
    assert not list(tmp_path.iterdir())
