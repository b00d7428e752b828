# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question that a table which exists already puts, with the facts to decide it by."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import (
    document,
    markdown,
    migration_decision,
    reset_or_stamp,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.migration_decision import Choice
from tests.unit.captured import NOW, RELEASE, captured, evidence, step
from tests.unit.reports import report

UPGRADE = captured("alembic_upgrade", "alembic/upgrade_duplicate_table")
CURRENT = captured("alembic_current_after", "alembic/current_after_duplicate_table")
PREVIEW = captured("alembic_upgrade_preview", "alembic/upgrade_sql_preview")
BEFORE, HEAD = "0006_mig_01b_reconciliation", "0007_mig_01c_finding_unique"


def described(name: str, **more: t.Any) -> Step:
    return captured("describe_table", f"psql/describe_table_{name}", **more)


POLICY = {"table": "reconciliation_findings"}


def said(*steps: Step) -> str:
    asked = reset_or_stamp.question(POLICY, steps)
    assert asked
    return "\n".join([*reset_or_stamp.sentences(asked), reset_or_stamp.comparison(asked)])


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (captured("alembic_upgrade", "alembic/upgrade_head"), described("head")),
        (captured("alembic_upgrade", "alembic/upgrade_lock_timeout"), described("head")),
    ],
    ids=["nothing was collected", "it went through", "it failed for another reason"],
)
def test_nothing_is_asked_where_nothing_stands_in_the_way(steps: tuple[Step, ...]) -> None:
    assert reset_or_stamp.question(POLICY, steps) is None


@pytest.mark.parametrize(
    ("exists", "agreement"),
    [
        ("without_constraint", f"agrees with what the migrations make at {BEFORE}."),
        ("head", f"agrees with what the migrations make at {HEAD}."),
        (
            "wrong_columns",
            f"agrees with what the migrations make at no revision; the nearest is {BEFORE}, with 1 diff",
        ),
    ],
)
def test_the_revision_at_which_they_agree_is_named(exists: str, agreement: str) -> None:
    text = said(UPGRADE, CURRENT, PREVIEW, described(exists))
    assert f"reconciliation_findings as it exists {agreement}" in text
    assert (
        "The upgrade was stopped by 0005_mig_01a_event_window -> 0006_mig_01b_reconciliation: "
        'psycopg2.errors.DuplicateTable: relation "reconciliation_findings" already exists.'
    ) in text
    assert "The database is at 0004_provider_events." in text


def test_the_differences_are_named_revision_by_revision() -> None:
    text = said(UPGRADE, CURRENT, PREVIEW, described("without_constraint"))
    assert f"reconciliation_findings against the migrations up to {BEFORE}:\n  no difference" in text
    assert (
        f"up to {HEAD}:\n  uq_recon_findings_provider_event_type: does not exist, the migrations make" in text
    )


def test_without_the_migrations_sql_the_existing_table_is_shown() -> None:
    text = said(UPGRADE, CURRENT, described("head"))
    assert "The evidence does not show what the migrations make of reconciliation_findings" in text
    assert "  column provider_event_id: character varying(100)" in text
    assert "  uq_recon_findings_provider_event_type: UNIQUE CONSTRAINT" in text


def test_without_the_table_that_is_said() -> None:
    text = said(UPGRADE, described("missing"))
    assert (
        "The evidence does not show reconciliation_findings as a table (it shows: Did not find any relation "
        'named "reconciliation_findings".), so nothing can be compared.'
    ) in text
    assert "The database is at no revision." in text


OTHER_SQL = """\
-- Running upgrade  -> 0001
CREATE TABLE app.players (
    id INTEGER NOT NULL,
    name VARCHAR(9),
    PRIMARY KEY (id),
    FOREIGN KEY(id) REFERENCES people (id) ON DELETE CASCADE
);

-- Running upgrade 0001 -> 0002
CREATE TABLE other (
    id INTEGER NOT NULL
);

-- Running upgrade 0002 -> 0003
ALTER TABLE app.players ADD COLUMN age INTEGER;

CREATE INDEX ix_players_age ON app.players (age);

"""
OTHER_TABLE = """\
                   Table "app.players"
 Column |         Type         | Collation | Nullable | Default
--------+----------------------+-----------+----------+---------
 id     | integer              |           | not null |
 name   | character varying(9) |           |          |
Indexes:
    "players_pkey" PRIMARY KEY, btree (id)
Foreign-key constraints:
    "players_id_fkey" FOREIGN KEY (id) REFERENCES people(id) ON DELETE CASCADE

"""


