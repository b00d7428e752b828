# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-1's collectors against the twin's Postgres and its real Alembic, in a database of their own."""

from __future__ import annotations

import json
import tempfile
import typing as t
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import postgres
from ansible_collections.psp.rc_closure.plugins.module_utils._collect import alembic_shadow
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, NOT_RUN, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from ansible_collections.psp.rc_closure.plugins.module_utils._text import (
    alembic,
    catalog,
    env_file,
    psql_text,
)
from ansible_collections.psp.rc_closure.plugins.modules import alembic_evidence, pg_unique_constraint
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import schema
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    Finding,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import rights, smoke
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import reset_or_stamp, table_schema
from tests.unit.captured import evidence
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
        if name in ("DATABASE_URL", "SYNC_DATABASE_URL")
    }
    file = tmp_path / "other.env"
    file.touch(mode=0o600)
    file.write_text(env_file.update(text, urls), "utf-8")
    yield file
    _sql(file, "DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _sql(environment: Path, statement: str) -> None:
    params = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    with closing(psycopg2.connect(**params)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _unique(environment: Path, **options: t.Any) -> tuple[dict[str, t.Any], dict[str, Step]]:
    given = {"env_file": str(environment), "table": "findings", "columns": COLUMNS, **options}
    taken = collector(pg_unique_constraint.ARGUMENT_SPEC, **given)
    result = pg_unique_constraint.collect(taken)
    return result, {step.name: step for step in taken.steps}


def _alembic(
    twin: dict[str, t.Any], environment: Path, *, check_mode: bool = False, **options: t.Any
) -> tuple[dict[str, t.Any], dict[str, Step]]:
    taken = collector(
        alembic_evidence.ARGUMENT_SPEC,
        check_mode=check_mode,
        env_file=str(environment),
        **{"path": [twin["bin"]], "directory": twin["directory"], **options},
    )
    result = alembic_evidence.collect(taken)
    return result, {step.name: step for step in taken.steps}


def test_a_constraint_is_shown_with_and_without_psql(twin: dict[str, t.Any], environment: Path) -> None:
    _sql(environment, TABLE)
    _sql(environment, f"ALTER TABLE findings ADD CONSTRAINT uq UNIQUE ({', '.join(COLUMNS)})")
    result, steps = _unique(environment, psql=twin["psql"])
    rendered = _unique(environment, psql="/no/psql")[1]["describe_table"]
    assert result == {"have": [COLUMNS], "want": COLUMNS}
    line = '"uq" UNIQUE CONSTRAINT, btree (provider, provider_event_id, finding_type)'
    assert line in steps["describe_table"].stdout
    assert line in rendered.stdout
    assert "provider_event_id | text" in rendered.stdout
    assert rendered.exit_status == 0


def test_an_index_is_no_constraint(environment: Path) -> None:
    _sql(environment, TABLE)
    _sql(environment, f"CREATE UNIQUE INDEX ux ON findings ({', '.join(COLUMNS)})")
    result, steps = _unique(environment)
    assert result["have"] == []
    assert "(0 rows)" in steps["unique_constraints"].stdout
    assert '"index" : "ux"' in steps["unique_catalog"].stdout


def _rights(environment: Path, **options: t.Any) -> list[str]:
    step = _unique(environment, rights=True, version_table="alembic_version", **options)[1]["database_rights"]
    assert step.exit_status == 0, step.stderr
    return rights.problems(step)


def test_what_the_user_may_do_is_asked_of_postgres(environment: Path) -> None:
    _sql(environment, "CREATE TABLE alembic_version (version_num text)")
    assert _rights(environment) == []
    assert _rights(environment, table="app.findings") == []  # it may make the schema
    _sql(environment, "REVOKE ALL ON SCHEMA public FROM PUBLIC, current_user")
    assert [one.partition(":")[0] for one in _rights(environment)] == [
        f"the search path of psp leads to no schema of {DATABASE} that exists and that it may use"
    ]
    _sql(environment, "GRANT USAGE ON SCHEMA public TO current_user")
    _sql(environment, "REVOKE UPDATE ON public.alembic_version FROM current_user")
    assert [one.partition(",")[0] for one in _rights(environment)] == [
        f"psp may not create tables in the schema public of {DATABASE}",
        f"psp may not write to alembic_version of {DATABASE}",
    ]


@pytest.mark.parametrize("psql", ["psql", "/no/psql"])
def test_a_missing_table_is_said_in_psqls_words(twin: dict[str, t.Any], environment: Path, psql: str) -> None:
    _result, steps = _unique(environment, psql=twin["psql"] if psql == "psql" else psql)
    assert steps["describe_table"].exit_status == 1
    assert 'Did not find any relation named "findings"' in steps["describe_table"].stderr
    assert steps["unique_constraints"].exit_status == 1


def test_what_has_the_tables_name_and_where_alembic_is(environment: Path) -> None:
    _sql(environment, f"{TABLE}; CREATE SCHEMA app; CREATE VIEW app.findings AS SELECT * FROM findings")
    _sql(environment, "CREATE TABLE versions (version_num text); INSERT INTO versions VALUES ('a')")
    steps = _unique(environment, table="Findings", version_table="versions")[1]
    places = [
        (one["schema"], one["kind"], one["resolved"]) for one in catalog.objects(steps["table_places"].stdout)
    ]
    assert places == [("app", "view", False), ("public", "table", True)]
    (place,) = catalog.objects(steps["table_revisions"].stdout)
    assert (place["database"], place["revision"]) == (DATABASE, "a")
    assert place["cluster"].isdigit()


def test_a_wrong_password_is_kept_with_every_question(environment: Path) -> None:
    text = environment.read_text("utf-8")
    password = env_file.parse(text)["SYNC_DATABASE_URL"].split(":")[2].split("@")[0]
    environment.write_text(text.replace(password, "wrong-password"), "utf-8")
    _result, steps = _unique(environment)
    assert {step.outcome for step in steps.values()} == {FAILED}
    assert all("password authentication failed" in step.reason for step in steps.values())
    environment.write_text(text, "utf-8")


def test_the_database_is_named_by_options_in_place_of_a_url(environment: Path, tmp_path: Path) -> None:
    _sql(environment, "CREATE TABLE findings (provider text, CONSTRAINT once UNIQUE (provider))")
    url = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    options = {
        "login_host": url["host"],
        "login_port": int(url["port"]),
        "login_user": url["user"],
        "login_password": url["password"],
        "login_db": url["dbname"],
    }
    (tmp_path / "empty.env").write_text("", "utf-8")
    result, _steps = _unique(tmp_path / "empty.env", psql="/no/psql", **options)
    assert result["have"] == [["provider"]]


def test_the_session_can_only_read(environment: Path) -> None:
    params = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    with closing(postgres.connect(params)) as connection:
        step = postgres.query(connection, "CREATE TABLE x ()", StepName("x"), str)
    assert step.exit_status == 1
    assert "read-only transaction" in step.stderr


def test_check_mode_shows_the_sql_and_runs_none(twin: dict[str, t.Any], environment: Path) -> None:
    result, steps = _alembic(twin, environment, check_mode=True)
    assert result["changed"] is True
    assert result["after"] == []
    assert "CREATE TABLE reconciliation_findings" in steps["alembic_upgrade_preview"].stdout
    assert steps["alembic_upgrade"].outcome == NOT_RUN


def _smoke(
    twin: dict[str, t.Any], environment: Path, **options: t.Any
) -> tuple[dict[str, t.Any], dict[str, Step]]:
    """Upgrade, read the smoke's SQL, and carry the smoke out, as the action does."""
    result, steps = _alembic(twin, environment)
    assert result["smoke_pending"]
    return _alembic(twin, environment, **{**smoke.stage(steps.values()), **options})


def test_one_step_down_and_up_again(twin: dict[str, t.Any], environment: Path) -> None:
    result, steps = _smoke(twin, environment)
    assert result == {"changed": True}
    assert int(catalog.sizes(steps["alembic_smoke_sizes"].stdout)["reconciliation_findings"]) > 0
    between, final = (steps[name].stdout for name in ("alembic_current_between", "alembic_current_final"))
    assert alembic.revisions(between) == ["0006_mig_01b_reconciliation"]
    assert alembic.revisions(final) == ["0007_mig_01c_finding_unique"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"smoke_largest": 1}, "reconciliation_findings has "),
        ({"smoke_tables": ["no.table"]}, "how large no.table is could not be asked"),
        ({"variables": {"database": ["NO_URL"]}}, "how large reconciliation_findings is could not be asked"),
    ],
    ids=["large", "no table", "no URL"],
)
def test_a_smoke_on_a_table_that_is_or_may_be_large_is_left_out(
    twin: dict[str, t.Any], environment: Path, options: dict[str, t.Any], reason: str
) -> None:
    result, steps = _smoke(twin, environment, **options)
    assert result == {"changed": False}
    assert steps["alembic_downgrade"].outcome == NOT_RUN
    assert reason in steps["alembic_downgrade"].reason
    assert "alembic_reupgrade" not in steps


