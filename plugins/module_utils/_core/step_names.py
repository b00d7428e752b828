# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that exist, each named once for the collector that takes it and the judge that reads it. Pure."""

from __future__ import annotations

import typing as t

from .evidence import COMMAND, FILE, HTTP, LOG, SQL


class StepName(str):
    """A step's name: text with the step's title and its kind, the usual one of a question put in two ways."""

    __slots__ = ("heading", "kind")
    heading: str
    kind: str

    def __new__(cls, name: str, heading: str = "", kind: str = COMMAND) -> StepName:
        """Return the name; a step that is not evidence needs no heading."""
        self = super().__new__(cls, name)
        self.heading = heading
        self.kind = kind
        return self

    def about(self, **values: t.Any) -> StepName:
        """Return the step with these values in its title."""
        return StepName(str(self), self.heading.format(**values), self.kind)

    def prefixed(self, prefix: str) -> StepName:
        """Return the step with the name's first word replaced, for the same question to another service."""
        return StepName(f"{prefix}_{self.partition('_')[2]}", self.heading, self.kind)


ENV_FILE = StepName("env_file", "Environment file", FILE)
ROLE_FAILED = StepName("role_failed", "A task of the role", FILE)
EARLIER_ATTEMPTS = StepName("earlier_attempts", "Earlier attempts that were never reported", FILE)
WEAK_SECRETS = StepName("weak_secrets", "Secrets that cannot be masked wherever they match", FILE)
HOST_CLOCK = StepName("host_clock", "The host's clock against the controller's", FILE)
LEFT_BEHIND = StepName("left_behind", "What an earlier attempt left on the host", FILE)

# Package-0
CI_WORKFLOW = StepName("ci_workflow", "Workflows", HTTP)
CI_REPOSITORY = StepName("ci_repository", "Repository", HTTP)
CI_COMMIT = StepName("ci_commit", "Commit of {ref}", HTTP)
CI_RUNS_BEFORE = StepName("ci_runs_before", "Runs before the dispatch", HTTP)
CI_DISPATCH_INTENT = StepName("ci_dispatch_intent", "Intent to dispatch", FILE)
CI_DISPATCH = StepName("ci_dispatch", "Dispatch", HTTP)
CI_DISPATCH_REFUSED = StepName("ci_dispatch_refused", "Dispatch", HTTP)
CI_RUNS = StepName("ci_runs", "Runs of the commit", HTTP)
CI_RUN = StepName("ci_run", "Run {run}", HTTP)
CI_ATTEMPTS = StepName("ci_attempts", "Earlier attempts", HTTP)
CI_ATTEMPT_JOBS = StepName("ci_attempt_jobs", "Jobs of the earlier attempts", HTTP)
CI_JOBS = StepName("ci_jobs", "Jobs", HTTP)
CI_JOB_LOG = StepName("ci_job_log", "Log of the job {job}", HTTP)

# Package-1
ALEMBIC_INI = StepName("alembic_ini", "alembic.ini in force, and others in reach", FILE)
ALEMBIC_CURRENT = StepName("alembic_current", "alembic current, before the upgrade")
ALEMBIC_HEADS = StepName("alembic_heads", "alembic heads")
ALEMBIC_HISTORY = StepName("alembic_history", "alembic history")
ALEMBIC_UPGRADE_PREVIEW = StepName("alembic_upgrade_preview", "alembic upgrade head --sql")
ALEMBIC_BASE_PREVIEW = StepName("alembic_base_preview", "alembic upgrade head --sql, from the base")
ALEMBIC_UPGRADE = StepName("alembic_upgrade", "alembic upgrade head")
ALEMBIC_SHADOW_REFUSED = StepName("alembic_shadow_refused", "Create an empty shadow database, refused", SQL)
ALEMBIC_SHADOW_SERVER = StepName(
    "alembic_shadow_server", "Start a temporary Postgres for the shadow database"
)
ALEMBIC_SHADOW_CREATE = StepName("alembic_shadow_create", "Create an empty shadow database", SQL)
ALEMBIC_SHADOW_CURRENT = StepName("alembic_shadow_current", "alembic current, on the shadow database")
ALEMBIC_SHADOW_UPGRADE = StepName("alembic_shadow_upgrade", "alembic upgrade head, on the shadow database")
ALEMBIC_SHADOW_SCHEMA = StepName("alembic_shadow_schema", "Schema of the shadow database", SQL)
ALEMBIC_SHADOW_DROP = StepName("alembic_shadow_drop", "Drop the shadow database", SQL)
ALEMBIC_SCHEMA = StepName("alembic_schema", "Schema of the database", SQL)
ALEMBIC_CURRENT_AFTER = StepName("alembic_current_after", "alembic current, after the upgrade")
ALEMBIC_DOWNGRADE_PREVIEW = StepName("alembic_downgrade_preview", "alembic downgrade --sql")
ALEMBIC_REUPGRADE_PREVIEW = StepName("alembic_reupgrade_preview", "alembic upgrade --sql, one step up")
ALEMBIC_SMOKE_SIZES = StepName("alembic_smoke_sizes", "Size of the tables that the smoke rebuilds on", SQL)
ALEMBIC_DOWNGRADE = StepName("alembic_downgrade", "alembic downgrade -1")
ALEMBIC_CURRENT_BETWEEN = StepName("alembic_current_between", "alembic current, after the downgrade")
ALEMBIC_REUPGRADE = StepName("alembic_reupgrade", "alembic upgrade head, again")
ALEMBIC_CURRENT_FINAL = StepName("alembic_current_final", "alembic current, after the smoke")
DESCRIBE_TABLE = StepName("describe_table", "\\d {table}", SQL)
DESCRIBE_EXISTING_TABLE = StepName("describe_existing_table", "\\d {table}, which exists already", SQL)
TABLE_PLACES = StepName("table_places", "What is named {table}", SQL)
DATABASE_RIGHTS = StepName("database_rights", "What the database's user may do", SQL)
TABLE_REVISIONS = StepName("table_revisions", "Alembic's rows in the examined database", SQL)
UNIQUE_CONSTRAINTS = StepName("unique_constraints", "UNIQUE constraints", SQL)
UNIQUE_CATALOG = StepName("unique_catalog", "Unique indexes in the catalog", SQL)
MIGRATION_DECISION = StepName("migration_decision", "The operator's decision, to reset or to stamp", FILE)

