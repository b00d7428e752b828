# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-3's rules, each from both its sides, on what real closures collected, one fault at a time."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    FAILED,
    NOT_RUN,
    TIMED_OUT,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import environment_report
from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import Digest, Running
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    FAIL,
    MET,
    NOT_MET,
    NOT_PROVEN,
    PASS,
    Criterion,
    Verdict,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_3 import RULES, judge
from tests.unit.captured import FIXTURES, evidence, step

POLICY = {"environment": "staging", "runner": "queue", "require_completed": False}
Change = Callable[[Step], Step | None]


def steps(name: str) -> list[Step]:
    """Return the steps of a closure on a staging with this fault."""
    records = json.loads((FIXTURES / "package_3" / f"{name}.json").read_text("utf-8"))
    return [Step.from_dict(record) for record in records]


def verdict(name: str, **policy: t.Any) -> Verdict:
    return judge(evidence(3, steps(name)), {**POLICY, **policy})


def changed(changes: dict[str, Change]) -> Verdict:
    """Judge a good closure with some of its steps changed or, by None, taken away."""
    found = [changes.get(s.name, lambda same: same)(s) for s in steps("pass")]
    return judge(evidence(3, found), POLICY)


def criterion(found: Verdict, rule: str) -> Criterion:
    return next(c for c in found.criteria if c.id == rule)


def test_a_good_run_passes_and_says_by_what() -> None:
    found = verdict("pass")
    assert found.status == PASS
    assert found.note == (
        "Run 9cc35819-77aa-43aa-a760-ba96228490ba went queued → running → completed in the API, a poll "
        "showing running, and its job e2fe669d06cd45e59ac3d423c9b386f5 started and completed in the "
        "worker's log."
    )
    assert {c.result for c in found.criteria} == {MET}
    assert len(found.criteria) == len(RULES)
    assert all(c.steps for c in found.criteria if c.id != "enabled")


@pytest.mark.parametrize(
    ("fault", "rule", "result", "reason"),
    [
        ("redis_noauth", "redis_healthcheck", NOT_MET, "PING got no PONG: AuthenticationError: "),
        ("redis_noauth", "redis_noeviction", NOT_PROVEN, "redis_config"),
        ("redis_down", "redis_healthcheck", NOT_MET, "ConnectionError: Error 111 connecting to"),
        ("redis_unreachable", "enabled", NOT_MET, "redis: Reach the host: it cannot be reached"),
        ("redis_evicting", "redis_noeviction", NOT_MET, "maxmemory-policy is allkeys-lru"),
        ("worker_down", "enabled", NOT_MET, "ImportError: no module named ledger"),
        ("worker_down", "worker_start_log", NOT_PROVEN, "there is no process"),
        ("worker_down", "api_lifecycle", NOT_MET, "was still queued when the limit was reached"),
        ("worker_killed_midway", "api_lifecycle", NOT_MET, "was still running when the limit was reached"),
        ("worker_killed_midway", "worker_log", NOT_MET, "started, but no line ends it"),
        ("worker_killed_midway", "order", NOT_PROVEN, "has no end in the API"),
        ("in_process_fallback", "order", NOT_PROVEN, "has no end in the worker's log"),
        ("worker_other_database", "same_database", NOT_MET, "name different databases"),
        ("worker_other_database", "worker_log", MET, "started, and failed"),
        ("worker_other_database", "api_lifecycle", NOT_MET, "was still queued"),
        ("in_process_fallback", "backend_runner", MET, "RECON_RUNNER=queue"),
        ("in_process_fallback", "worker_log", NOT_MET, "though the API shows it completed"),
        ("runner_background", "backend_runner", NOT_MET, "with RECON_RUNNER=background, want queue"),
        ("runner_background", "worker_log", NOT_MET, "no line since the POST contains run"),
        ("api_500", "api_lifecycle", NOT_MET, "other answers: 500"),
        ("api_500", "get_response", NOT_PROVEN, "the last answer (500)"),
        ("api_500_post", "post_queued", NOT_MET, "the POST was answered 500"),
        ("api_500_post", "api_lifecycle", NOT_PROVEN, "the POST gave no run id"),
        ("api_429_for_ever", "api_lifecycle", NOT_PROVEN, "other answers: 429"),
    ],
)
def test_a_fault_is_named(fault: str, rule: str, result: str, reason: str) -> None:
    found = verdict(fault)
    assert found.status == FAIL
    assert criterion(found, rule).result == result
    assert reason in criterion(found, rule).reason


