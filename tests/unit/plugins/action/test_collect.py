# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half keeps what comes back, and has nothing done twice in an attempt."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.psp.rc_closure.plugins.action import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import parse_time, rfc3339
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from tests.unit.captured import step
from tests.unit.reports import RELEASE

Result = dict[str, t.Any]
Module = Callable[[Result], Result]
NOW = "2026-11-24T02:52:03.123Z"
MEANT = {"ref": "main", "known": [41]}


class Killed(BaseException):
    """What ends a controller in the middle of its work."""


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return locker.open_attempt(str(tmp_path / "evidence"), RELEASE, NOW)


def run(module: Module, attempt: locker.Attempt | None, *, check: bool = False, **args: t.Any) -> Result:
    """Run the action in front of a module that is a function of its options."""
    name = args.pop("name", "ci_run_dispatch")

    class Action(collect.ActionModule):
        def _execute_module(self, *, module_args: Result, **_more: t.Any) -> Result:
            # Which spool it is, differs from call to call.
            return module({name: value for name, value in module_args.items() if name != "attempt"})

    given = {"attempt": attempt.as_dict()} if attempt else {}
    task = SimpleNamespace(
        args={"package": 0, **given, **args},
        action=f"psp.rc_closure.{name}",
        delegate_to=None,
        check_mode=check,
        async_val=0,
        diff=False,
    )
    action = object.__new__(Action)
    action._task = task
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action._supports_check_mode = True
    action._display = collect.display
    return action.run(None, {"inventory_hostname": "ci"})


class Dispatching:
    """A dispatch as the action sees it; C(sent) counts the requests."""

    def __init__(self) -> None:
        self.asked: list[Result] = []
        self.sent = 0
        self.on_send: Callable[[], None] = lambda: None

    def __call__(self, options: Result) -> Result:
        """Return what the module returns."""
        self.asked.append(options)
        if options["stage"] == "intend":
            return {"changed": False, "steps": [_dict("ci_workflow"), _dict("ci_dispatch_intent", MEANT)]}
        if options["stage"] == "send":
            self.sent += 1
            self.on_send()
            return {"changed": True, "run_id": 42, "steps": [_dict("ci_dispatch", {"workflow_run_id": 42})]}
        return {"changed": False, "run_id": 42, "steps": [_dict("ci_runs")]}

    @property
    def stages(self) -> list[str]:
        """Which stages the module was asked for."""
        return [options["stage"] for options in self.asked]


def _dict(name: str, document: t.Any = None) -> Result:
    return step(name, host="ci", stdout=json.dumps(document) if document else "").as_dict()


def kept(attempt: locker.Attempt) -> list[str]:
    return [found.name for found in locker.load_package(attempt, 0).steps]


def test_what_is_meant_is_in_the_locker_before_it_is_done(attempt: locker.Attempt) -> None:
    module = Dispatching()
    seen: list[list[str]] = []
    module.on_send = lambda: seen.append(kept(attempt))
    result = run(module, attempt, workflow="w")
    assert seen == [["ci_workflow", "ci_dispatch_intent"]]
    assert (result["changed"], result["run_id"]) == (True, 42)
    assert [found["name"] for found in result["steps"]] == [
        "ci_workflow",
        "ci_dispatch_intent",
        "ci_dispatch",
    ]
    assert module.asked == [
        {"package": 0, "workflow": "w", "stage": "intend"},
        {"package": 0, "workflow": "w", "stage": "send", "intent": MEANT},
    ]


def test_a_second_time_it_is_looked_for(attempt: locker.Attempt) -> None:
    module = Dispatching()
    run(module, attempt)
    again = run(module, attempt)
    assert (again["changed"], again["run_id"], module.sent) == (False, 42, 1)
    assert module.stages == ["intend", "send", "look"]
    asked = module.asked[-1]
    assert asked["intent"] == MEANT
    assert json.loads(asked["answer"]["stdout"]) == {"workflow_run_id": 42}
    assert kept(attempt) == ["ci_workflow", "ci_dispatch_intent", "ci_dispatch", "ci_runs"]


def test_one_that_was_killed_while_it_was_sent_is_not_sent_again(attempt: locker.Attempt) -> None:
    module = Dispatching()

    def kill() -> None:
        raise Killed

    module.on_send = kill
    with pytest.raises(Killed):
        run(module, attempt)
    assert run(module, attempt)["run_id"] == 42
    assert (module.sent, module.stages) == (1, ["intend", "send", "look"])
    assert module.asked[-1]["answer"] is None


