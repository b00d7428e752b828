# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""arq's own lines, as workers of two versions wrote them, joined by the job's id."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import arq_log
from tests.unit.captured import FIXTURES


def log(name: str) -> str:
    return (FIXTURES / "arq_log" / f"{name}.log").read_text("utf-8", "backslashreplace")


@pytest.mark.parametrize(
    ("file", "run_id", "ends"),
    [
        ("job_completed", "2943ab34-1276-4f85-86db-c8df7431fac8", ["completed"]),
        ("job_completed_0_26", None, ["completed"]),
        ("two_jobs", "bfb1fc2b-06b9-47fc-a7e1-8d5072b8f58e", ["completed"]),
        ("job_swallows_its_exception", "fb5b374b-a7bf-400d-a849-fe0d98e34521", ["completed"]),
        ("job_raises_with_traceback", None, ["failed"]),
        ("job_timeout", None, ["failed"]),
        ("job_aborted", "fa442b54-86b6-4cdf-965f-c4d08465817f", ["aborted"]),
        ("job_retried", "11f393a7-633d-47f0-aef1-963c95bc3780", ["retried", "retried", "completed"]),
        ("job_max_tries_exceeded", "fa442b54-86b6-4cdf-965f-c4d08465817f", ["retried", "failed"]),
        ("job_cut_off_by_sigterm", "4f076db0-5121-4b90-9143-5c2f18622acc", ["retried"]),
        ("job_retried_after_sigterm", "4f076db0-5121-4b90-9143-5c2f18622acc", ["completed"]),
        ("worker_killed_midway", "38e48592-5162-4229-8560-2ad02579525d", [None]),
        ("worker_after_kill", "38e48592-5162-4229-8560-2ad02579525d", []),
        ("worker_other_database", "242b97a9-d685-4ef1-8cf9-d06e647660f8", ["completed"]),
        ("function_not_found", "242b97a9-d685-4ef1-8cf9-d06e647660f8", []),
        ("worker_start_only", "242b97a9-d685-4ef1-8cf9-d06e647660f8", []),
    ],
)
def test_what_became_of_a_run(file: str, run_id: str | None, ends: list[str | None]) -> None:
    text = log(file)
    wanted = run_id or arq_log.attempts(text)[-1].start.arguments.strip("'")
    attempts = arq_log.attempts_for(text, wanted)
    assert [attempt.end and attempt.end.kind for attempt in attempts] == ends
    assert [a.finished for a in attempts] == [end in ("completed", "failed") for end in ends]


@pytest.mark.parametrize(
    ("number", "job", "ends"),
    [
        (10, "78bcd101bdad4b02b16d95c76d7aa773", ["completed"]),
        (12, "7dee90d0d7a947c5affaaeb26a5a08c0", ["failed"]),
        (15, "7aaf2d90a9e746ecb46d015ead172a01", ["completed"]),
        (17, "recon:00000000-0000-4000-8000-000000000017", ["completed"]),
        (18, "5290ffbf352d4a909e375845e523c661", ["aborted"]),
        (20, "77b95e026ab949ce84ea95627ad65d58", ["completed", "completed"]),
        (21, "f41812ad91af49c695a554ce2515b21f", ["retried", None]),
        (22, "df156c7e04f440599ba44f8416fef45d", [None]),
    ],
)
def test_many_jobs_at_once(number: int, job: str, ends: list[str | None]) -> None:
    attempts = arq_log.attempts_for(log("many_jobs"), f"00000000-0000-4000-8000-0000000000{number}")
    assert attempts[0].start.job == job
    assert [attempt.end and attempt.end.kind for attempt in attempts] == ends


def test_arguments_that_arq_has_cut_off_show_no_run() -> None:
    cut = "00000000-0000-4000-8000-000000000014"
    assert arq_log.attempts_for(log("many_jobs"), cut) == []
    assert any("…" in attempt.start.arguments for attempt in arq_log.attempts(log("many_jobs")))


@pytest.mark.parametrize("run_id", ["0000-4000", "00000000-0000-4000-8000-00000000001", ""])
def test_a_part_of_an_id_is_not_the_id(run_id: str) -> None:
    assert arq_log.attempts_for(log("many_jobs"), run_id) == []