@pytest.mark.parametrize(
    ("fault", "note"),
    [
        ("redis_noauth", "AuthenticationError"),
        ("redis_down", "Connection refused"),
        ("redis_evicting", "allkeys-lru"),
        ("worker_down", "ImportError: no module named ledger"),
        ("worker_killed_midway", "was still running"),
        ("worker_other_database", "different databases"),
        ("in_process_fallback", "no line since the POST contains run"),
        ("api_500", "500"),
        ("api_429_for_ever", "is not proven"),
    ],
)
def test_the_note_names_the_deciding_fact(fault: str, note: str) -> None:
    assert note in verdict(fault).note


def test_429_for_a_while_is_no_evidence_either_way() -> None:
    assert " 429 " in next(s for s in steps("api_429") if s.name == "recon_lifecycle").stdout
    assert verdict("api_429").status == PASS


def test_a_run_that_failed_proves_the_queue_and_the_note_says_so() -> None:
    found = verdict("job_fails")
    assert found.status == PASS
    assert "→ failed in the API (the checklist takes completed or failed)" in found.note


def test_completed_may_be_required() -> None:
    found = verdict("job_fails", require_completed=True)
    assert found.status == FAIL
    assert "completed is required" in found.note
    assert verdict("pass", require_completed=True).status == PASS


def test_the_workers_start_line_proves_running_where_no_poll_met_it() -> None:
    def without_running(lifecycle: Step) -> Step:
        lines = [line for line in lifecycle.stdout.splitlines() if '"running"' not in line]
        return replace(lifecycle, stdout="\n".join(lines))

    found = changed({"recon_lifecycle": without_running})
    assert found.status == PASS
    assert "the worker's start line shows running" in criterion(found, "api_lifecycle").reason


@pytest.mark.parametrize("name", sorted({s.name for s in steps("pass")} - {"redis_info", "redis_config"}))
def test_without_a_step_nothing_passes(name: str) -> None:
    found = changed({name: lambda _step: None})
    assert found.status == FAIL
    assert {c.result for c in found.criteria} == {MET, NOT_PROVEN}


def test_the_policy_is_told_by_info_or_by_config_and_by_one_of_them_it_must() -> None:
    gone = {"redis_config": lambda _step: None}
    assert changed(gone).status == PASS
    found = changed({**gone, "redis_info": lambda _step: None})
    assert criterion(found, "redis_noeviction").result == NOT_PROVEN


@pytest.mark.parametrize("name", ["redis_ping", "worker_start_log", "worker_environment", "recon_post"])
def test_a_step_that_broke_down_gives_its_reason(name: str) -> None:
    broken = {name: lambda s: replace(s, outcome=FAILED, reason="the disk is full", stdout="")}
    found = changed(broken)
    assert "the disk is full" in found.note
    assert criterion(found, "enabled").result == MET


def text(old: str, new: str) -> Change:
    """Return what changes a step's text; the text must be there."""

    def change(kept: Step) -> Step:
        assert old in kept.stdout
        return replace(kept, stdout=kept.stdout.replace(old, new))

    return change


def replaced(stdout: str, **more: t.Any) -> Change:
    return lambda kept: replace(kept, stdout=stdout, **more)


def running(change: Callable[[Running], Running | None]) -> Change:
    """Return what changes the processes that a step shows."""

    def with_change(kept: Step) -> Step:
        found = [change(process) for process in environment_report.parse(kept.stdout)]
        return replace(kept, stdout=environment_report.render([p for p in found if p]))

    return with_change


def digests(**told: Digest) -> Change:
    return running(lambda process: replace(process, digests={**process.digests, **told}))


RUN = "9cc35819-77aa-43aa-a760-ba96228490ba"
JOB = "e2fe669d06cd45e59ac3d423c9b386f5"
ANSWER = f'2026-11-24T03:57:00.000Z 200 {{"id":"{RUN}","status":"%s"}}\n'


