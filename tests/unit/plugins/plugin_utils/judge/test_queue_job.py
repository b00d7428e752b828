# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job, as the API, the log and arq's record have it; what Redis is; how old the processes' code is."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import arq_record, environment_report
from ansible_collections.psp.rc_closure.plugins.module_utils._text.arq_record import Record
from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import Code
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    PASS,
    Verdict,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_3 import judge
from tests.unit.captured import FIXTURES, evidence, step

POLICY = {"environment": "staging", "runner": "queue", "require_completed": False}
RUN, JOB = "9cc35819-77aa-43aa-a760-ba96228490ba", "e2fe669d06cd45e59ac3d423c9b386f5"
RESULT = Record(
    key=f"arq:result:{JOB}",
    function="reconcile_run",
    arguments=f'[["{RUN}"], {{}}]',
    queue="arq:queue",
    attempt=1,
    enqueued="2026-11-24T03:55:19.240Z",
    started="2026-11-24T03:55:19.343Z",
    finished="2026-11-24T03:55:19.679Z",
    success=True,
    result="230",
)
BEGUN = replace(
    RESULT, key=f"arq:job:{JOB}", queue="", attempt=None, started="", finished="", success=None, result=""
)


def records(*found: Record, **more: t.Any) -> Step:
    moments = {"started": "2026-11-24T03:55:19.800Z", "ended": "2026-11-24T03:55:19.810Z"}
    return step("recon_records", stdout=arq_record.render(found), **{**moments, **more})


def judged(*more: Step, change: t.Callable[[Step], Step] = lambda same: same) -> Verdict:
    kept = json.loads((FIXTURES / "package_3" / "pass.json").read_text("utf-8"))
    return judge(evidence(3, [*(change(Step.from_dict(one)) for one in kept), *more]), POLICY)


def found(verdict: Verdict, rule: str) -> tuple[str, str]:
    return next((c.result, c.reason) for c in verdict.criteria if c.id == rule)


def log(old: str, new: str) -> t.Callable[[Step], Step]:
    def change(kept: Step) -> Step:
        if kept.name != "recon_worker_log":
            return kept
        assert old in kept.stdout
        return replace(kept, stdout=kept.stdout.replace(old, new))

    return change


def test_a_record_that_agrees_is_told() -> None:
    verdict = judged(records(BEGUN, RESULT))
    assert verdict.status == PASS
    shown = next(c.steps for c in verdict.criteria if c.id == "job_record")
    assert shown == ("recon_lifecycle", "recon_worker_log", "recon_records")
    assert found(verdict, "job_record") == (
        MET,
        f'arq\'s record of job {JOB} in arq:queue is reconcile_run of [["{RUN}"], {{}}], with success: '
        "enqueued 2026-11-24T03:55:19.240Z, started 2026-11-24T03:55:19.343Z, "
        "finished 2026-11-24T03:55:19.679Z",
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (replace(RESULT, before=True), f"of job {JOB} of run {RUN} was there before the POST"),
        (replace(BEGUN, before=True), "was there before the POST"),
        (replace(RESULT, key="arq:result:0bad"), f"is of none of the jobs that the log has of it: {JOB}"),
        (replace(RESULT, success=False), "says success=False, and the worker's log completed"),
        (replace(RESULT, enqueued="2026-11-24T03:55:17.200Z"), "has other times (enqueued 2026"),
        (
            replace(RESULT, finished="2026-11-24T03:55:21.900Z"),
            "than from the POST at 2026-11-24T03:55:19.231Z",
        ),
        (replace(RESULT, finished="2026-11-24T03:55:17.300Z"), "has other times"),
    ],
)
def test_a_record_that_contradicts_is_not_proven(record: Record, reason: str) -> None:
    result, why = found(judged(records(record)), "job_record")
    assert (result, reason in why) == (NOT_PROVEN, True)


def test_records_that_are_none_prove_nothing() -> None:
    kept = replace(records(), stdout='{"job": "x"}\n')
    result, why = found(judged(kept), "job_record")
    assert result == NOT_PROVEN
    assert why.startswith("recon_records: these are no records: ")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-24T03:55:17.231Z",
        "2026-11-24T03:55:17.300Z",
        "2026-11-24T03:55:20.900Z",
        "2026-11-24T03:55:21.343Z",
    ],
)
def test_clocks_may_differ_a_little(moment: str) -> None:
    assert found(judged(records(replace(RESULT, enqueued=moment))), "job_record")[0] == MET


