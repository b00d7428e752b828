# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a met criterion does not exclude: the open defeaters of the assurance case, by rule. Pure.

The report says each beside its criterion, and C(docs/assurance-case.md) has the whole argument.
"""

from __future__ import annotations

NOT_EXCLUDED = {
    "ci_tests_ran": "a line that a test prints itself in the words of the test runner's summary",
    "ci_run_identity": "without a marker input, another dispatch of the same commit at the same moment",
    "schema_is_the_migrations": "what migrations do to rows; functions, privileges and extensions",
    "one_database": "another database at the same revision, where host and database have the same name",
    "unique_constraint": "rows that are equal but for a NULL in the key, which Postgres does not compare",
    "smoke": "what a migration does in Python alone, which its SQL does not show",
    "flags_shown": "that a process answers by HTTP for itself alone",
    "flags_set": "a flag that code names and does not read",
    "dry_run_is_dry": "writes to tables that the rows query does not read",
    "e2e_passes": "tests that assert nothing",
    "webhooks_covered": "lines between the copy and the truncation of a log; without the mark, another's 401;"
    " counters of workers that were not asked",
    "worker_environment": "an environment name that the application takes from elsewhere",
    "job_record": "where no record of its end was seen, a job that writes lines in the worker's own form",
    "deployed_code": "code that is not below a process's directory, or came within 10 seconds of its start",
}
