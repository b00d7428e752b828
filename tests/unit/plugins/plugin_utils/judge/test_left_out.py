# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A criterion that a backend cannot have is left out by a policy only, and only where the evidence agrees."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Release, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import environment_report
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import package_2, package_3
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    FAIL,
    LEFT_OUT,
    MET,
    NOT_MET,
    NOT_PROVEN,
    PASS,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, markdown
from tests.unit.captured import NOW, evidence
from tests.unit.plugins.plugin_utils.judge import test_package_2 as rollout
from tests.unit.plugins.plugin_utils.judge import test_package_3 as queue

WHY = "it always queues"
NO_ADDRESS = {"flags_shown": "it has no address for them"}


def _runner(kept: Step, value: str | None) -> Step:
    """Return the backend's environment with another RECON_RUNNER."""
    processes = environment_report.parse(kept.stdout)
    changed = [replace(one, shown={**one.shown, "RECON_RUNNER": value}) for one in processes]
    return replace(kept, stdout=environment_report.render(changed))


@pytest.mark.parametrize(
    ("value", "left_out", "result"),
    [
        (None, {"backend_runner": WHY}, LEFT_OUT),
        (None, {}, NOT_MET),
        (None, {"backend_runner": ""}, NOT_MET),
        # What has the variable is judged by it, whatever the policy says.
        ("background", {"backend_runner": WHY}, NOT_MET),
        ("queue", {"backend_runner": WHY}, MET),
    ],
)
def test_a_backend_without_a_runner(value: str | None, left_out: dict[str, str], result: str) -> None:
    steps = [_runner(s, value) if s.name == "backend_environment" else s for s in queue.steps("pass")]
    found = package_3.judge(evidence(3, steps), {**queue.POLICY, "left_out": left_out})
    assert queue.criterion(found, "backend_runner").result == result
    assert found.status == (PASS if result in (MET, LEFT_OUT) else FAIL)
    assert (WHY in found.note) is (result == LEFT_OUT)


def test_no_other_criterion_can_be_left_out() -> None:
    for rule in package_3.RULES:
        if rule.instead is None:
            policy = {**queue.POLICY, "left_out": {rule.id: WHY}}
            found = queue.criterion(package_3.judge(evidence(3, queue.steps("pass")), policy), rule.id)
            assert found.result == NOT_MET
            assert "cannot be left out" in found.reason


@pytest.mark.parametrize(
    ("steps", "result", "reason"),
    [
        ({}, MET, "True in the environment of every process (2)"),
        ({"flags_processes": rollout._processes("True", "False")}, NOT_MET, "was started with"),
        ({"flags_processes": rollout._processes("True", None)}, NOT_PROVEN, "was started without"),
        ({"flags_processes": rollout._processes()}, NOT_PROVEN, "no process"),
        ({"flags_processes": None}, NOT_PROVEN, "no step flags_processes"),
        ({"flags_file": rollout._file("False")}, NOT_PROVEN, "a restart brings back"),
        ({"flags_code": rollout._code("LEDGER_SHADOW_WRITE")}, NOT_PROVEN, "no code below /app names"),
    ],
)
def test_flags_that_nothing_shows(steps: dict[str, t.Any], result: str, reason: str) -> None:
    kept = rollout._steps(**{"flags_running": None, **steps})
    found = package_2.judge(kept, {**rollout.POLICY, "left_out": NO_ADDRESS})
    by_id = {one.id: one for one in found.criteria}
    assert by_id["flags_set"].result == result
    assert reason in by_id["flags_set"].reason
    assert by_id["flags_shown"].result == LEFT_OUT
    assert found.status == (PASS if result == MET else FAIL)


def test_flags_that_were_shown_are_judged() -> None:
    kept = rollout._steps(flags_running=rollout._running("ledger_enforce_balance"))
    found = package_2.judge(kept, {**rollout.POLICY, "left_out": NO_ADDRESS})
    assert {one.id: one.result for one in found.criteria}["flags_shown"] == MET


def test_a_backend_without_flags() -> None:
    policy = {**rollout.POLICY, "flags": [], "left_out": {**NO_ADDRESS, "flags_set": "it has none"}}
    found = package_2.judge(rollout._steps(flags_running=None), policy)
    assert found.status == PASS
    assert found.note.startswith("There are no flags, ")
    # Flags that are named are not left out by saying that there are none.
    named = package_2.judge(
        rollout._steps(flags_processes=rollout._processes("False")),
        {**policy, "flags": rollout.POLICY["flags"]},
    )
    assert named.status == FAIL


def test_the_backfills_own_words() -> None:
    def other(step: Step) -> Step:
        text = step.stdout.replace("processed", "işlenen").replace("updated", "yazılan")
        return replace(step, stdout=text.replace("skipped", "atlanan").replace("errors", "hatalı"))

    kept = rollout._steps()
    turkish = replace(
        kept, steps=tuple(other(s) if s.name.startswith("backfill_") else s for s in kept.steps)
    )
    words = {"total": ["işlenen"], "changed": ["yazılan"], "skipped": ["atlanan"], "errors": ["hatalı"]}
    assert turkish != kept
    assert package_2.judge(turkish, rollout.POLICY).status == FAIL
    assert package_2.judge(turkish, {**rollout.POLICY, "words": words}).status == PASS


def test_report_and_gate_show_it() -> None:
    steps = [_runner(s, None) if s.name == "backend_environment" else s for s in queue.steps("pass")]
    release = Release("PSP-1", "rc1", "0" * 40, "staging")
    attempt = Attempt("/locker", NOW, release)
    policy = {**queue.POLICY, "left_out": {"backend_runner": WHY}}
    built = document.build(attempt, {3: (evidence(3, steps), policy)}, NOW)
    (told,) = built["gate"]["left_out"]
    assert told.startswith(
        "Package-3: the backend runs with RECON_RUNNER=queue (it always queues; no process"
    )
    assert f"- Left out by policy: {told}" in "".join(markdown.render(built)).replace("\\", "")
    assert json.dumps(document.summary(built)["gate"]).count(WHY) == 1