def test_the_partitions_count(environment: Path) -> None:
    _sql(
        environment,
        "CREATE TABLE parts (id integer) PARTITION BY RANGE (id);"
        "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9999);"
        "INSERT INTO parts SELECT generate_series(1, 9998)",
    )
    with closing(
        postgres.connect(postgres.parameters(env_file.parse(environment.read_text())))
    ) as connection:
        step = postgres.query(connection, catalog.sizes_query(["parts"]), StepName("x"), str)
    assert catalog.sizes(step.stdout)["parts"] > 300_000


def test_a_downgrade_that_drops_a_table_is_not_run(twin: dict[str, t.Any], environment: Path) -> None:
    versions = Path(twin["directory"]) / "migrations" / "versions"
    head = versions / "0007_mig_01c_finding_unique.py"
    text = head.read_text("utf-8")
    head.unlink()
    try:
        _result, steps = _smoke(twin, environment)
    finally:
        head.write_text(text, "utf-8")
    assert steps["alembic_downgrade"].outcome == NOT_RUN
    assert "DROP TABLE reconciliation_findings" in steps["alembic_downgrade"].reason
    assert "alembic_reupgrade" not in steps


RICH = """
CREATE SCHEMA app;
CREATE TABLE people (id integer PRIMARY KEY, kind text NOT NULL);
CREATE TABLE app.rich (
    id serial PRIMARY KEY,
    person integer NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    amount numeric(18, 4) DEFAULT 0 CHECK (amount >= 0),
    code varchar(9) DEFAULT 'x' NOT NULL,
    big bigint GENERATED BY DEFAULT AS IDENTITY,
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
    CONSTRAINT uq_rich UNIQUE (person, code) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ix_rich_code ON app.rich (lower(code)) WHERE amount > 0;
CREATE UNIQUE INDEX ux_rich ON app.rich (amount) INCLUDE (code);
CREATE INDEX gx_rich ON app.rich USING hash (code);
"""


