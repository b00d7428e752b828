# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-1's collectors against the twin's Postgres and its real Alembic, in a database of their own."""

from __future__ import annotations

import typing as t
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils import (
    alembic_steps,
    env_file,
    postgres,
    unique_steps,
)
from ansible_collections.psp.rc_closure.plugins.module_utils.evidence import FAILED, NOT_RUN, Step
from ansible_collections.psp.rc_closure.plugins.modules import alembic_evidence, pg_unique_constraint
from tests.unit.collecting import collector

COLUMNS = ["provider", "provider_event_id", "finding_type"]
TABLE = "CREATE TABLE findings (provider text NOT NULL, provider_event_id text, finding_type text NOT NULL)"
DATABASE = "psp_other"


@pytest.fixture
def environment(twin: dict[str, t.Any], tmp_path: Path) -> t.Iterator[Path]:
    """An environment file that points at an empty database; what a test leaves there is dropped."""
    text = Path(twin["backend_env_file"]).read_text("utf-8")
    urls = {
        name: f"{value.rsplit('/', 1)[0]}/{DATABASE}"
        for name, value in env_file.parse(text).items()
        if name in postgres.URL_VARIABLES
    }
    file = tmp_path / "other.env"
    file.touch(mode=0o600)
    file.write_text(env_file.update(text, urls), "utf-8")
    yield file
    _sql(file, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _sql(environment: Path, statement: str) -> None:
    params = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    with closing(psycopg2.connect(**params)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _unique(environment: Path, **options: t.Any) -> tuple[dict[str, t.Any], dict[str, Step]]:
    given = {"env_file": str(environment), "table": "findings", "columns": COLUMNS, **options}
    taken = collector(pg_unique_constraint.ARGUMENT_SPEC, **given)
    result = unique_steps.collect(taken)
    return result, {step.name: step for step in taken.steps}


def _alembic(
    twin: dict[str, t.Any], environment: Path, *, check_mode: bool = False, **options: t.Any
) -> tuple[dict[str, t.Any], dict[str, Step]]:
    taken = collector(
        alembic_evidence.ARGUMENT_SPEC,
        check_mode=check_mode,
        env_file=str(environment),
        path=[twin["bin"]],
        directory=twin["directory"],
        **options,
    )
    result = alembic_steps.collect(taken)
    return result, {step.name: step for step in taken.steps}


def test_a_constraint_is_shown_with_and_without_psql(twin: dict[str, t.Any], environment: Path) -> None:
    _sql(environment, TABLE)
    _sql(environment, f"ALTER TABLE findings ADD CONSTRAINT uq UNIQUE ({', '.join(COLUMNS)})")
    result, steps = _unique(environment, psql=twin["psql"])
    rendered = _unique(environment, psql="/no/psql")[1]["describe_table"]
    assert result == {"have": [COLUMNS], "want": COLUMNS}
    line = '"uq" UNIQUE CONSTRAINT, btree (provider, provider_event_id, finding_type)'
    assert line in steps["describe_table"].stdout
    assert line.replace('"', "") in rendered.stdout
    assert "provider_event_id | text" in rendered.stdout
    assert rendered.exit_status == 0


def test_an_index_is_no_constraint(environment: Path) -> None:
    _sql(environment, TABLE)
    _sql(environment, f"CREATE UNIQUE INDEX ux ON findings ({', '.join(COLUMNS)})")
    result, steps = _unique(environment)
    assert result["have"] == []
    assert "(0 rows)" in steps["unique_constraints"].stdout
    assert '"index" : "ux"' in steps["unique_catalog"].stdout


@pytest.mark.parametrize("psql", ["psql", "/no/psql"])
def test_a_missing_table_is_said_in_psqls_words(twin: dict[str, t.Any], environment: Path, psql: str) -> None:
    _result, steps = _unique(environment, psql=twin["psql"] if psql == "psql" else psql)
    assert steps["describe_table"].exit_status == 1
    assert 'Did not find any relation named "findings"' in steps["describe_table"].stderr
    assert steps["unique_constraints"].exit_status == 1


def test_a_wrong_password_is_kept_with_every_question(environment: Path) -> None:
    text = environment.read_text("utf-8")
    password = env_file.parse(text)["SYNC_DATABASE_URL"].split(":")[2].split("@")[0]
    environment.write_text(text.replace(password, "wrong-password"), "utf-8")
    _result, steps = _unique(environment)
    assert {step.outcome for step in steps.values()} == {FAILED}
    assert all("password authentication failed" in step.reason for step in steps.values())
    environment.write_text(text, "utf-8")


def test_the_session_can_only_read(environment: Path) -> None:
    params = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    with closing(postgres.connect(params, statement_seconds=5)) as connection:
        step = postgres.query(connection, "CREATE TABLE x ()", name="x", title="x", redact=str)
    assert step.exit_status == 1
    assert "read-only transaction" in step.stderr


def test_check_mode_shows_the_sql_and_runs_none(twin: dict[str, t.Any], environment: Path) -> None:
    result, steps = _alembic(twin, environment, check_mode=True)
    assert result["changed"] is True
    assert result["after"] == []
    assert "CREATE TABLE reconciliation_findings" in steps["alembic_upgrade_preview"].stdout
    assert steps["alembic_upgrade"].outcome == NOT_RUN


def test_a_downgrade_that_drops_a_table_is_not_run(twin: dict[str, t.Any], environment: Path) -> None:
    versions = Path(twin["directory"]) / "migrations" / "versions"
    head = versions / "0007_mig_01c_finding_unique.py"
    text = head.read_text("utf-8")
    head.unlink()
    try:
        result, steps = _alembic(twin, environment)
    finally:
        head.write_text(text, "utf-8")
    assert result["after"] == ["0006_mig_01b_reconciliation"]
    assert steps["alembic_downgrade"].outcome == NOT_RUN
    assert "DROP TABLE reconciliation_findings" in steps["alembic_downgrade"].reason
    assert "alembic_reupgrade" not in steps
