# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report of a good run says of each criterion, word for word."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import PASS, Verdict
from tests.unit.plugins.plugin_utils.judge import (
    test_package_0,
    test_package_1,
    test_package_2,
    test_package_3,
)

RUN, JOB = "9cc35819-77aa-43aa-a760-ba96228490ba", "e2fe669d06cd45e59ac3d423c9b386f5"
HEAD, BEFORE = "0007_mig_01c_finding_unique", "0006_mig_01b_reconciliation"
UNSEEN = (
    "no more was seen: the connections of process 23879 were not looked at; "
    "the connections of process 24400 were not looked at"
)
PACKAGE_0 = {
    "ci_release_commit": f"run 42 tested {test_package_0.COMMIT}",
    "ci_repository": "run 42 is of psp/backend, and so is what it tested",
    "ci_workflow": "run 42 is of the workflow 'Backend PSP-03D Postgres Tests'",
    "ci_run_identity": "GitHub answered the dispatch with run 42",
    "ci_job_green": f"job postgres-tests of run 42 (attempt 1) is GREEN: {test_package_0.URL}",
    "ci_tests_ran": "48 passed in 7.41s",
    "ci_run_ended": "run 42: it passed",
    "ci_job_result": "job postgres-tests ended success at 2026-11-24T02:53:00Z",
    "ci_job_link": test_package_0.URL,
    "ci_error_block": "job postgres-tests is not RED: none is asked for",
    "ci_attempts": "run 42 had one attempt",
}
PACKAGE_1 = {
    "current_kept": "at 0004_provider_events before the upgrade",
    "history_kept": "7 lines kept",
    "one_head": f"the head is {HEAD}",
    "upgrade_clean": "exit status 0",
    "at_head": f"the database is at {HEAD}, the head",
    "schema_is_the_migrations": (
        f"3 migrations ran, 0004_provider_events -> {HEAD}, and reconciliation_findings "
        "is what the migrations make of an empty database"
    ),
    "one_database": (
        f"the database psp, in which the table was looked at, is at {HEAD}, as alembic current says"
    ),
    "table_exists": "\\d shows reconciliation_findings, a table in the schema public",
    "unique_constraint": "uq_recon: UNIQUE (provider, provider_event_id, finding_type)",
    "smoke": f"down and up again, {HEAD} -> {BEFORE} -> {HEAD}",
}
PACKAGE_2 = {
    "flags_shown": "the running process reports each of them",
    "flags_set": (
        "ledger_shadow_write, ledger_balance_mismatch_log, webhook_signature_enforced, "
        "ledger_enforce_balance are True in the running process that answers and in "
        "the environment of every process (2)"
    ),
    "signature_enforced": "POST {} without a signature is answered 401 WEBHOOK_SIGNATURE_INVALID",
    "dry_run_ok": "processed=1200 updated=340 skipped=860 errors=0",
    "dry_run_is_dry": (
        "its 1 session could only read; wallets=1200 with_balance=860 after it, and "
        "the content of wallets (1200 rows) is the same"
    ),
    "real_run_ok": "processed=1200 updated=340 skipped=860 errors=0",
    "real_run_as_announced": "340 rows, as the dry run announced",
    "real_run_in_database": (
        "the database went from wallets=1200 with_balance=860 to wallets=1200 "
        "with_balance=1200, by the 340 rows that it wrote; no other row of wallets "
        "(1200 rows) changed"
    ),
    "nothing_left": "after the real run, a dry run finds none",
    "e2e_passes": "3 passed",
    "e2e_spec": "only tests/finance-withdrawals-smoke.spec.ts ran",
    "webhooks_covered": (
        "the log shows 31 webhooks, accepted or refused, while the flags were on, and "
        "the probe's 401, by where it stands, for the log shows no mark"
    ),
    "no_spike": "no: 0 of 33 webhooks since, 0 of 61 before",
}
PACKAGE_3 = {
    "enabled": "nothing broke down",
    "redis_healthcheck": "PING was answered PONG",
    "redis_noeviction": "maxmemory-policy is noeviction",
    "worker_environment": "the running worker was started with ENV=staging",
    "worker_start_log": (
        "5 lines are kept, among them '03:54:27: redis_version=7.2.4 mem_usage=1.07M "
        "clients_connected=1 db_keys=0'"
    ),
    "backend_runner": "the running backend was started with RECON_RUNNER=queue",
    "same_redis_url": f"the digests of all 2 processes are equal; {UNSEEN}",
    "same_database": f"worker and backend name the same host, port, user and database; {UNSEEN}",
    "post_queued": f"the answer has id {RUN} and status queued",
    "api_lifecycle": f"run {RUN} went queued → running → completed; a poll shows running",
    "worker_log": f"job {JOB} of run {RUN} started, and completed",
    "job_record": (f"API and log agree on job {JOB}; no more was seen: arq's records were not looked at"),
    "get_response": f"the last answer shows run {RUN} completed",
    "redis_serves": "a job went through it; INFO does not show how it saves",
    "deployed_code": (
        "all processes were started after the newest file of their code, of "
        "2026-11-24T03:50:00.000Z (/app/backend/app/settings.py)"
    ),
    "order": (
        "start of the worker, mark in the worker's log, POST, end of the run in the "
        "API, reading of the worker's log"
    ),
}


@pytest.mark.parametrize(
    ("judged", "reasons"),
    [
        (lambda: test_package_0.judged({}), PACKAGE_0),
        (lambda: test_package_1.judge(test_package_1._steps(), test_package_1.POLICY), PACKAGE_1),
        (lambda: test_package_2.judge(test_package_2._steps(), test_package_2.POLICY), PACKAGE_2),
        (lambda: test_package_3.verdict("pass"), PACKAGE_3),
    ],
)
def test_the_reason_of_each_criterion(judged: t.Callable[[], Verdict], reasons: dict[str, str]) -> None:
    verdict = judged()
    assert {one.id: one.reason for one in verdict.criteria} == reasons
    assert verdict.status == PASS
