# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain: one head, up and down, and in agreement with the models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

CONSTRAINT = "uq_recon_findings_provider_event_type"


@pytest.fixture(autouse=True)
def _back_at_head(alembic: Config) -> Iterator[None]:
    yield
    command.upgrade(alembic, "head")


def unique_constraints(engine: Engine) -> dict[str, list[str]]:
    """Name to columns, of the table of findings."""
    found = inspect(engine).get_unique_constraints("reconciliation_findings")
    return {constraint["name"]: constraint["column_names"] for constraint in found}


def test_one_head(alembic: Config) -> None:
    assert len(ScriptDirectory.from_config(alembic).get_heads()) == 1


def test_models_agree_with_the_head(engine: Engine, alembic: Config) -> None:
    command.check(alembic)


def test_findings_are_unique_per_event_and_type(engine: Engine) -> None:
    columns = ["provider", "provider_event_id", "finding_type"]
    assert unique_constraints(engine) == {CONSTRAINT: columns}


def test_last_downgrade_takes_the_constraint_and_no_row(engine: Engine, alembic: Config) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "WITH run AS (INSERT INTO reconciliation_runs (id, provider, window_hours, status)"
                " VALUES (gen_random_uuid(), 'acmepay', 24, 'completed') RETURNING id)"
                " INSERT INTO reconciliation_findings"
                " (run_id, provider, finding_type, severity, details)"
                " SELECT id, 'acmepay', 'unknown_to_provider', 'medium', '{}' FROM run"
            )
        )
    command.downgrade(alembic, "-1")
    assert unique_constraints(engine) == {}
    with engine.connect() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM reconciliation_findings"))
    assert rows == 1


def test_down_to_nothing_and_up_again(engine: Engine, alembic: Config) -> None:
    command.downgrade(alembic, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    command.upgrade(alembic, "head")
    assert CONSTRAINT in unique_constraints(engine)