def stopped_by(relation: str) -> Step:
    line = f'psycopg2.errors.DuplicateTable: relation "{relation}" already exists\n'
    return step("alembic_upgrade", exit_status=1, stderr=line)


@pytest.mark.parametrize("relation", ["players", "ix_players_age"])
def test_a_table_that_is_not_the_policy_s_is_compared_by_its_own_description(relation: str) -> None:
    text = said(
        stopped_by(relation),
        step("alembic_upgrade_preview", stdout=OTHER_SQL),
        step("describe_existing_table", stdout=OTHER_TABLE),
        described("head"),
    )
    assert (
        "app.players as it exists agrees with what the migrations make at 0001 (and on to 0002).\n"
        "That is about this table alone."
    ) in text
    assert (
        "up to 0003:\n  column age: does not exist, the migrations make it (integer)\n  ix_players_age:"
        in text
    )


def test_a_table_older_than_the_migrations_to_run_is_compared_from_the_base_on() -> None:
    late = OTHER_SQL[OTHER_SQL.index("-- Running upgrade 0002") :]
    text = said(
        stopped_by("ix_players_age"),
        step("alembic_upgrade_preview", stdout=late),
        step("alembic_base_preview", stdout=OTHER_SQL),
        step("describe_existing_table", stdout=OTHER_TABLE),
    )
    assert "app.players as it exists agrees with what the migrations make at 0001 (and on to 0002)." in text


RUNS = """\
                   Table "public.reconciliation_runs"
 Column | Type | Collation | Nullable | Default
--------+------+-----------+----------+---------
 id     | uuid |           | not null |
Indexes:
    "pk_reconciliation_runs" PRIMARY KEY, btree (id)

"""


CREATE_RUNS = """\
-- Running upgrade  -> r1
CREATE TABLE reconciliation_runs (
    id UUID NOT NULL,
    CONSTRAINT pk_reconciliation_runs PRIMARY KEY (id)
);

"""


@pytest.mark.parametrize(
    ("added", "alone", "together"),
    [
        ("", f"r1 (and on to {HEAD})", HEAD),
        ("ALTER TABLE reconciliation_runs ADD COLUMN x TEXT;\n", "r1", "no revision"),
        ("ALTER TABLE reconciliation_runs ALTER COLUMN id DROP NOT NULL;\n", "r1", "no revision"),
    ],
)
def test_the_policy_s_table_is_compared_as_well_where_another_stood_in_the_way(
    added: str, alone: str, together: str
) -> None:
    rest = PREVIEW.stdout[PREVIEW.stdout.index("CREATE TABLE reconciliation_findings") :]
    sql = f"{CREATE_RUNS}-- Running upgrade r1 -> {BEFORE}\n{added}{rest}"
    text = said(
        stopped_by("reconciliation_runs"),
        step("alembic_upgrade_preview", stdout=sql),
        step("describe_existing_table", stdout=RUNS),
        described("head"),
    )
    assert f"reconciliation_runs as it exists agrees with what the migrations make at {alone}." in text
    assert f"reconciliation_findings as it exists agrees with what the migrations make at {HEAD}." in text
    assert f"Together they agree at {together}." in text


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (" name   | text |  |  |", "column name: exists as text, the migrations make character varying(9)"),
        (
            " name   | character varying(9) | | not null |",
            "column name: exists as character varying(9) not null",
        ),
        (
            " nick   | character varying(9) | | |",
            "column nick: exists (character varying(9)), the migrations",
        ),
        (
            " name   | character varying(9) | | | 'x'::character varying",
            "column name: exists as character varying(9) default 'x', the migrations make char",
        ),
    ],
)
def test_a_column_that_differs_is_named(column: str, line: str) -> None:
    text = OTHER_TABLE.replace(" name   | character varying(9) |           |          |", column)
    assert text != OTHER_TABLE
    shown = step("describe_existing_table", stdout=text)
    found = said(stopped_by("players"), step("alembic_upgrade_preview", stdout=OTHER_SQL), shown)
    assert line in found
    assert "at no revision; the nearest is 0001 (and on to 0002), with " in found


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (" ON DELETE CASCADE", "", "players_id_fkey: exists as FOREIGN KEY (id) REFERENCES people (id), the"),
        ("people(id)", "users(id)", "players_id_fkey: exists as FOREIGN KEY (id) REFERENCES users (id) ON"),
        ('"players_pkey"', '"pk"', "pk: exists (PRIMARY KEY (id)), the migrations do not make it"),
        ("PRIMARY KEY, btree", "UNIQUE, btree", "players_pkey: exists as UNIQUE INDEX (id), the migrations"),
    ],
)
def test_a_constraint_that_differs_is_named(old: str, new: str, line: str) -> None:
    shown = step("describe_existing_table", stdout=OTHER_TABLE.replace(old, new))
    found = said(stopped_by("players"), step("alembic_upgrade_preview", stdout=OTHER_SQL), shown)
    assert line in found


