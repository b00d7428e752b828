# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes staging is said before, by its commands; what only reads is not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import intents

DRY, REAL = ["python", "-m", "fill", "--dry-run"], ["python", "-m", "fill"]


@pytest.mark.parametrize(
    ("module", "options", "name", "what"),
    [
        ("alembic_evidence", {}, "alembic_evidence_intent", ["alembic upgrade head"]),
        (
            "alembic_evidence",
            {"alembic": ["/srv/a b/alembic", "-x", "tenant=1"], "downgrade_smoke": "always"},
            "alembic_evidence_intent",
            [
                "'/srv/a b/alembic' -x tenant=1 upgrade head",
                "'/srv/a b/alembic' -x tenant=1 downgrade -1",
                "'/srv/a b/alembic' -x tenant=1 upgrade head",
            ],
        ),
        (
            "alembic_evidence",
            {"alembic": "python,-m,alembic", "stage": "smoke", "smoke_refusal": ""},
            "alembic_smoke_intent",
            ["python -m alembic downgrade -1", "python -m alembic upgrade head"],
        ),
        (
            "backfill_evidence",
            {"dry_run": DRY, "real_run": REAL},
            "backfill_evidence_intent",
            ["python -m fill --dry-run", "python -m fill", "python -m fill --dry-run"],
        ),
        (
            "e2e_evidence",
            {"argv": ["yarn", "test"], "report_argv": ["--reporter=json"]},
            "e2e_evidence_intent",
            ["yarn test --reporter=json"],
        ),
        (
            "recon_run_lifecycle",
            {"url": "http://b/runs"},
            "recon_run_lifecycle_intent",
            ["POST http://b/runs"],
        ),
    ],
)
def test_what_changes_staging_is_said_by_its_commands(
    module: str, options: dict[str, t.Any], name: str, what: list[str]
) -> None:
    (step,) = intents.of(module, {"directory": "/srv/app", **options}, "backend")
    assert (step.name, step.kind, step.outcome, step.exit_status) == (name, "file", "ended", None)
    assert (step.host, step.directory) == ("backend", "/srv/app")
    assert step.command.splitlines() == what
    assert step_names.outcomes_of(step.name)


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("redis_evidence", {"url": "redis://r"}),
        ("pg_unique_constraint", {}),
        ("alembic_evidence", {"stage": "smoke", "smoke_refusal": "it could lose data"}),
    ],
)
def test_what_only_reads_says_nothing(module: str, options: dict[str, t.Any]) -> None:
    assert intents.of(module, options, "backend") == []


def test_only_an_intent_has_outcomes() -> None:
    assert step_names.outcomes_of("ci_dispatch_intent") == ("ci_dispatch", "ci_run")
    assert step_names.outcomes_of("alembic_upgrade") == ()
    assert step_names.outcomes_of("redis") == ()
