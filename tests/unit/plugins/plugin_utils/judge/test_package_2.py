# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-2's rules, each from both its sides, on what backend, backfill, yarn and log really say."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    FAILED,
    FILE,
    HTTP,
    LOG,
    NOT_RUN,
    SQL,
    TIMED_OUT,
    Evidence,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import (
    environment_report,
    psql_text,
    row_content,
    webhook_log,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import Running
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import MET, NOT_MET, NOT_PROVEN
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_2 import RULES, judge
from tests.unit.captured import FIXTURES, NOW, captured, evidence, read_case, step

FLAGS = (
    "ledger_shadow_write",
    "ledger_balance_mismatch_log",
    "webhook_signature_enforced",
    "ledger_enforce_balance",
)
POLICY = {
    "flags": [{"name": f, "variable": f.upper(), "pointer": f"/{f}"} for f in FLAGS],
    "spec": "tests/finance-withdrawals-smoke.spec.ts",
    "code": "WEBHOOK_SIGNATURE_INVALID",
    "minimum_requests": 30,
    "spike": {"p_value": 0.01, "floor": 5, "rate_ratio": 3.0, "share": 0.05},
}
LEFT_OUT = "left out, for the dry run wrote: what the real run would do is not known"


def _running(*off: str, **more: t.Any) -> Step:
    """What the running process tells, some of the flags off."""
    told = json.dumps({**{flag: flag not in off for flag in FLAGS}, "recon_runner": "queue"})
    return step("flags_running", **{"kind": HTTP, "exit_status": 200, "stdout": told, **more})


def _file(value: str = "True") -> Step:
    lines = "".join(f"{flag.upper()}={value}\n" for flag in FLAGS)
    return step("flags_file", kind=FILE, exit_status=None, stdout=lines, command="/etc/psp/backend.env")


def _processes(*values: str | None, host: str = "backend") -> Step:
    """What each process of the backend was started with, all flags alike; None for without."""
    shown = [
        Running(pid, NOW, "uvicorn", "/app", {flag.upper(): value for flag in FLAGS}, {})
        for pid, value in enumerate(values, 41)
    ]
    report = environment_report.render(shown)
    return step("flags_processes", kind=FILE, exit_status=None, stdout=report, host=host)


def _code(*named: str) -> Step:
    """What grep -o finds of the flags."""
    found = "".join(f"/app/app/settings.py:{name}\n" for name in named)
    return step("flags_code", stdout=found, directory="/app")


def _rows(name: str, with_balance: int = 860) -> Step:
    table = f" wallets | with_balance\n---------+--------------\n 1200    | {with_balance:<13}\n(1 row)\n"
    return step(f"backfill_rows_{name}", kind=SQL, stdout=table)


def _content(name: str, digest: str = "d0ca", changed: int | None = 0, of_run: int | None = 0) -> Step:
    """A look at the rows, as the collector keeps it."""
    head = ["relation", "rows", "digest", "changed", "of_run", "snapshot"]
    table = psql_text.table(head, [["wallets", 1200, digest, changed, of_run, "1150:1150:"]])
    return step(f"backfill_content_{name}", kind=SQL, stdout=table)


def _sessions(run: str, *, read_only: bool, transactions: int = 0) -> Step:
    seen = row_content.Sessions(1, read_only, transactions, 0)
    return step(f"backfill_{run}_sessions", kind=SQL, stdout=row_content.sessions_table(seen))


def _run(name: str, file: str, **more: t.Any) -> Step:
    return captured(f"backfill_{name}", f"backfill/{file}", **more)


def _log(name: str, file: str) -> Step:
    return captured(f"webhook_{name}", f"webhook/{file}", kind=LOG)


def _webhooks(case: str) -> dict[str, Step | None]:
    """All that one run of the twin showed of its webhooks."""
    refused = FIXTURES / f"webhook/{case}_probe_log.txt"
    return {
        "webhook_baseline": _log("baseline", f"{case}_baseline"),
        "webhook_window": _log("window", f"{case}_window"),
        "webhook_probe": captured("webhook_probe", f"webhook/{case}_probe", kind=HTTP),
        "webhook_probe_log": _log("probe_log", f"{case}_probe_log") if refused.exists() else None,
    }


def _window(requests: int, invalid: int, refused: int | None = None, **head: t.Any) -> Step:
    """Counts of one interval, as the collector renders them."""
    count = webhook_log.Count(requests, requests, invalid if refused is None else refused, invalid)
    text = webhook_log.render(
        webhook_log.Tally(intervals={1795488720: count}, lines=requests),
        {"source": "/var/log/psp/access.log", "enforced": requests},
    )
    first, rest = text.split("\n", 1)
    return step(
        "webhook_window",
        kind=LOG,
        exit_status=None,
        stdout=json.dumps({**json.loads(first), **head}) + f"\n{rest}",
    )


def _baseline(requests: int, invalid: int) -> Step:
    return step("webhook_baseline", kind=LOG, exit_status=None, stdout=_window(requests, invalid).stdout)


def _steps(**other: Step | None) -> Evidence:
    """The evidence of a good run, with some steps exchanged or, by None, taken away."""
    steps: dict[str, Step | None] = {
        "flags_file": _file(),
        "flags_running": _running(),
        "flags_processes": _processes("True", "True"),
        "backfill_rows_before": _rows("before"),
        "backfill_content_before": _content("before", changed=None, of_run=None),
        "backfill_dry_run": _run("dry_run", "dry_run"),
        "backfill_dry_run_sessions": _sessions("dry_run", read_only=True),
        "backfill_rows_after_dry_run": _rows("after_dry_run"),
        "backfill_content_after_dry_run": _content("after_dry_run"),
        "backfill_real_run": _run("real_run", "run"),
        "backfill_real_run_sessions": _sessions("real_run", read_only=False, transactions=2),
        "backfill_rows_after": _rows("after", 1200),
        "backfill_content_after": _content("after", "9bd6", 340, 340),
        "backfill_second_dry_run": _run("second_dry_run", "dry_run_after"),
        **_smoke("all_passed"),
        **_webhooks("pass"),
    }
    return evidence(2, {**steps, **other}.values())


def _smoke(case: str, **more: t.Any) -> dict[str, Step | None]:
    """What Playwright printed, and the report that it wrote then, if it did."""
    file = FIXTURES / "playwright" / f"{case}.json"
    if not file.exists():
        none = step("e2e_report", kind=FILE, exit_status=None, outcome=FAILED, reason="no JSON report")
        return {"e2e_smoke": captured("e2e_smoke", f"playwright/{case}"), "e2e_report": none}
    text = file.read_text("utf-8")
    began = json.loads(text)["stats"]["startTime"]
    times = {"started": began.replace("2026", "2025"), "ended": began.replace("2026", "2027"), **more}
    return {
        "e2e_smoke": captured("e2e_smoke", f"playwright/{case}", **times),
        "e2e_report": step("e2e_report", kind=FILE, exit_status=None, stdout=text),
    }


def _e2e(case: str, **more: t.Any) -> Evidence:
    return _steps(**_smoke(case, **more))


def test_a_good_run_passes_and_says_by_what() -> None:
    verdict = judge(_steps(), POLICY)
    assert verdict.note == (
        "All 4 flags are True in the running process, the backfill wrote 340 of 1200 rows as its dry run "
        "announced (340), the E2E smoke has 3 passed, and there is no 401 spike (0 of 33 webhooks)."
    )
    assert verdict.status == "PASS"
    assert {c.result for c in verdict.criteria} == {MET}
    assert all(c.steps for c in verdict.criteria)
    spec = next(c for c in verdict.criteria if c.id == "e2e_spec")
    assert spec.reason == f"only {POLICY['spec']} ran"


GOOD: list[tuple[str, Evidence, str, str]] = [
    (
        "a second closure, with nothing left to backfill",
        _steps(
            backfill_dry_run=_run("dry_run", "dry_run_after"),
            backfill_real_run=_run("real_run", "dry_run_after"),
            backfill_rows_before=_rows("before", 1200),
            backfill_rows_after_dry_run=_rows("after_dry_run", 1200),
            backfill_content_after=_content("after"),
        ),
        "real_run_as_announced",
        "0 rows, as the dry run announced",
    ),
    (
        "the other vocabulary, on stderr",
        _steps(
            backfill_dry_run=_run("dry_run", "dry_run_other_words"),
            backfill_real_run=_run("real_run", "run_other_words"),
            backfill_second_dry_run=_run("second_dry_run", "dry_run_after_other_words"),
        ),
        "real_run_ok",
        "scanned=1200 created=340 skipped_exists=860 updated_forced=0 errors=0",
    ),
    (
        "no word for errors, but every row is in another count",
        _steps(backfill_real_run=step("backfill_real_run", stdout="processed=1200 updated=340 skipped=860")),
        "real_run_ok",
        "processed=1200 updated=340 skipped=860",
    ),
    (
        "flags printed by a command",
        _steps(flags_running=step("flags_running", stdout=_file("true").stdout)),
        "flags_set",
        "are True in the running process that answers and in the environment of every process (2)",
    ),
    (
        "an application that reads its flags elsewhere",
        _steps(flags_processes=_processes(None, None), flags_file=None),
        "flags_set",
        "that answers (the environment of none of 2 processes shows LEDGER_SHADOW_WRITE, ",
    ),
    (
        "a flag that no code names, whatever other words have it in them",
        _steps(
            flags_code=_code("ledger_shadow_write", "LEDGER_BALANCE_MISMATCH_LOG", "ledger_enforce_balance")
        ),
        "flags_set",
        "in the environment of every process (2); no code below /app names webhook_signature_enforced",
    ),
    ("groups of tests", _e2e("described"), "e2e_passes", "3 passed"),
    ("the only shard", _e2e("shard"), "e2e_passes", "3 passed"),
    (
        "a project that logs in",
        _e2e("setup_project"),
        "e2e_spec",
        "ran, with auth.setup.ts of the project setup",
    ),
    (
        "two refused webhooks after none are no spike",
        _steps(webhook_window=_window(40, 2), webhook_baseline=_baseline(400, 0)),
        "no_spike",
        "no: 2 of 40 webhooks since, 0 of 400 before",
    ),
    (
        "as many as ever, on more traffic",
        _steps(webhook_window=_window(4000, 120), webhook_baseline=_baseline(400, 12)),
        "no_spike",
        "no: 120 of 4000 webhooks since, 12 of 400 before",
    ),
    (
        "no log before the flags",
        _steps(webhook_baseline=step("webhook_baseline", kind=LOG, outcome=FAILED, reason="it is not there")),
        "no_spike",
        "no: 0 of 33 webhooks since, 0 of 0 before (what was before was not read: it is not there)",
    ),
]


@pytest.mark.parametrize(("kept", "rule", "reason"), [case[1:] for case in GOOD], ids=[c[0] for c in GOOD])
def test_passes(kept: Evidence, rule: str, reason: str) -> None:
    verdict = judge(kept, POLICY)
    assert verdict.status == "PASS", verdict.note
    assert reason in {c.id: c.reason for c in verdict.criteria}[rule]


BAD: list[tuple[str, Evidence, str, str, str]] = [
    (
        "flags in the file only",
        _steps(flags_running=_running(*FLAGS), **_webhooks("not_restarted")),
        "flags_set",
        NOT_MET,
        "ledger_shadow_write is False, ledger_balance_mismatch_log is False, webhook_signature_enforced is "
        "False, ledger_enforce_balance is False in the running process; ledger_shadow_write, "
        "ledger_balance_mismatch_log, webhook_signature_enforced, ledger_enforce_balance True in the file "
        "but not in the process",
    ),
    (
        "an older process beside the one that answers",
        _steps(flags_processes=_processes("True", "False")),
        "flags_set",
        NOT_MET,
        "process 42 was started with LEDGER_SHADOW_WRITE=False",
    ),
    (
        "another host's backend that was not restarted",
        evidence(2, [*_steps().steps, _running("ledger_enforce_balance", host="backend-2")]),
        "flags_set",
        NOT_MET,
        "ledger_enforce_balance is False in the running process",
    ),
    (
        "another host's process of the same number",
        evidence(
            2,
            [
                *(one for one in _steps().steps if one.name != "flags_processes"),
                _processes("False", host="backend-1"),
                _processes("True", host="backend-2"),
            ],
        ),
        "flags_set",
        NOT_MET,
        "process 41 was started with LEDGER_SHADOW_WRITE=False",
    ),
    (
        "another host's process of the same number, started without them",
        evidence(
            2,
            [
                *(one for one in _steps().steps if one.name != "flags_processes"),
                _processes(None, host="backend-1"),
                _processes("True", host="backend-2"),
            ],
        ),
        "flags_set",
        NOT_PROVEN,
        "process 41 was started without LEDGER_SHADOW_WRITE",
    ),
    (
        "a process that was started without them",
        _steps(flags_processes=_processes("True", None)),
        "flags_set",
        NOT_PROVEN,
        "process 42 was started without LEDGER_SHADOW_WRITE",
    ),
    (
        "a command's answer, and processes that show nothing",
        _steps(
            flags_running=step("flags_running", stdout=_file("true").stdout), flags_processes=_processes(None)
        ),
        "flags_set",
        NOT_PROVEN,
        "process 41 was started without LEDGER_SHADOW_WRITE",
    ),
    (
        "no process",
        _steps(flags_processes=_processes()),
        "flags_set",
        NOT_PROVEN,
        "no process of the backend is running where it was looked for",
    ),
    (
        "processes that nobody looked at",
        _steps(flags_processes=None),
        "flags_set",
        NOT_PROVEN,
        "no step flags_processes was kept",
    ),
    (
        "a file that says it twice",
        _steps(
            flags_file=step(
                "flags_file", stdout="LEDGER_SHADOW_WRITE=True\nexport LEDGER_SHADOW_WRITE='no'\n"
            )
        ),
        "flags_set",
        NOT_PROVEN,
        "the environment file sets LEDGER_SHADOW_WRITE more than once: True, no",
    ),
    (
        "a file that sets it back",
        _steps(flags_file=_file("False")),
        "flags_set",
        NOT_PROVEN,
        "the environment file sets LEDGER_SHADOW_WRITE=False, which a restart brings back",
    ),
    (
        "an answer that says it twice",
        _steps(flags_running=_running(stdout=_running().stdout[:-1] + ', "ledger_shadow_write": true}')),
        "flags_shown",
        NOT_PROVEN,
        "does not report ledger_shadow_write, or not clearly",
    ),
    (
        "one flag off everywhere",
        _steps(flags_running=_running("ledger_enforce_balance"), flags_file=_file("False")),
        "flags_set",
        NOT_MET,
        "ledger_enforce_balance is False in the running process",
    ),
    (
        "the flags could not be set",
        _steps(
            flags_running=_running("ledger_enforce_balance"),
            queue_enablement=step(
                "queue_enablement", kind=FILE, outcome=FAILED, reason="Restart the backend: no such program"
            ),
        ),
        "flags_set",
        NOT_MET,
        "; Restart the backend: no such program",
    ),
    (
        "a flag that the process does not know",
        _steps(flags_running=_running(stdout='{"ledger_shadow_write": true}')),
        "flags_shown",
        NOT_PROVEN,
        "does not report ledger_balance_mismatch_log, webhook_signature_enforced, ledger_enforce_balance",
    ),
    (
        "some flags told, some not",
        _steps(flags_running=_running(stdout='{"ledger_shadow_write": true}')),
        "flags_set",
        NOT_PROVEN,
        "the running process does not report ledger_balance_mismatch_log, ",
    ),
    (
        "a token that is refused",
        _steps(flags_running=_running(exit_status=401, stdout="{}", stderr="HTTP/1.1 401 Unauthorized")),
        "flags_set",
        NOT_PROVEN,
        "flags_running: status 401: HTTP/1.1 401 Unauthorized",
    ),
    (
        "a backend that is down",
        _steps(
            flags_running=_running(outcome=FAILED, exit_status=None, reason="backend refused the connection")
        ),
        "flags_set",
        NOT_PROVEN,
        "backend refused the connection",
    ),
    (
        "a real run that wrote less than it says",
        _steps(backfill_rows_after=_rows("after", 1100)),
        "real_run_in_database",
        NOT_MET,
        "it says that it wrote 340 rows, and the database went from wallets=1200 with_balance=860 to",
    ),
    (
        "a real run that wrote nothing, and there was something to do",
        _steps(
            backfill_real_run=step("backfill_real_run", stdout="processed=0 updated=0"),
            backfill_rows_after=_rows("after", 860),
        ),
        "real_run_in_database",
        NOT_PROVEN,
        "to wallets=1200 with_balance=860, which does not show that all is done",
    ),
    (
        "a real run after which nobody counted",
        _steps(backfill_rows_after=None),
        "real_run_in_database",
        NOT_PROVEN,
        "no step backfill_rows_after was kept",
    ),
    (
        "a flag without effect",
        _steps(webhook_probe=captured("webhook_probe", "webhook/not_restarted_probe", kind=HTTP)),
        "signature_enforced",
        NOT_MET,
        "POST {} without a signature is answered 422, not 401 WEBHOOK_SIGNATURE_INVALID",
    ),
    (
        "a probe that breaks the backend",
        _steps(webhook_probe=step("webhook_probe", kind=HTTP, exit_status=502)),
        "signature_enforced",
        NOT_PROVEN,
        "POST {} without a signature is answered 502",
    ),
    (
        "a 401 for another reason",
        _steps(
            webhook_probe=step("webhook_probe", kind=HTTP, exit_status=401, stdout='{"code":"UNAUTHORIZED"}')
        ),
        "signature_enforced",
        NOT_MET,
        "is answered 401, not 401 WEBHOOK_SIGNATURE_INVALID",
    ),
    (
        "a silent dry run",
        _steps(backfill_dry_run=_run("dry_run", "dry_run_silent")),
        "dry_run_ok",
        NOT_PROVEN,
        "it printed no summary of its rows",
    ),
    (
        "a silent real run",
        _steps(backfill_real_run=_run("real_run", "run_silent")),
        "real_run_ok",
        NOT_PROVEN,
        "it printed no summary of its rows",
    ),
    (
        "row errors while the status is 0",
        _steps(
            backfill_dry_run=_run("dry_run", "dry_run_row_errors"),
            backfill_real_run=_run("real_run", "run_row_errors"),
        ),
        "dry_run_ok",
        NOT_MET,
        "status 0, but 2 errors: processed=1200 updated=338 skipped=860 errors=2",
    ),
    (
        "rows that failed, counted beside the others",
        _steps(
            backfill_real_run=step(
                "backfill_real_run", stdout="processed=1200 updated=340 skipped=860 failed=2"
            )
        ),
        "real_run_ok",
        NOT_MET,
        "status 0, but 2 errors: processed=1200 updated=340 skipped=860 failed=2",
    ),
    (
        "row errors in the real run alone",
        _steps(
            backfill_real_run=_run("real_run", "run_row_errors"),
            backfill_second_dry_run=_run("second_dry_run", "dry_run_after_row_errors"),
        ),
        "real_run_ok",
        NOT_MET,
        "status 0, but 2 errors",
    ),
    (
        "a real run that wrote less than announced",
        _steps(backfill_real_run=_run("real_run", "run_row_errors")),
        "real_run_as_announced",
        NOT_MET,
        "the dry run announced 340 rows, the real run wrote 338",
    ),
    (
        "a real run that commits nothing",
        _steps(backfill_second_dry_run=_run("second_dry_run", "dry_run_after_nothing_committed")),
        "nothing_left",
        NOT_MET,
        "after the real run, a dry run still finds 340 rows",
    ),
    (
        "a second dry run that fails",
        _steps(backfill_second_dry_run=_run("second_dry_run", "dry_run_row_errors")),
        "nothing_left",
        NOT_MET,
        "status 0, but 2 errors",
    ),
    (
        "a dry run that writes",
        _steps(
            backfill_dry_run_sessions=_sessions("dry_run", read_only=False),
            backfill_rows_after_dry_run=_rows("after_dry_run", 1200),
            backfill_real_run=step("backfill_real_run", exit_status=None, outcome=NOT_RUN, reason=LEFT_OUT),
            backfill_second_dry_run=None,
        ),
        "dry_run_is_dry",
        NOT_MET,
        "the dry run wrote: wallets=1200 with_balance=860 before it, wallets=1200 with_balance=1200 after it",
    ),
    (
        "a real run that is left out",
        _steps(
            backfill_real_run=step("backfill_real_run", exit_status=None, outcome=NOT_RUN, reason=LEFT_OUT)
        ),
        "real_run_ok",
        NOT_PROVEN,
        LEFT_OUT,
    ),
    (
        "rows that cannot be counted",
        _steps(
            backfill_rows_before=step(
                "backfill_rows_before",
                kind=SQL,
                exit_status=1,
                stderr='ERROR: relation "wallets" does not exist',
            )
        ),
        "dry_run_is_dry",
        NOT_PROVEN,
        'exit status 1: ERROR: relation "wallets" does not exist',
    ),
    (
        "a crash",
        _steps(backfill_dry_run=_run("dry_run", "dry_run_crash")),
        "dry_run_ok",
        NOT_MET,
        "exit status 1: NegativeBalanceError: player 1: the ledger holds",
    ),
    (
        "no database server",
        _steps(backfill_dry_run=_run("dry_run", "no_server")),
        "dry_run_ok",
        NOT_MET,
        "failed: Connection refused",
    ),
    (
        "no such module",
        _steps(backfill_dry_run=_run("dry_run", "wrong_directory")),
        "dry_run_ok",
        NOT_MET,
        "No module named 'backend'",
    ),
    (
        "a traceback in spite of status 0",
        _steps(
            backfill_real_run=replace(
                _run("real_run", "run"),
                stderr=read_case("backfill/dry_run_crash").stderr,
            )
        ),
        "real_run_ok",
        NOT_MET,
        "a traceback in spite of status 0: NegativeBalanceError",
    ),
    (
        "rows that are in no count",
        _steps(backfill_real_run=step("backfill_real_run", stdout="processed=1200 updated=340 skipped=800")),
        "real_run_ok",
        NOT_PROVEN,
        "60 rows are in no other count: processed=1200 updated=340 skipped=800",
    ),
    (
        "a summary without what was written",
        _steps(backfill_real_run=step("backfill_real_run", stdout="processed=1200 errors=0")),
        "real_run_ok",
        NOT_PROVEN,
        "it does not say how many rows it wrote: processed=1200 errors=0",
    ),
    *[
        (f"e2e: {case}", _e2e(case), rule, result, reason)
        for case, rule, result, reason in [
            ("one_failed", "e2e_passes", NOT_MET, "2 passed, 1 failed (finance approves it failed)"),
            ("failed_with_retries", "e2e_passes", NOT_MET, "2 passed, 1 failed (finance approves it failed)"),
            ("all_skipped", "e2e_passes", NOT_MET, "3 skipped (a player asks for a withdrawal skipped)"),
            ("one_skipped", "e2e_passes", NOT_MET, "2 passed, 1 skipped (the ledger shows it skipped)"),
            ("fixme", "e2e_passes", NOT_MET, "2 passed, 1 skipped (finance approves it skipped)"),
            ("flaky", "e2e_passes", NOT_MET, "2 passed, 1 flaky (finance approves it flaky)"),
            ("did_not_run", "e2e_passes", NOT_MET, "1 passed, 1 failed, 1 did not run"),
            ("interrupted", "e2e_passes", NOT_MET, "1 passed, 2 did not run"),
            ("expected_failure", "e2e_passes", NOT_MET, "(finance approves it failed as marked)"),
            ("late_error", "e2e_passes", NOT_MET, "3 passed, and outside the tests: Error: the data could"),
            ("pass_with_no_tests", "e2e_passes", NOT_PROVEN, "no test ran"),
            ("listed_only", "e2e_passes", NOT_MET, "3 did not run"),
            ("spec_missing", "e2e_passes", NOT_MET, "no test ran, and outside the tests: Error: No tests"),
            ("syntax_error", "e2e_passes", NOT_MET, "no test ran, and outside the tests: SyntaxError:"),
            ("bad_setup", "e2e_passes", NOT_MET, "1 failed, 2 did not run (a player asks for a withdrawal"),
            ("test_only", "e2e_passes", NOT_MET, "item focused with '.only' is not allowed"),
            ("half", "e2e_passes", NOT_MET, "3 passed, but only shard 1 of 2 ran"),
            ("no_base_url", "e2e_passes", NOT_MET, "exit status 1: Error: BASE_URL is not set"),
            ("no_script", "e2e_passes", NOT_MET, 'error Command "test:e2e" not found.'),
            ("not_installed", "e2e_passes", NOT_MET, "exit status 127: /bin/sh: 1: playwright: not"),
            ("all_specs", "e2e_spec", NOT_MET, "other.spec.ts ran, too; required is tests/finance-"),
            ("nested_copy", "e2e_spec", NOT_MET, "copy/finance-withdrawals-smoke.spec.ts ran, too"),
            ("pass_with_no_tests", "e2e_spec", NOT_PROVEN, "no test of tests/finance-withdrawals-smoke"),
        ]
    ],
    (
        "a smoke that was stopped at its limit",
        _e2e("all_passed", outcome=TIMED_OUT, reason="stopped at its limit of 900 s"),
        "e2e_passes",
        NOT_PROVEN,
        "stopped at its limit of 900 s",
    ),
    (
        "a report of before",
        _e2e("all_passed", started="2026-12-01T00:00:00.000Z"),
        "e2e_passes",
        NOT_PROVEN,
        "it is of a run that started at 2026-11-25T",
    ),
    (
        "a report of later",
        _e2e("all_passed", ended="2026-11-01T00:00:00.000Z"),
        "e2e_spec",
        NOT_PROVEN,
        "it is of a run that started at 2026-11-25T",
    ),
    (
        "a GREEN command without a report",
        _steps(e2e_report=step("e2e_report", exit_status=None, outcome=FAILED, reason="no JSON report")),
        "e2e_passes",
        NOT_PROVEN,
        "no JSON report",
    ),
    (
        "a report that is not Playwright's",
        _steps(e2e_report=step("e2e_report", stdout='{"numPassedTests": 3}')),
        "e2e_passes",
        NOT_PROVEN,
        "it is not a report of Playwright's",
    ),
    (
        "a status that its report does not explain",
        _e2e("all_passed", exit_status=1),
        "e2e_passes",
        NOT_MET,
        "exit status 1: 3 passed",
    ),
    (
        "a spike",
        _steps(**_webhooks("spike"), webhook_401_lines=_log("401_lines", "spike_401_lines")),
        "no_spike",
        NOT_MET,
        "yes: 33 of 36 webhooks since, 0 of 23 before (91.7% of the webhooks, above 5.0%)",
    ),
    (
        "a small provider's spike",
        _steps(webhook_window=_window(1000, 10), webhook_baseline=_baseline(3000, 0)),
        "no_spike",
        NOT_MET,
        "yes: 10 of 1000 webhooks since, 0 of 3000 before (none before, p = 1e-06)",
    ),
    (
        "more of a trouble that was there",
        _steps(webhook_window=_window(1000, 40), webhook_baseline=_baseline(1000, 4)),
        "no_spike",
        NOT_MET,
        "yes: 40 of 1000 webhooks since, 4 of 1000 before (10.0 times the share before, p = 9e-09)",
    ),
    (
        "the same trouble before, in an earlier attempt",
        _steps(webhook_window=_window(100, 90), webhook_baseline=_baseline(100, 90)),
        "no_spike",
        NOT_MET,
        "yes: 90 of 100 webhooks since, 90 of 100 before",
    ),
    (
        "a log that does not tell the error code",
        _steps(
            webhook_window=_window(100, 0, refused=40),
            webhook_probe_log=step(
                "webhook_probe_log",
                kind=LOG,
                stdout='- - [24/Nov/2026:02:52:03 +0000] "POST /w HTTP/1.1" 401 98',
            ),
        ),
        "no_spike",
        NOT_MET,
        "yes: 40 of 100 webhooks since",
    ),
    (
        "no traffic",
        _steps(**_webhooks("no_traffic")),
        "webhooks_covered",
        NOT_PROVEN,
        "the log shows 0 webhooks, accepted or refused, while the flags were on, want 30",
    ),
    (
        "traffic on which the backend failed",
        _steps(
            webhook_window=step(
                "webhook_window",
                kind=LOG,
                exit_status=None,
                stdout=webhook_log.render(
                    webhook_log.Tally(intervals={1795488720: webhook_log.Count(33, status_5xx=33)}, lines=33),
                    {"source": "/var/log/psp/access.log", "enforced": 0},
                ),
            )
        ),
        "webhooks_covered",
        NOT_PROVEN,
        "0 webhooks, accepted or refused, while the flags were on, and 33 on which the backend failed",
    ),
    (
        "no traffic is no proof that there is no spike",
        _steps(**_webhooks("no_traffic")),
        "no_spike",
        NOT_PROVEN,
        "none is seen, but the log shows 0 webhooks, accepted or refused, while the flags were on",
    ),
    (
        "a log without times",
        _steps(webhook_window=_window(100, 0, unreadable=7)),
        "webhooks_covered",
        NOT_PROVEN,
        "7 webhook lines of the log have no time or no status",
    ),
    (
        "a log whose times say no zone",
        _steps(webhook_window=_window(100, 0, unzoned=7)),
        "webhooks_covered",
        NOT_PROVEN,
        "7 webhook lines of the log have a time without its zone: give package_2_rollout_access_log a zone",
    ),
    (
        "a log of which lines are lost",
        _steps(webhook_window=_window(100, 0, gap=True, read="rotated in between")),
        "webhooks_covered",
        NOT_PROVEN,
        "what came is not all known: rotated in between",
    ),
    (
        "a log that does not show the probe",
        _steps(webhook_probe_log=step("webhook_probe_log", kind=LOG)),
        "webhooks_covered",
        NOT_PROVEN,
        "the log does not show the probe's 401, so it would show no other",
    ),
    (
        "a probe that was not refused",
        _steps(**_webhooks("not_restarted")),
        "webhooks_covered",
        NOT_PROVEN,
        "the probe is answered 422, so whether the log shows a 401 is not known",
    ),
    (
        "no log",
        _steps(
            webhook_window=step(
                "webhook_window",
                kind=LOG,
                outcome=FAILED,
                reason="the access log /x cannot be read: No such file",
            )
        ),
        "no_spike",
        NOT_PROVEN,
        "the access log /x cannot be read",
    ),
    (
        "counts that are none",
        _steps(webhook_window=step("webhook_window", kind=LOG, stdout="{}\n[]\n")),
        "webhooks_covered",
        NOT_PROVEN,
        "these are no counts",
    ),
]


@pytest.mark.parametrize(
    ("kept", "rule", "result", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_fails_for_the_right_reason(kept: Evidence, rule: str, result: str, reason: str) -> None:
    verdict = judge(kept, POLICY)
    found = next(c for c in verdict.criteria if c.id == rule)
    assert verdict.status == "FAIL"
    assert reason in found.reason
    assert found.result == result


NOTES = [
    (BAD[0][1], "The four flags are True is not met: ledger_shadow_write is False"),
    (
        _steps(backfill_dry_run=_run("dry_run", "dry_run_silent")),
        "The backfill's dry run is OK, its output kept is",
    ),
    (
        _steps(**_webhooks("spike")),
        "No spike of 401 WEBHOOK_SIGNATURE_INVALID is not met: yes: 33 of 36 webhooks",
    ),
    (
        _steps(**_webhooks("no_traffic")),
        "Proof of a 401 spike or of none is not proven: the log shows 0 webhooks",
    ),
]


@pytest.mark.parametrize(("kept", "note"), NOTES)
def test_the_note_names_the_deciding_fact(kept: Evidence, note: str) -> None:
    assert judge(kept, POLICY).note.startswith(note)


def test_a_failure_quotes_the_first_failed_test() -> None:
    verdict = judge(_e2e("one_failed"), POLICY)
    detail = next(c.detail for c in verdict.criteria if c.id == "e2e_passes")
    assert detail.startswith("finance-withdrawals-smoke.spec.ts › finance approves it\n\nError: expect(")
    assert "\x1b" not in detail


def test_without_evidence_no_rule_is_met() -> None:
    verdict = judge(evidence(2, []), POLICY)
    assert {c.result for c in verdict.criteria} == {NOT_PROVEN}
    assert len(verdict.criteria) == len([rule for rule in RULES if not rule.needs])


def _told(commit: t.Any, **more: t.Any) -> Step:
    answer = json.dumps({"build": {"commit": commit}})
    return step("backend_commit", **{"kind": HTTP, "exit_status": 200, "stdout": answer, **more})


@pytest.mark.parametrize(
    ("told", "result", "reason"),
    [
        (_told("a" * 40), MET, "it is of " + "a" * 40),
        (_told("a" * 7), MET, "it is of aaaaaaa"),
        (_told("a" * 6), NOT_PROVEN, "no commit at /build/commit, but 'aaaaaa'"),
        (_told("b" * 40), NOT_MET, f"it is of {'b' * 40}, and the release is {'a' * 40}"),
        (_told("a" * 41), NOT_MET, "and the release is"),
        (_told("main"), NOT_PROVEN, "no commit at /build/commit, but 'main'"),
        (_told(None), NOT_PROVEN, "no commit at /build/commit, but None"),
        (_told("a" * 40, stdout="<html>"), NOT_PROVEN, "but None"),
        (_told("a" * 40, exit_status=404), NOT_PROVEN, "status 404"),
        (_told("", outcome=FAILED, reason="127.0.0.1:1 refused the connection"), NOT_PROVEN, "refused"),
        (None, NOT_PROVEN, "no step backend_commit was kept"),
    ],
)
def test_the_running_backend_is_the_release(told: Step | None, result: str, reason: str) -> None:
    verdict = judge(_steps(backend_commit=told), {**POLICY, "commit_pointer": "/build/commit"})
    found = verdict.criteria[-1]
    assert (found.id, found.result) == ("runs_release", result)
    assert reason in found.reason
    assert verdict.status == ("PASS" if result == MET else "FAIL")


def test_what_failed_after_the_flags_were_asked_for_is_not_why_they_are_off() -> None:
    late = step(
        "role_failed", kind=FILE, outcome=FAILED, reason="the smoke: no", started=NOW.replace("2026", "2027")
    )
    early = replace(late, started=NOW, reason="Restart the backend: no such program")
    for failed, named in ((late, False), (early, True)):
        verdict = judge(_steps(flags_running=_running(*FLAGS), role_failed=failed), POLICY)
        reason = {c.id: c.reason for c in verdict.criteria}["flags_set"]
        assert reason.endswith(failed.reason) is named


def test_counts_that_are_more_than_the_rows_are_added_up() -> None:
    run = step("backfill_real_run", stdout="processed=10 updated=8 skipped=5 errors=0\n")
    reasons = {c.id: c.reason for c in judge(_steps(backfill_real_run=run), POLICY).criteria}
    assert reasons["real_run_ok"].startswith("the counts add up to 13 of 10 rows: ")


@pytest.mark.parametrize(("status", "result"), [(499, NOT_MET), (500, NOT_PROVEN), (503, NOT_PROVEN)])
def test_a_backend_that_fails_on_the_probe_shows_nothing(status: int, result: str) -> None:
    verdict = judge(_steps(webhook_probe=step("webhook_probe", kind=HTTP, exit_status=status)), POLICY)
    assert {c.id: c.result for c in verdict.criteria}["signature_enforced"] == result


@pytest.mark.parametrize(("enforced", "result"), [(29, NOT_PROVEN), (30, MET)])
def test_as_many_webhooks_as_are_asked_for_are_enough(enforced: int, result: str) -> None:
    verdict = judge(_steps(webhook_window=_window(40, 0, enforced=enforced)), POLICY)
    assert {c.id: c.result for c in verdict.criteria}["webhooks_covered"] == result


def test_a_baseline_that_was_not_read_is_said() -> None:
    missing = judge(_steps(webhook_baseline=None), POLICY)
    reasons = {c.id: (c.result, c.reason) for c in missing.criteria}
    told = "no: 0 of 33 webhooks since, 0 of 0 before (what was before was not read)"
    assert reasons["no_spike"] == (MET, told)


@pytest.mark.parametrize(("refused", "result"), [(4, MET), (5, NOT_MET)])
def test_a_spike_has_a_floor(refused: int, result: str) -> None:
    kept = _steps(webhook_window=_window(40, refused), webhook_baseline=_baseline(1000, 0))
    assert {c.id: c.result for c in judge(kept, POLICY).criteria}["no_spike"] == result


def test_a_report_of_the_smokes_own_moment_is_its_own() -> None:
    began = json.loads((FIXTURES / "playwright" / "all_passed.json").read_text("utf-8"))["stats"]["startTime"]
    verdict = judge(_e2e("all_passed", started=began, ended=began), POLICY)
    assert verdict.status == "PASS"


def test_a_project_that_logs_in_does_not_stand_for_the_smoke() -> None:
    report = json.loads((FIXTURES / "playwright" / "setup_project.json").read_text("utf-8"))
    setup = [suite for suite in report["suites"] if suite["file"] == "auth.setup.ts"]
    alone = json.dumps({**report, "suites": setup})
    smoke = _smoke("setup_project")
    kept = _steps(**{**smoke, "e2e_report": step("e2e_report", kind=FILE, exit_status=None, stdout=alone)})
    verdict = judge(kept, POLICY)
    found = {c.id: (c.result, c.reason) for c in verdict.criteria}
    assert found["e2e_passes"] == (MET, "1 passed")
    assert found["e2e_spec"][0] == NOT_PROVEN
    assert verdict.status == "FAIL"


@pytest.mark.parametrize(
    ("asked", "shown", "how"),
    [
        ("?rc_closure_probe=0a1b", "?rc_closure_probe=0a1b", "by its mark"),
        ("?rc_closure_probe=0a1b", "?rc_closure_probe=ffff", "by where it stands, for the log shows no mark"),
        ("?rc_closure_probe=0a1b", "", "by where it stands, for the log shows no mark"),
        ("", "?rc_closure_probe=0a1b", "by where it stands, for the log shows no mark"),
    ],
)
def test_how_the_probe_is_known(asked: str, shown: str, how: str) -> None:
    good = _webhooks("pass")
    probe, log = good["webhook_probe"], good["webhook_probe_log"]
    assert probe is not None and log is not None
    line = f'"POST /webhook/acmepay{shown}" 401 WEBHOOK_SIGNATURE_INVALID\n'
    kept = _steps(
        webhook_probe=replace(probe, command=f"POST /webhook/acmepay{asked} {{}}"),
        webhook_probe_log=replace(log, stdout=line),
    )
    found = {one.id: one for one in judge(kept, POLICY).criteria}["webhooks_covered"]
    assert found.result == MET
    assert found.reason.endswith(f", and the probe's 401, {how}")