def test_a_description_without_psql_shows_the_same_table(twin: dict[str, t.Any], environment: Path) -> None:
    _sql(environment, RICH)
    tables = []
    for psql in (twin["psql"], "/no/psql"):
        step = _unique(environment, psql=psql, also=["app.rich", "findings"])[1]["describe_existing_table"]
        assert step.ok
        tables.append(table_schema.described("app.rich", step.stdout))
    shown, rendered = tables
    assert shown
    assert len(shown.rules) == 7
    assert rendered == shown


def _question(
    twin: dict[str, t.Any], environment: Path, **options: t.Any
) -> tuple[reset_or_stamp.Question, dict[str, Step]]:
    """Collect as the role does, and return what the report makes of it."""
    result, steps = _alembic(twin, environment, **options)
    policy = {"table": "reconciliation_findings"}
    shown = _unique(environment, psql=twin["psql"], also=result["existing"], **policy)[1]
    steps |= shown
    asked = reset_or_stamp.question(policy, list(steps.values()))
    assert asked
    return asked, steps


def test_tables_made_without_alembic_s_knowing_agree_at_their_revision(
    twin: dict[str, t.Any], environment: Path
) -> None:
    _alembic(twin, environment)
    _sql(environment, "UPDATE alembic_version SET version_num = '0005_mig_01a_event_window'")
    asked, _steps = _question(twin, environment)
    assert asked.at == "0005_mig_01a_event_window"
    assert [one.table for one in asked.tables] == ["reconciliation_runs", "reconciliation_findings"]
    assert reset_or_stamp.sentences(asked)[-1] == "Together they agree at 0007_mig_01c_finding_unique."


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            "ALTER TABLE reconciliation_findings DROP CONSTRAINT uq_recon_findings_provider_event_type",
            "uq_recon_findings_provider_event_type: does not exist, the migrations make it "
            "(UNIQUE CONSTRAINT (provider, provider_event_id, finding_type))",
        ),
        (
            "ALTER TABLE reconciliation_findings ALTER COLUMN severity TYPE text",
            "column severity: exists as text not null, the migrations make character varying(10) not null",
        ),
        (
            "ALTER TABLE reconciliation_findings DROP CONSTRAINT "
            "fk_reconciliation_findings_run_id_reconciliation_runs",
            "fk_reconciliation_findings_run_id_reconciliation_runs: does not exist, the migrations make it "
            "(FOREIGN KEY (run_id) REFERENCES reconciliation_runs (id))",
        ),
        (
            "ALTER TABLE reconciliation_findings ADD COLUMN note text",
            "column note: exists (text), the migrations do not make it",
        ),
        (
            "DROP INDEX ix_reconciliation_findings_run_id",
            "ix_reconciliation_findings_run_id: does not exist, the migrations make it (INDEX (run_id))",
        ),
    ],
    ids=["unique", "column's type", "foreign key", "one column more", "index"],
)
def test_one_difference_is_the_one_that_is_named(
    twin: dict[str, t.Any], environment: Path, change: str, line: str
) -> None:
    _alembic(twin, environment)
    _sql(environment, f"UPDATE alembic_version SET version_num = '0005_mig_01a_event_window'; {change}")
    asked, _steps = _question(twin, environment)
    assert asked.tables[1].differences("0007_mig_01c_finding_unique") == [line]
    assert line in reset_or_stamp.comparison(asked)