def test_what_is_not_read_of_an_existing_table_is_shown_where_there_is_no_sql() -> None:
    text = OTHER_TABLE.replace("character varying(9)", "bit varying(9)      ")
    shown = step("describe_existing_table", stdout=text)
    assert 'cannot be compared: ALTER TABLE "players" ADD COLUMN "name" bit varying(9)' in said(
        stopped_by("players"), shown
    )


def test_a_view_in_a_table_s_place_is_said_to_be_one() -> None:
    shown = step("describe_existing_table", stdout=OTHER_TABLE.replace("Table", "View"))
    text = said(stopped_by("players"), step("alembic_upgrade_preview", stdout=OTHER_SQL), shown)
    assert 'does not show app.players as a table (it shows: View "app.players")' in text


def test_what_is_no_table_has_no_columns() -> None:
    line = 'psycopg2.errors.DuplicateObject: type "mood" already exists\n'
    text = said(step("alembic_upgrade", exit_status=1, stderr=line), PREVIEW, described("head"))
    assert "What exists is no table, nor a part of one" in text


@pytest.mark.parametrize(
    ("preview", "why"),
    [
        (
            step(
                "alembic_upgrade_preview", exit_status=1, stderr="Traceback\nNotImplementedError: offline\n"
            ),
            "(alembic upgrade --sql did not work, which the project's env.py has to support: "
            "NotImplementedError: offline)",
        ),
        (step("alembic_upgrade_preview"), "(the migrations' SQL does not create it)"),
        (step("one"), "(alembic upgrade --sql is not there)"),
        (
            step("alembic_upgrade_preview", stdout="CREATE TABLE t (id TEXT DEFAULT 'x);\n"),
            "(what alembic upgrade --sql shows cannot be read as SQL)",
        ),
    ],
)
def test_why_there_is_no_sql_is_said(preview: Step, why: str) -> None:
    text = said(UPGRADE, CURRENT, preview, described("head"))
    assert f"does not show what the migrations make of reconciliation_findings {why}, so at which" in text


def test_a_controller_without_the_parser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "find_spec", lambda _name: None)
    with pytest.raises(ValueError, match="pip install sqlglot"):
        reset_or_stamp.question(POLICY, (UPGRADE, CURRENT, PREVIEW))
    assert reset_or_stamp.question(POLICY, ()) is None


def test_the_report_puts_the_question_after_the_package_s_verdict() -> None:
    document = report(1, steps={1: [UPGRADE, CURRENT, PREVIEW, described("head")]})
    sections = markdown.sections(document)
    place = next(n for n, section in enumerate(sections) if section.startswith("### Reset or stamp?"))
    assert sections[place - 1].startswith("## Package-1, ")
    assert sections[place + 1].startswith("<details><summary>1.1 ")
    assert "Neither is a PASS by itself" in sections[place]


def test_the_report_holds_it_as_data() -> None:
    steps = (UPGRADE, CURRENT, PREVIEW, described("head"), migration_decision.step(Choice("stamp", "A", "B")))
    built = document.build(Attempt("/x", NOW, RELEASE), {1: (evidence(1, steps), POLICY)}, NOW)
    section = built["packages"]["package_1"]["reset_or_stamp"]
    assert section["question"]["at"] == "0004_provider_events"
    assert (section["decision"]["what"], section["decision"]["recorded"]) == ("stamp", steps[-1].started)
    assert section["comparison"] in said(*steps)
    assert json.loads(json.dumps(section)) == section
    assert "reset_or_stamp" not in built["packages"]["package_0"]


def test_the_report_is_rendered_from_the_data_alone() -> None:
    told = report(1, steps={1: (UPGRADE, CURRENT, PREVIEW)})
    told["packages"]["package_1"]["reset_or_stamp"]["sentences"] = ["Another sentence."]
    assert "Another sentence." in markdown.render(told)