@pytest.mark.parametrize(
    ("name", "change", "rule", "result", "reason"),
    [
        ("redis_ping", replaced("PONG PONG\n"), "redis_healthcheck", NOT_MET, "PONG PONG"),
        ("redis_ping", replaced("PONG\n", exit_status=1), "redis_healthcheck", NOT_MET, "no PONG"),
        (
            "redis_info",
            lambda kept: replace(kept, name="redis_host_ping", stdout="LOADING Redis is loading\n"),
            "redis_healthcheck",
            NOT_MET,
            "PING got no PONG: LOADING Redis is loading",
        ),
        ("redis_config", text("noeviction", "volatile-lru"), "redis_noeviction", NOT_MET, "volatile-lru"),
        ("redis_config", replaced(""), "redis_noeviction", MET, "noeviction"),
        (
            "worker_start_log",
            replaced("03:26:31: redis connection error 127.0.0.1:1 Authentication required\n"),
            "worker_start_log",
            NOT_MET,
            "does not say that it starts: 03:26:31: redis connection error",
        ),
        (
            "worker_start_log",
            replaced("03:26:31: Starting worker for 1 functions: reconcile_run\n"),
            "worker_start_log",
            NOT_MET,
            "no line shows a Redis connection",
        ),
        ("worker_environment", running(lambda _process: None), "worker_environment", NOT_MET, "no worker"),
        (
            "worker_environment",
            running(lambda process: replace(process, shown={"ENV": "production"})),
            "worker_environment",
            NOT_MET,
            "with ENV=production, want staging",
        ),
        (
            "worker_environment",
            running(lambda process: replace(process, shown={"ENV": None})),
            "worker_environment",
            NOT_MET,
            "without ENV, want staging",
        ),
        (
            "worker_environment",
            digests(DATABASE_URL=Digest(False)),
            "worker_environment",
            NOT_MET,
            "without DATABASE_URL",
        ),
        (
            "worker_environment",
            replaced("not JSON"),
            "worker_environment",
            NOT_PROVEN,
            "cannot be read",
        ),
        ("backend_environment", running(lambda _process: None), "backend_runner", NOT_MET, "no backend"),
        ("backend_environment", running(lambda _process: None), "same_redis_url", NOT_PROVEN, "no backend "),
        (
            "backend_environment",
            running(lambda process: replace(process, digests={})),
            "same_redis_url",
            NOT_MET,
            "without",
        ),
        ("backend_environment", digests(REDIS_URL=Digest(False)), "same_redis_url", NOT_MET, "without"),
        ("backend_environment", digests(REDIS_URL=Digest(True)), "same_redis_url", NOT_PROVEN, "a key"),
        (
            "backend_environment",
            digests(REDIS_URL=Digest(True, "1", "2")),
            "same_redis_url",
            NOT_MET,
            "different ones",
        ),
        ("recon_post", text('"queued"', '"completed"'), "post_queued", NOT_MET, "status completed"),
        ("recon_post", text('"id":', '"run":'), "post_queued", NOT_MET, "id none"),
        ("recon_post", replaced("{}", exit_status=429), "post_queued", NOT_PROVEN, "429 until the limit"),
        (
            "recon_lifecycle",
            replaced(ANSWER % "completed" + ANSWER % "queued" + ANSWER % "failed"),
            "api_lifecycle",
            NOT_MET,
            "went completed → queued → failed",
        ),
        (
            "recon_lifecycle",
            replaced(ANSWER % "cancelled" + ANSWER % "completed"),
            "api_lifecycle",
            NOT_MET,
            "went cancelled → completed",
        ),
        (
            "recon_lifecycle",
            replaced((ANSWER % "completed").replace(RUN, "another")),
            "api_lifecycle",
            NOT_PROVEN,
            "no answer shows run",
        ),
        (
            "recon_lifecycle",
            replaced("2026-11-24T03:57:00.000Z - the connection was refused\n", outcome=TIMED_OUT),
            "api_lifecycle",
            NOT_PROVEN,
            "other answers: the connection was refused",
        ),
        ("recon_post", replaced("{}"), "api_lifecycle", NOT_PROVEN, "the POST gave no run id"),
        (
            "recon_post",
            lambda kept: replace(kept, exit_status=300),
            "api_lifecycle",
            NOT_PROVEN,
            "the POST gave no run id (it was answered 300)",
        ),
        (
            "recon_worker_log",
            lambda kept: replace(kept, outcome=FAILED, reason="the disk is full"),
            "worker_log",
            NOT_PROVEN,
            "the disk is full",
        ),
        ("recon_get", text('"completed"', '"running"'), "get_response", NOT_PROVEN, "shows no end"),
        ("recon_get", text(RUN, "another"), "get_response", NOT_PROVEN, "shows no end"),
        ("recon_worker_log", text(RUN, "another"), "worker_log", NOT_MET, "no line since the POST"),
        (
            "recon_worker_log",
            text("→", "took 0.39s to"),
            "worker_log",
            NOT_MET,
            f"no line since the POST is arq's own of run {RUN}, though 1 contain it",
        ),
        ("recon_worker_log", text("→", "?"), "worker_log", MET, "started, and completed"),
        ("recon_worker_log", text("→", "\\u2192"), "worker_log", MET, "started, and completed"),
        ("recon_worker_log", text("←", "⊘"), "worker_log", NOT_MET, "started, but aborted"),
        ("recon_worker_log", text("←", "!"), "worker_log", MET, "started, and failed"),
        ("recon_worker_log", text(f"← {JOB}", "← anotherjob"), "worker_log", NOT_MET, "no line ends it"),
        (
            "recon_worker_log",
            replaced("03:57:00: job 123, function 'reconcile_run' not found\n"),
            "worker_log",
            NOT_MET,
            "function 'reconcile_run' not found",
        ),
        (
            "recon_worker_log",
            lambda kept: replace(kept, started="2026-11-24T23:59:59.000Z"),
            "worker_log",
            NOT_MET,
            "no line since the POST",
        ),
    ],
)
def test_each_rule_from_its_failing_side(
    name: str, change: Change, rule: str, result: str, reason: str
) -> None:
    found = criterion(changed({name: change}), rule)
    assert found.result == result
    assert reason in found.reason