def test_an_index_on_an_older_table_is_compared_from_the_base_on(
    twin: dict[str, t.Any], environment: Path
) -> None:
    _alembic(twin, environment)
    _sql(environment, "UPDATE alembic_version SET version_num = '0004_provider_events'")
    asked, steps = _question(twin, environment)
    assert 'relation "ix_provider_events_provider_received_at" already exists' in asked.said
    assert asked.tables[0].table == "provider_events"
    assert "0004_provider_events:head" in steps["alembic_upgrade_preview"].command
    assert steps["alembic_base_preview"].ok
    assert asked.tables[0].agreeing == [
        ["0005_mig_01a_event_window", "0006_mig_01b_reconciliation", "0007_mig_01c_finding_unique"]
    ]


def test_a_database_that_alembic_does_not_know_is_compared_from_the_base_on(
    twin: dict[str, t.Any], environment: Path
) -> None:
    _alembic(twin, environment)
    _sql(environment, "DROP TABLE alembic_version")
    asked, steps = _question(twin, environment)
    assert (asked.tables[0].table, asked.at) == ("players", "")
    assert steps["alembic_upgrade_preview"].command.endswith("upgrade head --sql")
    assert "alembic_base_preview" not in steps
    assert len(asked.tables[0].agreeing[0]) == 7
    assert reset_or_stamp.sentences(asked)[-1] == "Together they agree at 0007_mig_01c_finding_unique."