# Package-2
FLAGS_FILE = StepName("flags_file", "The flags in the environment file", FILE)
FLAGS_CODE = StepName("flags_code", "Where the code names the flags")
FLAGS_PROCESSES = StepName("flags_processes", "The flags in the environment of every process", FILE)
FLAGS_RUNNING = StepName("flags_running", "The flags in the running process", HTTP)
BACKEND_COMMIT = StepName("backend_commit", "The commit of the running backend", HTTP)
BACKFILL_ROWS_BEFORE = StepName("backfill_rows_before", "Rows before the dry run", SQL)
BACKFILL_CONTENT_BEFORE = StepName("backfill_content_before", "Content before the dry run", SQL)
BACKFILL_DRY_RUN_REFUSED = StepName("backfill_dry_run_refused", "Backfill, dry run that may only read")
BACKFILL_DRY_RUN = StepName("backfill_dry_run", "Backfill, dry run")
BACKFILL_DRY_RUN_SESSIONS = StepName("backfill_dry_run_sessions", "Sessions of the dry run", SQL)
BACKFILL_ROWS_AFTER_DRY_RUN = StepName("backfill_rows_after_dry_run", "Rows after the dry run", SQL)
BACKFILL_CONTENT_AFTER_DRY_RUN = StepName("backfill_content_after_dry_run", "Content after the dry run", SQL)
BACKFILL_REPEATED_DRY_RUN = StepName("backfill_repeated_dry_run", "Backfill, dry run, repeated")
BACKFILL_REPEATED_SESSIONS = StepName("backfill_repeated_sessions", "Sessions of the repeated dry run", SQL)
BACKFILL_ROWS_REPEATED = StepName("backfill_rows_repeated", "Rows after the repeated dry run", SQL)
BACKFILL_CONTENT_REPEATED = StepName("backfill_content_repeated", "Content after the repeated dry run", SQL)
BACKFILL_REAL_RUN = StepName("backfill_real_run", "Backfill, real run")
BACKFILL_REAL_RUN_SESSIONS = StepName("backfill_real_run_sessions", "Sessions of the real run", SQL)
BACKFILL_ROWS_AFTER = StepName("backfill_rows_after", "Rows after the real run", SQL)
BACKFILL_CONTENT_AFTER = StepName("backfill_content_after", "Content after the real run", SQL)
BACKFILL_SECOND_DRY_RUN = StepName("backfill_second_dry_run", "Backfill, dry run after the real run")
E2E_SMOKE = StepName("e2e_smoke", "End-to-end smoke")
E2E_REPORT = StepName("e2e_report", "Report that the end-to-end smoke wrote", FILE)
WEBHOOK_BASELINE = StepName("webhook_baseline", "Webhooks before the flags were set", LOG)
WEBHOOK_WINDOW = StepName("webhook_window", "Webhooks since the flags were set", LOG)
WEBHOOK_401_LINES = StepName("webhook_401_lines", "Webhooks answered 401 since the flags were set", LOG)
WEBHOOK_PROBE = StepName("webhook_probe", "A webhook without a signature", HTTP)
WEBHOOK_PROBE_LOG = StepName("webhook_probe_log", "That webhook in the access log", LOG)