def test_neither_a_poll_nor_the_log_shows_it_running() -> None:
    found = criterion(
        changed(
            {
                "recon_lifecycle": replaced(ANSWER % "queued" + ANSWER % "completed"),
                "recon_worker_log": text(RUN, "another"),
            }
        ),
        "api_lifecycle",
    )
    assert found.result == NOT_PROVEN
    assert found.reason == f"neither a poll nor the worker's log shows run {RUN} running"


def test_the_lines_of_the_job_are_quoted() -> None:
    quoted = criterion(changed({}), "worker_log").detail.splitlines()
    assert ["→" in quoted[0], "←" in quoted[1], len(quoted)] == [True, True, 2]
    alone = criterion(changed({"recon_worker_log": text(f"← {JOB}", "← anotherjob")}), "worker_log")
    assert alone.detail.splitlines() == quoted[:1]


def test_no_more_than_ten_lines_that_are_not_the_workers_are_quoted() -> None:
    lines = "".join(f"{number} {RUN}\n" for number in range(12))
    found = criterion(changed({"recon_worker_log": replaced(lines)}), "worker_log")
    assert "though 12 contain it" in found.reason
    assert found.detail.splitlines() == [f"{number} {RUN}" for number in range(10)]


def as_other_apis_answer(kept: Step) -> Step:
    """Put what the API said of the run into an envelope and into other words."""
    words = {"queued": "PENDING", "running": "IN_PROGRESS", "completed": "SUCCEEDED"}
    text = kept.stdout.replace('"id":', '"run_id":')
    for ours, theirs in words.items():
        text = text.replace(f'"status":"{ours}"', f'"status":"{theirs}"')
    assert text != kept.stdout
    lines = [re.sub(r"\{.*\}", r'{"data":\g<0>,"status":"success"}', line) for line in text.splitlines()]
    return replace(kept, stdout="\n".join(lines), exit_status=kept.exit_status and 200)