NO_OFFLINE = """
if context.is_offline_mode():
    raise NotImplementedError(f"no offline mode for {database_url()}")
"""


def test_an_env_py_without_offline_mode_is_said_and_its_secrets_are_masked(
    twin: dict[str, t.Any], environment: Path
) -> None:
    file = Path(twin["directory"]) / "migrations" / "env.py"
    text = file.read_text("utf-8")
    _sql(environment, "CREATE TABLE players (id integer)")
    file.write_text(text.replace("if context.is_offline_mode():\n", f"{NO_OFFLINE}\nif False:\n"), "utf-8")
    try:
        asked, steps = _question(twin, environment)
    finally:
        file.write_text(text, "utf-8")
    said = " ".join(reset_or_stamp.sentences(asked))
    assert "alembic upgrade --sql did not work, which the project's env.py has to support: NotImpl" in said
    assert "column id: integer" in reset_or_stamp.comparison(asked)
    password = postgres.parameters(env_file.parse(environment.read_text("utf-8")))["password"]
    assert "NotImplementedError: no offline mode for postgresql" in steps["alembic_upgrade_preview"].stderr
    assert password not in json.dumps([step.as_dict() for step in steps.values()]) + said


def _databases(environment: Path) -> list[str]:
    params = postgres.parameters(env_file.parse(environment.read_text("utf-8")))
    with closing(postgres.connect(params)) as connection:
        listed = postgres.query(
            connection, "SELECT datname FROM pg_database ORDER BY datname", StepName("x"), str
        )
    return [row[0] for row in psql_text.rows_of(listed.stdout)]


def _shadowed(twin: dict[str, t.Any], environment: Path, **options: t.Any) -> tuple[Finding, dict[str, Step]]:
    """Collect with a shadow database, and return what the judge makes of it."""
    # By itself, the module ends where the controller reads the smoke's SQL; the shadow comes beside that.
    options = {"table": "reconciliation_findings", "downgrade_smoke": "never", **options}
    _result, steps = _alembic(twin, environment, **options)
    return schema.is_what_the_migrations_make(
        evidence(1, steps.values()), {"table": "reconciliation_findings"}
    ), steps


def test_a_shadow_database_shows_what_the_migrations_make_and_is_dropped(
    twin: dict[str, t.Any], environment: Path
) -> None:
    before = _databases(environment)
    found, steps = _shadowed(twin, environment)
    assert (found.result, found.detail) == (MET, "")
    assert steps["alembic_shadow_drop"].ok
    assert _databases(environment) == before
    assert alembic.moves(steps["alembic_shadow_upgrade"])[0][0] == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "ALTER TABLE reconciliation_findings ALTER COLUMN severity DROP NOT NULL",
            "it lacks column severity character varying(10) not null; also has column severity character",
        ),
        (
            "CREATE UNIQUE INDEX by_hand ON reconciliation_findings (provider)",
            "it also has index CREATE UNIQUE INDEX by_hand ON public.reconciliation_findings USING btree",
        ),
        (
            "ALTER TABLE reconciliation_findings RENAME COLUMN details TO detail",
            "it lacks column details jsonb not null; also has column detail jsonb not null",
        ),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER swallow BEFORE INSERT ON reconciliation_findings "
            "FOR EACH ROW EXECUTE FUNCTION f()",
            "it also has CREATE TRIGGER swallow BEFORE INSERT ON public.reconciliation_findings",
        ),
    ],
    ids=["nullable", "index", "name", "trigger"],
)
def test_what_somebody_changed_by_hand_is_named(
    twin: dict[str, t.Any], environment: Path, change: str, reason: str
) -> None:
    _alembic(twin, environment)
    _sql(environment, change)
    found, _steps = _shadowed(twin, environment)
    assert found.result == NOT_MET
    assert reason in found.reason