# Package-3, and where the flags are set together with the queue Package-2
QUEUE_ENABLEMENT = StepName("queue_enablement", "Enable the queue", FILE)
REDIS_PING = StepName("redis_ping", "Redis healthcheck: PING")
REDIS_INFO = StepName("redis_info", "Redis INFO")
REDIS_CONFIG = StepName("redis_config", "Redis eviction policy and user")
REDIS_CLIENTS = StepName("redis_clients", "Redis CLIENT LIST")
REDIS_HOST_PING = REDIS_PING.prefixed("redis_host")
WORKER_START_LOG = StepName("worker_start_log", "First lines of the worker's start log", LOG)
WORKER_ENVIRONMENT = StepName("worker_environment", "Environment of the running worker", FILE)
BACKEND_ENVIRONMENT = StepName("backend_environment", "Environment of the running backend", FILE)
WORKER_CONNECTIONS = StepName("worker_connections", "Connections of the worker, after the run", FILE)
BACKEND_CONNECTIONS = StepName("backend_connections", "Connections of the backend, after the run", FILE)
BACKEND_REDIS_CLIENTS = StepName("backend_redis_clients", "Redis CLIENT LIST, asked by the backend's host")
BACKEND_SESSIONS = StepName("backend_sessions", "Postgres' sessions, asked by the backend's host", SQL)
RECON_POST = StepName("recon_post", "POST of a reconciliation run", HTTP)
RECON_LIFECYCLE = StepName("recon_lifecycle", "GET of the run, until it has ended", HTTP)
RECON_PROBE = StepName("recon_probe", "GET of a run that does not exist", HTTP)
RECON_GET = StepName("recon_get", "GET of the run, the last answer", HTTP)
RECON_WORKER_LOG = StepName("recon_worker_log", "The worker's log since before the POST", LOG)
RECON_RECORDS_BEFORE = StepName("recon_records_before", "arq's records in Redis before the POST")
RECON_RECORDS = StepName("recon_records", "arq's records of the run in Redis")
RECON_CONNECTIONS = StepName("recon_connections", "Connections of all workers, the run {state}", FILE)
RECON_REDIS_CLIENTS = StepName("recon_redis_clients", "Redis CLIENT LIST, the run {state}")
RECON_SESSIONS = StepName("recon_sessions", "Postgres' sessions, the run {state}", SQL)


# Module -> how the names of its steps begin.
_COLLECTORS: dict[str, tuple[str, ...]] = {
    "alembic_evidence": ("alembic_",),
    "backfill_evidence": ("backfill_",),
    "ci_run_dispatch": ("ci_",),
    "ci_run_evidence": ("ci_",),
    "e2e_evidence": ("e2e_",),
    "feature_flags_evidence": ("flags_", BACKEND_COMMIT),
    "pg_unique_constraint": ("database_", "describe_", "table_", "unique_"),
    "recon_run_lifecycle": ("recon_",),
    "redis_evidence": ("redis_",),
    "service_process": (
        FLAGS_PROCESSES,
        BACKEND_ENVIRONMENT,
        BACKEND_CONNECTIONS,
        BACKEND_REDIS_CLIENTS,
        BACKEND_SESSIONS,
        "worker_",
    ),
    "webhook_401_evidence": ("webhook_",),
}


# What changes staging -> the steps that show what came of it.
_OUTCOMES: dict[str, tuple[str, ...]] = {
    "ci_dispatch": (CI_DISPATCH, CI_RUN),
    "alembic_evidence": (ALEMBIC_UPGRADE,),
    "alembic_smoke": (ALEMBIC_DOWNGRADE,),
    "backfill_evidence": (BACKFILL_REAL_RUN,),
    "e2e_evidence": (E2E_SMOKE,),
    "recon_run_lifecycle": (RECON_POST,),
    "redis": (REDIS_PING, REDIS_HOST_PING, QUEUE_ENABLEMENT),
    "arq_worker": (WORKER_ENVIRONMENT, QUEUE_ENABLEMENT),
    "backend_env": (BACKEND_ENVIRONMENT, FLAGS_PROCESSES, QUEUE_ENABLEMENT),
}
# What the name of the step ends with that is kept before a change.
INTENT = "_intent"


def intent(change: str) -> StepName:
    """Return the step that says what will be changed, kept before it is."""
    return StepName(f"{change}{INTENT}", f"Intent of {change}", FILE)


def outcomes_of(step: str) -> tuple[str, ...]:
    """Return the steps that show what came of an intent; none where C(step) is not the name of one."""
    change = step[: -len(INTENT)] if step.endswith(INTENT) else ""
    return _OUTCOMES.get(change, ())


def collectors_of(step: str) -> list[str]:
    """Return the modules that take a step of that name; none where no collector does."""
    return [module for module, starts in _COLLECTORS.items() if step.startswith(starts)]


def breakdown(module: str) -> StepName:
    """Return the step that says why a collector module broke down."""
    return StepName(f"{module}_failed", f"Collector {module}", FILE)