@pytest.mark.parametrize(
    ("line", "kind", "detail"),
    [
        ("03:17:12: job expired-1 expired", "failed", "expired"),
        ("03:17:12: job c33f, function 'no_such' not found", "failed", "function not found"),
        ("03:17:12:   0.00s ← e21d:reconcile_caught ● ", "completed", ""),
        ("03:17:12:   0.00s ← e21d:reconcile_caught ●", "completed", ""),
        ("03:17:12:   0.00s ← e21d:reconcile ● {'a': ')'}\r", "completed", "{'a': ')'}"),
        ("03:17:12:   1.50s ⊘ 5290:reconcile_slow aborted before start", "aborted", "aborted before start"),
        ("worker-1 | INFO:  12.00s ! ab:f max retries 5 exceeded", "failed", "max retries 5 exceeded"),
    ],
)
def test_a_line(line: str, kind: str, detail: str) -> None:
    event = arq_log.events(line)[0]
    assert (event.kind, event.detail) == (kind, detail)


@pytest.mark.parametrize(
    "line",
    [
        "INFO sqlalchemy: UPDATE runs SET status='completed' WHERE id='38e48592-5162-4229-8560-2ad02579525d'",
        "reconciliation run 38e48592-5162-4229-8560-2ad02579525d started",
        "mismatch 0.10s → provider",
        "03:25:03: shutdown on SIGTERM ◆ 0 jobs complete ◆ 0 failed ◆ 0 retries ◆ 0 ongoing to cancel",
    ],
)
def test_what_an_application_says_itself_counts_for_nothing(line: str) -> None:
    assert arq_log.attempts(line) == []


@pytest.mark.parametrize(
    ("file", "connected"),
    [
        ("worker_start_only", True),
        ("redis_noauth", False),
        ("redis_wrong_password", False),
        ("no_redis", False),
    ],
)
def test_the_start(file: str, connected: bool) -> None:
    text = log(file)
    assert arq_log.says_start(text) is connected
    assert bool(arq_log.redis_line(text)) is connected
    assert (arq_log.start_of(text.split("\n")) == 0) if connected else arq_log.start_of([text]) is None


def test_the_last_start_is_the_one_and_trouble_with_connecting_belongs_to_it() -> None:
    trouble = log("redis_noauth").split("\n")[:2]
    connected = "03:26:36: redis connection successful"
    lines = [*log("worker_start_only").split("\n"), *trouble, connected, *log("job_completed").split("\n")]
    first = arq_log.start_of(lines)
    assert first is not None
    assert lines[first : first + 3] == [*trouble, connected]
    assert "Starting worker" in lines[first + 3]


RUNS = [f"5d1c7a52-9a1e-4c0b-8f52-0d6f3c1b7e9{number}" for number in range(3)]
FORMS = sorted(file.stem for file in (FIXTURES / "arq_log" / "forms").glob("*.log"))
# The job's own print cannot be written in ASCII.
ENDS = {"ascii": "failed"}
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "docker compose": lambda line: f"worker-1  | {line}",
    "docker's json-file": lambda line: json.dumps(
        {"log": f"{line}\n", "stream": "stderr", "time": "2026-11-29T07:03:27.123456789Z"}
    ),
    "docker logs --timestamps": lambda line: f"2026-11-29T07:03:27.123456789Z {line}",
    "journalctl, short": lambda line: f"Nov 29 07:03:27 stg-1 arq[4711]: {line}",
    "journalctl, short-iso": lambda line: f"2026-11-29T07:03:27+0000 stg-1 arq[4711]: {line}",
    "the kubelet's file": lambda line: f"2026-11-29T07:03:27.123456789Z stderr F {line}",
    "docker service logs": lambda line: f"worker.1.x7kq0v1@stg-1    | {line}",
    "foreman": lambda line: f"07:03:27 worker.1  | {line}",
    "pm2": lambda line: f"0|worker  | {line}",
    "syslog": lambda line: f"<14>Nov 29 07:03:27 stg-1 arq[4711]: {line}",
    "a terminal": lambda line: f"\x1b[36mworker-1  | \x1b[0m{line}",
}


def _ends(text: str, run_id: str) -> list[str | None]:
    found = arq_log.attempts_for(text, run_id)
    return [attempt.end and attempt.end.kind for attempt in found if attempt.start.job[:2].isdigit()]