def test_an_api_of_other_words_and_an_envelope_passes() -> None:
    names = ("recon_post", "recon_lifecycle", "recon_get")
    found = changed(dict.fromkeys(names, as_other_apis_answer))
    assert found.status == PASS
    assert f"the answer has id {RUN} and status PENDING" in criterion(found, "post_queued").reason
    assert "went queued → running → completed" in found.note


def test_another_driver_of_the_same_database_will_do() -> None:
    def other_driver(process: Running) -> Running:
        told = process.digests["DATABASE_URL"]
        return replace(process, digests={**process.digests, "DATABASE_URL": replace(told, value="other")})

    assert changed({"worker_environment": running(other_driver)}).status == PASS


def test_another_spelling_of_the_database_is_proven_by_the_run_alone() -> None:
    other = digests(DATABASE_URL=Digest(True, "1", "2"))
    found = changed({"worker_environment": other})
    assert found.status == PASS
    assert "spelled differently" in criterion(found, "same_database").reason
    without = changed({"worker_environment": other, "recon_worker_log": replaced("")})
    assert criterion(without, "same_database").result == NOT_MET


def test_the_same_redis_by_another_spelling_is_not_the_same_url() -> None:
    def spelling(process: Running) -> Running:
        told = process.digests["REDIS_URL"]
        return replace(process, digests={**process.digests, "REDIS_URL": replace(told, value="other")})

    found = criterion(changed({"backend_environment": running(spelling)}), "same_redis_url")
    assert found.result == NOT_MET
    assert "differ in password or spelling" in found.reason


def test_all_processes_of_all_hosts_count() -> None:
    backend = next(s for s in steps("pass") if s.name == "backend_environment")
    second = text('"RECON_RUNNER": "queue"', '"RECON_RUNNER": "background"')(replace(backend, host="b2"))
    found = judge(evidence(3, [*steps("pass"), second]), POLICY)
    assert criterion(found, "backend_runner").reason == (
        "the running backend was started with RECON_RUNNER=background and with RECON_RUNNER=queue, want queue"
    )
    again = replace(backend, host="b2")
    assert judge(evidence(3, [*steps("pass"), second, again]), POLICY).status == PASS


@pytest.mark.parametrize(
    ("name", "moment", "reason"),
    [
        ("recon_worker_log", {"started": "2026-11-24T23:00:00.000Z"}, "POST"),
        ("recon_worker_log", {"ended": "2026-11-24T00:00:00.000Z"}, "reading of the worker's log"),
        ("recon_get", {"ended": "2026-11-24T00:00:00.000Z"}, "end of the run in the API"),
    ],
)
def test_what_happened_in_another_order_proves_nothing(
    name: str, moment: dict[str, str], reason: str
) -> None:
    found = criterion(changed({name: lambda kept: replace(kept, **moment)}), "order")
    assert found.result == NOT_MET
    assert found.reason.startswith(reason)


def test_a_worker_that_started_after_the_post_is_out_of_order() -> None:
    late = running(lambda process: replace(process, started="2026-11-24T23:00:00.000Z"))
    assert criterion(changed({"worker_environment": late}), "order").result == NOT_MET


def test_what_was_left_out_is_not_proven() -> None:
    left_out = {"recon_post": lambda kept: replace(kept, outcome=NOT_RUN, reason="check mode", stdout="")}
    assert criterion(changed(left_out), "post_queued").result == NOT_PROVEN


def test_another_workers_log_counts_where_it_was_marked_in_time() -> None:
    log = next(s for s in steps("pass") if s.name == "recon_worker_log")
    empty = replace(log, host="worker-2", stdout="")
    found = [s for s in steps("pass") if s.name != "recon_worker_log"]
    assert judge(evidence(3, [*found, log, empty]), POLICY).status == PASS
    assert judge(evidence(3, [*found, empty]), POLICY).status == FAIL


def test_no_evidence_at_all() -> None:
    found = judge(evidence(3, []), POLICY)
    assert found.status == FAIL
    assert {c.result for c in found.criteria if c.id != "enabled"} == {NOT_PROVEN}
    assert judge(evidence(3, [step("redis_ping")]), POLICY).status == FAIL