def test_a_record_from_before_contradicts_though_it_cannot_be_decoded() -> None:
    told = Record(RESULT.key, unreadable="ValueError: it is neither a pickle nor JSON", before=True)
    assert found(judged(records(told)), "job_record") == (
        NOT_PROVEN,
        f"arq's record of job {JOB} of run {RUN} was there before the POST",
    )


@pytest.mark.parametrize(
    ("enqueued", "finished", "result"),
    [
        ("2026-11-24T03:55:17.230Z", "2026-11-24T03:55:19.679Z", NOT_PROVEN),
        ("2026-11-24T03:55:21.344Z", "2026-11-24T03:55:21.810Z", NOT_PROVEN),
        ("2026-11-24T03:55:19.240Z", "2026-11-24T03:55:21.810Z", MET),
        ("2026-11-24T03:55:19.240Z", "2026-11-24T03:55:21.811Z", NOT_PROVEN),
    ],
)
def test_and_no_more_than_that(enqueued: str, finished: str, result: str) -> None:
    told = replace(RESULT, enqueued=enqueued, finished=finished)
    assert found(judged(records(told)), "job_record")[0] == result


def test_another_job_about_the_run_is_not_the_run() -> None:
    other = replace(RESULT, key="arq:result:mail", function="send_mail", success=False)
    assert found(judged(records(RESULT, other)), "job_record")[0] == MET


@pytest.mark.parametrize(
    "other",
    [
        replace(BEGUN, key="arq:job:0bad", function="notify_run"),
        replace(RESULT, key="arq:result:0bad", before=True),
    ],
)
def test_another_job_alone_that_waits_or_was_there_before_contradicts_nothing(other: Record) -> None:
    verdict = judged(records(other))
    assert (verdict.status, found(verdict, "job_record")[0]) == (PASS, MET)
    assert "no more was seen: Redis kept no" in found(verdict, "job_record")[1]


def test_completed_in_the_api_and_failed_in_the_log_is_not_proven() -> None:
    failed = log(
        "← e2fe669d06cd45e59ac3d423c9b386f5:reconcile_run ● 230", f"! {JOB}:reconcile_run failed, E: "
    )
    assert found(judged(records(replace(RESULT, success=False)), change=failed), "job_record") == (
        NOT_PROVEN,
        f"the API shows run {RUN} completed, and the worker's log its job {JOB} failed",
    )


def test_a_run_that_failed_has_a_record_of_that() -> None:
    def change(kept: Step) -> Step:
        stdout = kept.stdout.replace('"completed"', '"failed"').replace(f"← {JOB}", f"! {JOB}")
        return replace(kept, stdout=stdout)

    result, why = found(judged(records(replace(RESULT, success=False)), change=change), "job_record")
    assert result == MET
    assert ", with failure: enqueued 2026" in why


def test_without_an_end_in_the_log_nothing_is_agreed_on() -> None:
    gone = log(" ● 230", "")
    assert found(judged(records(RESULT), change=gone), "job_record")[0] == MET
    verdict = judged(records(RESULT), change=log("0.34s ←", "0.34s"))
    assert found(verdict, "job_record") == (NOT_PROVEN, f"the worker's log has no end of a job of run {RUN}")


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "arq's records were not looked at"),
        ([records()], "Redis kept no record of it"),
        ([records(BEGUN)], f"Redis kept no result of job {JOB}"),
        (
            [records(Record(RESULT.key, unreadable="ValueError: it is neither a pickle nor JSON"))],
            "cannot be decoded (ValueError: it is neither",
        ),
        ([records(outcome=FAILED, reason="ResponseError: no SCAN")], "ResponseError: no SCAN"),
        ([step("recon_records_before", outcome=FAILED, reason="no REDIS_URL")], "no REDIS_URL"),
    ],
)
def test_where_no_record_is_seen_the_log_counts_and_that_is_said(steps: list[Step], why: str) -> None:
    verdict = judged(*steps)
    result, reason = found(verdict, "job_record")
    assert (verdict.status, result) == (PASS, MET)
    assert reason.startswith(f"API and log agree on job {JOB}; no more was seen: ")
    assert why in reason
    assert next(c.not_excluded for c in verdict.criteria if c.id == "job_record")