@pytest.mark.parametrize("form", FORMS)
def test_a_run_in_every_form_that_a_worker_logs_in(form: str) -> None:
    text = log(f"forms/{form}")
    assert _ends(text, RUNS[0]) == [ENDS.get(form, "completed")]
    assert _ends(text, RUNS[1]) == ["failed"]
    assert _ends(text, RUNS[2]) == ["retried", "completed"]
    assert arq_log.says_start(text)
    assert "redis_version=7.2.4" in arq_log.redis_line(text)
    assert [event.detail for event in arq_log.events(text)].count("function not found") == 1


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("bare", "bracket", "uvicorn")])
def test_what_a_job_prints_in_the_same_form_is_not_the_workers(form: str) -> None:
    text = log(f"forms/{form}")
    assert any("provider:fetch" in line or form == "ascii" for line in text.splitlines())
    assert all(attempt.start.job[:2].isdigit() for attempt in arq_log.attempts(text))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_run_through_what_keeps_logs(form: str, wrapping: str) -> None:
    text = "\n".join(map(WRAPPINGS[wrapping], log(f"forms/{form}").splitlines()))
    assert _ends(text, RUNS[0]) == [ENDS.get(form, "completed")]
    assert _ends(text, RUNS[2]) == ["retried", "completed"]


ARQ = "  0.39s → 6df4:reconcile_run('38e48592-5162-4229-8560-2ad02579525d')"


@pytest.mark.parametrize(
    "line",
    [
        f"07:03:27:{ARQ}",
        f"2026-11-29 07:03:27.123 | INFO     | arq.worker:run_job:594 - {ARQ}",
        f"INFO [arq.worker] {ARQ}",
        f"psp-worker INFO {ARQ}",
        f"[2026-11-29 07:03:27 +0000] [12] [INFO] {ARQ}",
        f"worker.py:594 INFO MainThread {ARQ}",
        f'{{"message": "{ARQ}", "name": "psp-worker", "log": {{"logger": "arq.worker"}}}}',
        "INFO:arq.worker:0.39s → 6df4:reconcile_run('38e48592-5162-4229-8560-2ad02579525d')",
    ],
)
def test_a_start_behind_a_formatters_prefix(line: str) -> None:
    assert [attempt.start.job for attempt in arq_log.attempts(line)] == ["6df4"]


@pytest.mark.parametrize(
    "line",
    [
        f"the worker said:{ARQ}",
        f"07:03:27: the worker said:{ARQ}",
        f"2026-11-29 07:03:27 INFO app.jobs:{ARQ}",
        f'{{"event": "{ARQ}", "logger": "app.jobs"}}',
        f'{{"event": "job", "seen": "{ARQ}"}}',
        f'{{"message": "the worker said: {ARQ}"}}',
        f'level=info msg="the worker said: {ARQ}"',
        f"[info     ] {ARQ} [app.jobs]",
        "0.39s → 6df4:reconcile_run('38e48592-5162-4229-8560-2ad02579525d')",
        "INFO: 0.39s → 6df4:reconcile_run('38e48592-5162-4229-8560-2ad02579525d')",
        f'{{"event": "{ARQ}',
    ],
)
def test_a_sentence_that_quotes_a_start_is_none(line: str) -> None:
    assert arq_log.attempts(line) == []


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        ("ab:f('a:g ? b')", "started"),
        ("ab:f ? 'x:g(1)'", "completed"),
        ("ab:f ? ", "completed"),
        ("ab:f retrying job in 0.10s", "retried"),
        ("ab:f cancelled, will be run again", "retried"),
        ("ab:f aborted", "aborted"),
        ("ab:f aborted before start", "aborted"),
    ],
)
def test_a_lost_mark_is_told_by_what_follows_it(rest: str, kind: str) -> None:
    event = arq_log.events(f"07:03:27:   0.00s ? {rest}")[0]
    assert (event.kind, event.job) == (kind, "ab")


@pytest.mark.parametrize("rest", ["what now", "ab:f", "ab:f failed, ValueError: x"])
def test_a_question_is_no_mark(rest: str) -> None:
    assert arq_log.events(f"07:03:27:   0.00s ? {rest}") == []