def test_what_differs_elsewhere_is_said(twin: dict[str, t.Any], environment: Path) -> None:
    _alembic(twin, environment)
    _sql(
        environment,
        "ALTER TABLE wallets ADD note text; CREATE TABLE scratch (id int); DROP TABLE withdrawals",
    )
    found, _steps = _shadowed(twin, environment)
    assert found.result == MET
    assert found.detail.splitlines() == [
        "public.scratch: exists, the migrations do not make it",
        "public.wallets: differs from what the migrations make",
        "public.withdrawals: does not exist, the migrations make it",
    ]


def test_what_breaks_beside_the_upgrade_is_not_lost(
    twin: dict[str, t.Any], environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_given: t.Any) -> None:
        raise RuntimeError("the shadow broke down")

    monkeypatch.setattr(alembic_shadow, "collect", break_down)
    with pytest.raises(RuntimeError, match="the shadow broke down"):
        _alembic(twin, environment, table="reconciliation_findings", downgrade_smoke="never")


def test_the_role_that_makes_the_shadow_database_may_be_another(
    twin: dict[str, t.Any], environment: Path
) -> None:
    text = environment.read_text("utf-8")
    other = env_file.parse(text)["SYNC_DATABASE_URL"].replace("://psp:", "://nobody:")
    environment.write_text(env_file.update(text, {"SHADOW_DATABASE_URL": other}), "utf-8")
    _result, steps = _alembic(twin, environment, table="reconciliation_findings", downgrade_smoke="never")
    environment.write_text(text, "utf-8")
    assert 'authentication failed for user "nobody"' in steps["alembic_shadow_create"].reason
    assert steps["alembic_schema"].ok


@pytest.fixture
def no_maker(twin: dict[str, t.Any]) -> t.Iterator[None]:
    """Take from the service's role the right to create databases, for a while."""
    password = Path(twin["postgres_superuser_password_file"]).read_text("utf-8").strip()
    at = {"host": "127.0.0.1", "port": twin["postgres_port"], "user": "postgres", "password": password}
    with closing(psycopg2.connect(**at, dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute("ALTER ROLE psp NOCREATEDB")
        try:
            yield
        finally:
            connection.cursor().execute("ALTER ROLE psp CREATEDB")


@pytest.mark.usefixtures("no_maker")
def test_a_temporary_server_is_used_where_the_role_may_make_no_database(
    twin: dict[str, t.Any], environment: Path
) -> None:
    programs = str(Path(twin["psql"]).parent)
    before = set(Path(tempfile.gettempdir()).glob("psp_rc_shadow_*"))
    found, steps = _shadowed(twin, environment, path=[twin["bin"], programs])
    assert (found.result, found.detail) == (MET, "")
    assert "of an empty database on a temporary server" in found.reason
    assert "permission denied to create database" in steps["alembic_shadow_refused"].stderr
    assert "listen_addresses= " in steps["alembic_shadow_server"].command
    assert "ENCODING 'UTF8' LC_COLLATE" in steps["alembic_shadow_create"].command
    assert set(Path(tempfile.gettempdir()).glob("psp_rc_shadow_*")) == before


@pytest.mark.usefixtures("no_maker")
def test_without_the_programs_of_its_version_nothing_is_proven(
    twin: dict[str, t.Any], environment: Path
) -> None:
    found, steps = _shadowed(twin, environment)
    assert found.result == NOT_PROVEN
    assert "permission denied to create database" in found.reason
    assert "there are no server programs of Postgres" in steps["alembic_shadow_server"].reason


def test_an_upgrade_that_goes_through_looks_into_nothing(twin: dict[str, t.Any], environment: Path) -> None:
    result, steps = _alembic(twin, environment)
    assert result["existing"] == []
    assert not {"alembic_upgrade_preview", "alembic_base_preview"} & steps.keys()