def test_of_two_at_the_same_time_one_sends(attempt: locker.Attempt) -> None:
    first, second = Dispatching(), Dispatching()

    def overtaken(options: Result) -> Result:
        answer = second(options)
        if options["stage"] == "intend":
            run(first, attempt)
        return answer

    assert run(overtaken, attempt)["run_id"] == 42
    assert (first.sent, second.sent, second.stages) == (1, 0, ["intend", "look"])
    assert kept(attempt).count("ci_workflow") == 1


def test_another_attempt_does_it_anew(tmp_path: Path) -> None:
    module = Dispatching()
    for moment in (NOW, NOW.replace("03.123", "04.123")):
        run(module, locker.open_attempt(str(tmp_path / "evidence"), RELEASE, moment))
    assert module.sent == 2


@pytest.mark.parametrize(
    ("result", "names"),
    [
        ({"run_id": 40, "steps": [_dict("ci_runs")]}, ["ci_runs"]),
        (
            {"failed": True, "msg": "the token is wrong", "steps": [_dict("ci_workflow")]},
            ["ci_workflow", "ci_run_dispatch_failed"],
        ),
    ],
    ids=["found", "broken down"],
)
def test_what_is_never_meant_is_asked_for_once(
    attempt: locker.Attempt, result: Result, names: list[str]
) -> None:
    asked: list[str] = []

    def module(options: Result) -> Result:
        asked.append(options["stage"])
        return {**result, "steps": list(result["steps"])}

    returned = run(module, attempt)
    assert asked == ["intend"]
    assert kept(attempt) == [found["name"] for found in returned["steps"]] == names
    assert returned.get("run_id") == result.get("run_id")


def test_after_a_breakdown_before_it_was_meant_it_may_be_done(attempt: locker.Attempt) -> None:
    run(lambda options: {"failed": True, "msg": "unreachable"}, attempt)
    module = Dispatching()
    run(module, attempt)
    assert module.sent == 1


def test_check_mode_means_nothing_and_keeps_nothing(attempt: locker.Attempt) -> None:
    asked: list[Result] = []

    def module(options: Result) -> Result:
        asked.append(options)
        return {"changed": True, "steps": [_dict("ci_dispatch")]}

    assert run(module, attempt, check=True)["steps"][0]["name"] == "ci_dispatch"
    assert asked == [{"package": 0}]
    assert kept(attempt) == []


def test_without_an_attempt_all_is_done_and_returned(attempt: locker.Attempt) -> None:
    answer = {"failed": True, "msg": "no", "steps": [_dict("ci_workflow", {"a": 1})]}
    result = run(lambda options: dict(answer), None)
    assert (result["failed"], result["steps"][0]["stdout"]) == (True, '{"a": 1}')


def test_an_intent_that_is_none_ends_the_task(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 0, [step("ci_dispatch_intent", stdout="{")])
    result = run(Dispatching(), attempt)
    assert result["failed"]
    assert "the step ci_dispatch_intent cannot be read" in result["msg"]


def test_any_other_collector_is_run_once(attempt: locker.Attempt) -> None:
    asked: list[Result] = []

    def module(options: Result) -> Result:
        asked.append(options)
        raise AnsibleConnectionFailure("no route")

    result = run(module, attempt, name="redis_evidence", digest=["x"])
    assert asked == [{"package": 0, "digest": ["x"], "digest_key": locker.digest_key(attempt)}]
    assert kept(attempt) == ["redis_evidence_failed"]
    assert "failed" not in result


def test_evidence_belongs_to_a_package(attempt: locker.Attempt) -> None:
    module = Dispatching()
    assert "package is missing" in run(module, attempt, package=None)["msg"]
    assert module.asked == []


SAFE = "ALTER TABLE x DROP CONSTRAINT y;"
UP = "ALTER TABLE x ADD CONSTRAINT y UNIQUE (z);"


class Migrating:
    """An upgrade whose smoke has to be read first, as the action sees it."""

    def __init__(self, down: str = SAFE, up: str = UP, *, status: int = 0) -> None:
        self.asked: list[Result] = []
        self.kept_before_the_smoke: list[str] = []
        self.watch: Callable[[], list[str]] = list
        self._previews = [
            step("alembic_downgrade_preview", stdout=down, exit_status=status).as_dict(),
            step("alembic_reupgrade_preview", stdout=up).as_dict(),
        ]

    def __call__(self, options: Result) -> Result:
        """Return what the module returns."""
        self.asked.append(options)
        if options.get("stage") == "smoke":
            self.kept_before_the_smoke = self.watch()
            return {"changed": True, "steps": [_dict("alembic_downgrade")]}
        upgraded = {"changed": False, "before": ["a"], "after": ["b"], "existing": []}
        return {**upgraded, "smoke_pending": True, "steps": [_dict("alembic_upgrade"), *self._previews]}