def test_records_that_are_none() -> None:
    assert found(judged(replace(records(), stdout="{}\n")), "job_record")[0] == NOT_PROVEN


INFO = "redis_version:7\nrole:master\nloading:0\naof_enabled:0\n"


@pytest.mark.parametrize(
    ("info", "config", "result", "reason"),
    [
        (INFO, "", MET, "it saves nothing: what is queued ends with it"),
        (INFO, "save\n3600 1 300 100\ndefault\n", MET, "it saves by snapshots (3600 1 300 100)"),
        (INFO, "save\n\ndefault\n", MET, "it saves nothing"),
        (INFO.replace("aof_enabled:0", "aof_enabled:1"), "", MET, "it saves by its append-only file"),
        (INFO.replace("master", "slave"), "", NOT_MET, "its role is slave, loading=0"),
        (INFO.replace("loading:0", "loading:1"), "", NOT_MET, "its role is master, loading=1"),
        ("redis_version:7\n", "", MET, "a job went through it; INFO does not show how it saves"),
    ],
)
def test_what_redis_is(info: str, config: str, result: str, reason: str) -> None:
    config = f"maxmemory-policy\nnoeviction\n{config}"
    verdict = judged(step("redis_info", stdout=info), step("redis_config", stdout=config))
    assert found(verdict, "redis_serves")[0] == result
    assert reason in found(verdict, "redis_serves")[1]


def test_a_redis_of_which_nothing_is_known() -> None:
    forbidden = step("redis_info", stderr="NoPermissionError\n", exit_status=1)
    verdict = judged(forbidden, change=log("→", "-"))
    assert found(verdict, "redis_serves") == (NOT_PROVEN, "INFO does not show its role")


def code(service: str, given: Code | None) -> t.Callable[[Step], Step]:
    """Return what gives a service's processes this code."""

    def change(kept: Step) -> Step:
        if kept.name != f"{service}_environment":
            return kept
        processes = [replace(one, code=given) for one in environment_report.parse(kept.stdout)]
        return replace(kept, stdout=environment_report.render(processes))

    return change


@pytest.mark.parametrize("service", ["worker", "backend"])
@pytest.mark.parametrize(
    ("given", "result", "reason"),
    [
        (
            Code("/app/a.py", "2026-11-24T03:50:00.000Z"),
            MET,
            "after the newest file of their code, of 2026-11-24",
        ),
        (Code("/app/a.py", "2026-11-24T03:54:58.000Z"), NOT_PROVEN, "before /app/a.py was put there at 2026"),
        (
            Code("/app/a.py", "2026-11-24T03:54:58.000Z"),
            NOT_PROVEN,
            "links were changed): it may run older code",
        ),
        (
            Code("/app/a.py", "2026-11-24T03:50:09.999Z", loaded="2026-11-24T03:50:00.000Z"),
            MET,
            "of 2026-11-24",
        ),
        (
            Code("/app/a.py", "2026-11-24T03:50:10.000Z", loaded="2026-11-24T03:50:00.000Z"),
            MET,
            "of 2026-11-24",
        ),
        (
            Code("/app/a.py", "2026-11-24T03:50:10.001Z", loaded="2026-11-24T03:50:00.000Z"),
            NOT_PROVEN,
            "or what it was forked from, was started at 2026-11-24T03:50:00.000Z, before /app/a.py",
        ),
        (Code(unseen="there is no source file"), NOT_PROVEN, ": there is no source file"),
        (None, NOT_PROVEN, ": was not looked at"),
    ],
)
def test_the_age_of_the_code(service: str, given: Code | None, result: str, reason: str) -> None:
    have, why = found(judged(change=code(service, given)), "deployed_code")
    assert (have, reason in why) == (result, True)


@pytest.mark.parametrize("service", ["worker", "backend"])
def test_without_a_process_nothing_is_known_of_its_code(service: str) -> None:
    def gone(kept: Step) -> Step:
        return replace(kept, stdout="[]\n") if kept.name == f"{service}_environment" else kept

    assert found(judged(change=gone), "deployed_code") == (NOT_PROVEN, f"no {service} process is running")