def test_a_smoke_is_read_before_it_is_carried_out(attempt: locker.Attempt) -> None:
    module = Migrating()
    module.watch = lambda: kept(attempt)
    result = run(module, attempt, name="alembic_evidence", limit=600)
    previews = ["alembic_downgrade_preview", "alembic_reupgrade_preview"]
    upgrade = ["alembic_evidence_intent", "alembic_upgrade", *previews, "alembic_smoke_intent"]
    assert module.asked == [
        {"package": 0, "limit": 600},
        {
            **{"package": 0, "limit": 600, "stage": "smoke"},
            **{"smoke_refusal": "", "smoke_tables": ["x"], "smoke_revisions": []},
        },
    ]
    assert module.kept_before_the_smoke == upgrade
    assert [found["name"] for found in result.pop("steps")] == [*upgrade, "alembic_downgrade"]
    assert result == {"changed": True, "before": ["a"], "after": ["b"], "existing": []}


def test_an_intent_is_in_the_locker_before_anything_is_changed(attempt: locker.Attempt) -> None:
    seen: list[list[str]] = []

    def module(_options: Result) -> Result:
        seen.append(kept(attempt))
        raise Killed

    with pytest.raises(Killed):
        run(module, attempt, name="recon_run_lifecycle", url="http://u:secret99@b/runs")
    assert seen == [["recon_run_lifecycle_intent"]]
    (intent,) = locker.load_package(attempt, 0).steps
    assert (intent.command, intent.host) == ("POST http://u:[masked:url.password]@b/runs", "ci")


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "no attempt"])
def test_where_nothing_is_kept_no_intent_is_returned(attempt: locker.Attempt, check: bool) -> None:
    result = run(
        lambda options: {"changed": False, "steps": [_dict("recon_post")]},
        attempt if check else None,
        check=check,
        name="recon_run_lifecycle",
        url="http://b/runs",
    )
    assert [found["name"] for found in result["steps"]] == ["recon_post"]
    assert kept(attempt) == []


@pytest.mark.parametrize(
    ("module", "refusal"),
    [
        (Migrating(down="ALTER TABLE x DROP y;"), "it could lose data (ALTER TABLE x DROP y)"),
        (Migrating(up="DELETE FROM x; " + UP), "it could lose data (DELETE FROM x)"),
        (Migrating(status=1), "its SQL cannot be shown beforehand"),
    ],
    ids=["down", "up", "unseen"],
)
def test_a_smoke_that_could_lose_data_is_refused(
    attempt: locker.Attempt, module: Migrating, refusal: str
) -> None:
    run(module, attempt, name="alembic_evidence")
    assert refusal in module.asked[1]["smoke_refusal"]
    assert module.asked[1]["smoke_tables"] == []
    assert "alembic_smoke_intent" not in kept(attempt)


def test_where_the_controller_cannot_read_sql_the_smoke_is_left_out(
    attempt: locker.Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "find_spec", lambda _library: None)
    module = Migrating()
    run(module, attempt, name="alembic_evidence")
    assert (
        "its SQL cannot be read: the Python library sqlglot is not installed"
        in module.asked[1]["smoke_refusal"]
    )


def test_without_an_attempt_a_smoke_is_read_too() -> None:
    module = Migrating(down="TRUNCATE x;")
    result = run(module, None, name="alembic_evidence")
    assert "TRUNCATE x" in module.asked[1]["smoke_refusal"]
    assert result["steps"][-1]["name"] == "alembic_downgrade"


@pytest.mark.parametrize("ahead", [0.0, 300.0, -300.0])
def test_the_clock_of_a_host_is_measured_and_its_moment_is_the_controllers(
    attempt: locker.Attempt, ahead: float
) -> None:
    began = datetime.now(UTC)

    def module(_options: Result) -> Result:
        now = datetime.now(UTC) + timedelta(seconds=ahead)
        return {"changed": False, "clock": [now.timestamp()] * 2, "at": rfc3339(now), "steps": []}

    result = run(module, attempt, name="feature_flags_evidence")
    off = parse_time(result["at"]) - began
    assert timedelta(seconds=-1) < off < timedelta(seconds=60)
    assert "clock" not in result
    assert kept(attempt) == (["host_clock"] if ahead else [])
