# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package-1's rules, each from both its sides, on what Alembic and Postgres really print."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    FAILED,
    NOT_RUN,
    Evidence,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import psql_text
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    TRACEBACK,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_1 import judge
from tests.unit.captured import captured, evidence, read_case, step
from tests.unit.plugins.plugin_utils.judge.test_earlier import begun

POLICY = {
    "table": "reconciliation_findings",
    "columns": ["provider", "provider_event_id", "finding_type"],
}
ENTRY = {
    "index": "uq_recon",
    "constraint": "uq_recon",
    "definition": "UNIQUE (provider, provider_event_id, finding_type)",
    "columns": ["provider", "provider_event_id", "finding_type"],
    "nullable": [],
    "valid": True,
    "deferrable": False,
    "nulls_not_distinct": False,
    "predicate": None,
}
LEFT_OUT = "it could lose data (DROP TABLE x)"


def _catalog(*entries: dict[str, t.Any]) -> list[Step]:
    """What the two catalog queries answer for these unique indexes."""
    constraints = [[e["constraint"], e["definition"]] for e in entries if e["constraint"]]
    return [
        step(
            "unique_constraints",
            stdout=psql_text.table(["conname", "pg_get_constraintdef"], constraints),
        ),
        step("unique_catalog", stdout=psql_text.table(["unique_index"], [[json.dumps(e)] for e in entries])),
    ]


def _objects(name: str, *objects: dict[str, t.Any]) -> Step:
    return step(name, stdout=psql_text.table(["object"], [[json.dumps(one)] for one in objects]))


def _places(*places: tuple[str, str, bool]) -> Step:
    found = [{"schema": schema, "kind": kind, "resolved": resolved} for schema, kind, resolved in places]
    return _objects("table_places", *found)


def _revisions(*revisions: str) -> Step:
    return _objects("table_revisions", *({"database": "psp", "revision": one} for one in revisions))


def _schema(found: str, other: str, name: str = "alembic_schema") -> Step:
    """The schema at the head with other text in it; where no row has a line, the table is not there."""
    at_head = captured(name, "psql/schema_head")
    return replace(at_head, stdout=at_head.stdout.replace(found, other))


def _steps(**other: Step | None) -> Evidence:
    """The evidence of a good run, with some steps exchanged or, by None, taken away."""
    steps: dict[str, Step | None] = {
        "alembic_current": captured("alembic_current", "alembic/current_behind"),
        "alembic_heads": captured("alembic_heads", "alembic/heads"),
        "alembic_history": captured("alembic_history", "alembic/history"),
        "alembic_upgrade": captured("alembic_upgrade", "alembic/upgrade_head"),
        "alembic_shadow_create": step("alembic_shadow_create", stdout="CREATE DATABASE\n"),
        "alembic_shadow_current": captured("alembic_shadow_current", "alembic/current_shadow"),
        "alembic_shadow_upgrade": captured("alembic_shadow_upgrade", "alembic/upgrade_shadow"),
        "alembic_shadow_schema": captured("alembic_shadow_schema", "psql/schema_head"),
        "alembic_schema": captured("alembic_schema", "psql/schema_head"),
        "alembic_current_after": captured("alembic_current_after", "alembic/current_head"),
        "alembic_downgrade": captured("alembic_downgrade", "alembic/downgrade_1"),
        "alembic_current_between": captured("alembic_current_between", "alembic/current_after_downgrade"),
        "alembic_reupgrade": captured("alembic_reupgrade", "alembic/upgrade_head_after_downgrade"),
        "alembic_current_final": captured("alembic_current_final", "alembic/current_head"),
        "describe_table": captured("describe_table", "psql/describe_table_head"),
        "table_places": _places(("public", "table", True)),
        "table_revisions": _revisions("0007_mig_01c_finding_unique"),
    }
    steps |= {s.name: s for s in _catalog(ENTRY)} | other
    return evidence(1, steps.values())


def _uniques(*entries: dict[str, t.Any]) -> Evidence:
    return _steps(**{s.name: s for s in _catalog(*entries)})


def test_a_good_run_passes_and_says_by_what() -> None:
    verdict = judge(_steps(), POLICY)
    assert verdict.status == "PASS"
    assert verdict.note == (
        "Alembic is at head (3 migrations ran, 0004_provider_events -> 0007_mig_01c_finding_unique, and "
        "reconciliation_findings is what the migrations make of an empty database), and "
        "reconciliation_findings has uq_recon: UNIQUE (provider, provider_event_id, finding_type)."
    )
    assert {c.result for c in verdict.criteria} == {MET}
    assert all(c.steps for c in verdict.criteria)


GOOD: list[tuple[str, Evidence, str, str]] = [
    (
        "a project that logs warnings only",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_head_warn_level")),
        "schema_is_the_migrations",
        "the database went from 0004_provider_events to 0007_mig_01c_finding_unique",
    ),
    (
        "a second run",
        _steps(
            alembic_current=captured("alembic_current", "alembic/current_head"),
            alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_head_again"),
        ),
        "schema_is_the_migrations",
        "nothing had to run, and reconciliation_findings is what the migrations make of an empty database",
    ),
    (
        "an env.py that prints a word",
        _steps(
            **{
                name: captured(
                    name, f"alembic/{case}", stdout="ready\n" + read_case(f"alembic/{case}").stdout
                )
                for name, case in (
                    ("alembic_current", "current_behind"),
                    ("alembic_current_after", "current_head"),
                    ("alembic_current_between", "current_after_downgrade"),
                    ("alembic_current_final", "current_head"),
                    ("alembic_shadow_current", "current_shadow"),
                )
            }
        ),
        "at_head",
        "the database is at 0007_mig_01c_finding_unique, the head",
    ),
    (
        "another table differs",
        _steps(alembic_schema=_schema("4eb9637391852934934c90660aded4a8", "0" * 32)),
        "schema_is_the_migrations",
        "; 1 other relation differs",
    ),
    (
        "an unsafe smoke is left out",
        _steps(
            alembic_downgrade=step("alembic_downgrade", exit_status=None, outcome=NOT_RUN, reason=LEFT_OUT),
            alembic_reupgrade=None,
            alembic_current_final=None,
        ),
        "smoke",
        f"left out, being optional: {LEFT_OUT}",
    ),
    (
        "a partitioned table",
        _steps(table_places=_places(("public", "partitioned table", True))),
        "table_exists",
        "a partitioned table in the schema public",
    ),
    (
        "the columns in another order are as unique",
        _uniques({**ENTRY, "columns": ["finding_type", "provider", "provider_event_id"]}),
        "unique_constraint",
        "uq_recon: UNIQUE (provider, provider_event_id, finding_type)",
    ),
    (
        "a unique index on an expression beside it",
        _uniques({**ENTRY, "constraint": None, "definition": None, "columns": None}, ENTRY),
        "unique_constraint",
        "uq_recon: UNIQUE (provider, provider_event_id, finding_type)",
    ),
    (
        "NULLs that weaken the key are named",
        _uniques({**ENTRY, "nullable": ["provider_event_id"], "deferrable": True}),
        "unique_constraint",
        "(deferrable; rows with NULL in provider_event_id are not compared)",
    ),
]


SEVERAL = step(
    "alembic_ini",
    kind="file",
    stdout="in force: /app/backend/alembic.ini\nin reach: /app/alembic.ini\n",
)
SAID = "; Alembic's file in force is /app/backend/alembic.ini, not /app/alembic.ini"


def test_two_alembic_ini_in_reach_are_in_the_note_with_the_one_in_force() -> None:
    verdict = judge(_steps(alembic_ini=SEVERAL), POLICY)
    assert verdict.status == "PASS"
    assert verdict.note.endswith(f"{SAID}.")
    head = next(c for c in verdict.criteria if c.id == "one_head")
    assert (head.reason, head.steps) == (
        f"the head is 0007_mig_01c_finding_unique{SAID}",
        ("alembic_heads", "alembic_ini"),
    )
    failed = captured("alembic_upgrade", "alembic/upgrade_unknown_revision")
    assert SAID in judge(_steps(alembic_ini=SEVERAL, alembic_upgrade=failed), POLICY).note


@pytest.mark.parametrize(("count", "shown"), [(29, 0), (30, 0), (31, 30)])
def test_of_a_long_history_the_last_30_lines_are_quoted(count: int, shown: int) -> None:
    lines = [f"r{number} -> r{number + 1}, what" for number in reversed(range(count))]
    verdict = judge(_steps(alembic_history=step("alembic_history", stdout="\n".join(lines))), POLICY)
    (found,) = (c for c in verdict.criteria if c.id == "history_kept")
    assert (found.reason, found.detail) == (f"{count} lines kept", "\n".join(lines[-shown:] * bool(shown)))


def test_one_migration_is_counted_as_one() -> None:
    one = step(
        "alembic_upgrade",
        stderr="INFO  [alembic.runtime.migration] Running upgrade 0006_mig_01b_reconciliation -> "
        "0007_mig_01c_finding_unique, MIG-01C\n",
    )
    told = "1 migration ran, 0006_mig_01b_reconciliation -> 0007_mig_01c_finding_unique, and"
    assert told in judge(_steps(alembic_upgrade=one), POLICY).note


def test_what_an_earlier_attempt_had_begun_counts_where_nothing_ran() -> None:
    idle = {
        "alembic_current": captured("alembic_current", "alembic/current_head"),
        "alembic_upgrade": captured("alembic_upgrade", "alembic/upgrade_head_again"),
    }
    ran, nothing = (judge(_steps(earlier_attempts=begun(), **steps), POLICY) for steps in ({}, idle))
    assert (ran.status, nothing.status) == ("PASS", "FAIL")
    assert nothing.note.endswith("look into what it did, and begin a new attempt.")


def test_of_many_differences_two_are_named_and_all_are_in_the_detail() -> None:
    verdict = judge(_steps(alembic_schema=_schema(" not null", "")), POLICY)
    (found,) = (c for c in verdict.criteria if c.id == "schema_is_the_migrations")
    many = found.detail.splitlines()
    assert len(many) > 2
    assert found.reason.endswith(f"it {many[0]}; {many[1]}; and {len(many) - 2} more")


def test_of_two_schemas_the_table_may_be_named() -> None:
    places = _places(("old", "table", False), ("public", "table", True))
    policy = {**POLICY, "table": "public.reconciliation_findings"}
    verdict = judge(_steps(table_places=places), policy)
    assert {c.id: c.result for c in verdict.criteria}["table_exists"] == MET


def test_a_partial_index_is_named_with_its_condition() -> None:
    verdict = judge(_uniques({**ENTRY, "constraint": None, "predicate": "(provider = 'x')"}), POLICY)
    assert "(provider, provider_event_id, finding_type) WHERE (provider = 'x'), which is no" in verdict.note


def test_one_alembic_ini_is_not_in_the_note() -> None:
    one = step("alembic_ini", kind="file", stdout="in force: /app/backend/alembic.ini\n")
    verdict = judge(_steps(alembic_ini=one), POLICY)
    assert verdict == judge(_steps(), POLICY)
    assert {c.id: c.steps for c in verdict.criteria}["one_head"] == ("alembic_heads",)


def test_other_relations_count_where_the_policy_says_so() -> None:
    differs = _steps(alembic_schema=_schema("4eb9637391852934934c90660aded4a8", "0" * 32))
    policy = {**POLICY, "others": "same"}
    verdict = judge(differs, policy)
    assert verdict.status == "FAIL"
    assert "; 1 other relation differs: public." in verdict.note
    assert judge(_steps(), policy).status == "PASS"


@pytest.mark.parametrize(
    ("step_name", "how"),
    [
        ("alembic_schema", "does not exist, the migrations make it"),
        ("alembic_shadow_schema", "exists, the migrations do not make it"),
    ],
)
def test_a_relation_that_only_one_has_is_named(step_name: str, how: str) -> None:
    row = '{"relation" : "public.wallets", "digest" : "4eb9637391852934934c90660aded4a8"}'
    verdict = judge(_steps(**{step_name: _schema(row, "", step_name)}), POLICY)
    found = next(c for c in verdict.criteria if c.id == "schema_is_the_migrations")
    assert found.detail == f"public.wallets: {how}"


@pytest.mark.parametrize(("kept", "rule", "reason"), [case[1:] for case in GOOD], ids=[c[0] for c in GOOD])
def test_passes(kept: Evidence, rule: str, reason: str) -> None:
    verdict = judge(kept, POLICY)
    assert verdict.status == "PASS"
    assert reason in {c.id: c.reason for c in verdict.criteria}[rule]


BAD: list[tuple[str, Evidence, str, str, str]] = [
    (
        "table already exists",
        _steps(
            alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_duplicate_table"),
            alembic_current_after=captured("alembic_current_after", "alembic/current_after_duplicate_table"),
            alembic_current_final=None,
        ),
        "upgrade_clean",
        NOT_MET,
        'DuplicateTable: relation "reconciliation_findings" already exists: whether to reset or to stamp',
    ),
    (
        "a constraint's name already exists",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_duplicate_constraint_name")),
        "upgrade_clean",
        NOT_MET,
        "already exists: whether to reset or to stamp is to be decided in the ticket",
    ),
    (
        "the lock was never free",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_lock_timeout")),
        "upgrade_clean",
        NOT_MET,
        "canceling statement due to lock timeout",
    ),
    (
        "stopped at its limit",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_waits_for_lock_killed")),
        "upgrade_clean",
        NOT_PROVEN,
        "stopped at its limit of 4 s",
    ),
    (
        "two heads",
        _steps(
            alembic_heads=captured("alembic_heads", "alembic/heads_two"),
            alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_two_heads"),
        ),
        "one_head",
        NOT_MET,
        "there are 2 heads",
    ),
    (
        "a traceback in spite of status 0",
        _steps(alembic_upgrade=step("alembic_upgrade", stderr=f"{TRACEBACK}\n  File x\nValueError: no\n")),
        "upgrade_clean",
        NOT_MET,
        "a traceback in spite of status 0, ValueError: no",
    ),
    (
        "wrong password",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_wrong_password")),
        "upgrade_clean",
        NOT_MET,
        'password authentication failed for user "psp"',
    ),
    (
        "unknown revision",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_unknown_revision")),
        "upgrade_clean",
        NOT_MET,
        "Can't locate revision identified by '9999_gone'",
    ),
    (
        "no alembic.ini here",
        _steps(alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_wrong_directory")),
        "upgrade_clean",
        NOT_MET,
        "No 'script_location' key found",
    ),
    (
        "rc 0 and yet not at head",
        _steps(alembic_current_final=captured("alembic_current_final", "alembic/current_after_downgrade")),
        "at_head",
        NOT_MET,
        "the database is at 0006_mig_01b_reconciliation, the head is 0007_mig_01c_finding_unique",
    ),
    (
        "an unstamped database",
        _steps(alembic_current_final=captured("alembic_current_final", "alembic/current_unstamped")),
        "at_head",
        NOT_MET,
        "the database is at no revision",
    ),
    (
        "only stamped",
        _steps(
            alembic_current=captured("alembic_current", "alembic/current_after_stamp"),
            alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_head_after_stamp"),
            alembic_schema=_schema('"line"', '"gone"'),
        ),
        "schema_is_the_migrations",
        NOT_MET,
        "nothing had to run, and there is no table reconciliation_findings",
    ),
    (
        "made by hand, and stamped one short of the head",
        _steps(alembic_schema=_schema("run_id uuid not null", "run_id text")),
        "schema_is_the_migrations",
        NOT_MET,
        "is not what the migrations make of an empty database: it lacks column run_id uuid not null; "
        "also has column run_id text",
    ),
    (
        "a table that no migration makes",
        _steps(alembic_shadow_schema=_schema('"line"', '"gone"', "alembic_shadow_schema")),
        "schema_is_the_migrations",
        NOT_MET,
        "the migrations make no table reconciliation_findings of an empty database",
    ),
    (
        "a role that may not create a database",
        _steps(
            alembic_shadow_create=step(
                "alembic_shadow_create", exit_status=1, stderr="ERROR: permission denied to create database"
            )
        ),
        "schema_is_the_migrations",
        NOT_PROVEN,
        "no shadow database can be made: ERROR: permission denied to create database: allow it by ALTER ROLE",
    ),
    (
        "a project with its URL in a file",
        _steps(alembic_shadow_current=captured("alembic_shadow_current", "alembic/current_head")),
        "schema_is_the_migrations",
        NOT_PROVEN,
        "it finds 0007_mig_01c_finding_unique in an empty one",
    ),
    (
        "migrations that need what is there already",
        _steps(alembic_shadow_upgrade=captured("alembic_shadow_upgrade", "alembic/upgrade_duplicate_table")),
        "schema_is_the_migrations",
        NOT_PROVEN,
        "the migrations do not go through on an empty database: ",
    ),
    (
        "nothing ran and nothing can compare",
        _steps(
            alembic_current=captured("alembic_current", "alembic/current_head"),
            alembic_upgrade=captured("alembic_upgrade", "alembic/upgrade_head_again"),
            alembic_shadow_create=None,
        ),
        "schema_is_the_migrations",
        NOT_PROVEN,
        "no step alembic_shadow_create was kept",
    ),
    (
        "no table",
        _steps(describe_table=captured("describe_table", "psql/describe_table_missing")),
        "table_exists",
        NOT_MET,
        "there is no table reconciliation_findings",
    ),
    (
        "psql was refused",
        _steps(describe_table=captured("describe_table", "psql/wrong_password")),
        "table_exists",
        NOT_PROVEN,
        "\\d ended with status 2 and printed nothing: psql: error: ",
    ),
    (
        "psql ended badly, and showed something",
        _steps(describe_table=step("describe_table", exit_status=1, stdout="Table\n", stderr="lost\n")),
        "table_exists",
        NOT_PROVEN,
        "\\d ended with status 1: lost",
    ),
    (
        "an index is no constraint",
        _uniques({**ENTRY, "constraint": None, "definition": None}),
        "unique_constraint",
        NOT_MET,
        "only the unique index uq_recon (provider, provider_event_id, finding_type), which is no constraint",
    ),
    (
        "the constraint is on other columns",
        _uniques({**ENTRY, "columns": ["provider", "provider_event_id"]}),
        "unique_constraint",
        NOT_MET,
        "have UNIQUE (provider, provider_event_id) as constraint uq_recon",
    ),
    ("no constraint at all", _uniques(), "unique_constraint", NOT_MET, "have none"),
    (
        "the constraint's index is not valid",
        _uniques({**ENTRY, "valid": False}),
        "unique_constraint",
        NOT_MET,
        "as constraint uq_recon, not valid",
    ),
    (
        "another database, at another revision",
        _steps(table_revisions=_revisions("0006_mig_01b_reconciliation")),
        "one_database",
        NOT_MET,
        "is at 0006_mig_01b_reconciliation, and alembic current says 0007_mig_01c_finding_unique",
    ),
    (
        "a database without a row of Alembic's",
        _steps(table_revisions=_revisions()),
        "one_database",
        NOT_MET,
        "the examined database has no row of Alembic's",
    ),
    (
        "a database without Alembic's table",
        _steps(
            table_revisions=step(
                "table_revisions", exit_status=1, stderr='ERROR: relation "alembic_version" does not exist'
            )
        ),
        "one_database",
        NOT_PROVEN,
        'relation "alembic_version" does not exist',
    ),
    (
        "a view",
        _steps(table_places=_places(("public", "view", True))),
        "table_exists",
        NOT_MET,
        "reconciliation_findings is no ordinary table: view",
    ),
    (
        "a table that a crash empties",
        _steps(table_places=_places(("public", "unlogged table", True))),
        "table_exists",
        NOT_MET,
        "no ordinary table: unlogged table",
    ),
    (
        "two schemas",
        _steps(table_places=_places(("old", "table", False), ("public", "table", True))),
        "table_exists",
        NOT_PROVEN,
        "is in more than one schema, old (table), public (table): which is meant has to be named",
    ),
    (
        "a schema that the connection does not look into",
        _steps(table_places=_places(("app", "table", False))),
        "table_exists",
        NOT_MET,
        "is none that the connection finds; there is one in app (table)",
    ),
    (
        "no connection",
        _steps(
            unique_constraints=step(
                "unique_constraints",
                exit_status=None,
                outcome=FAILED,
                reason="no connection to Postgres: refused",
            )
        ),
        "unique_constraint",
        NOT_PROVEN,
        "no connection to Postgres: refused",
    ),
    (
        "the smoke left staging broken",
        _steps(alembic_reupgrade=captured("alembic_reupgrade", "alembic/upgrade_lock_timeout")),
        "smoke",
        NOT_MET,
        "canceling statement due to lock timeout",
    ),
    (
        "a smoke in which nothing moved",
        _steps(alembic_current_between=captured("alembic_current_between", "alembic/current_head")),
        "smoke",
        NOT_MET,
        "the database went 0007_mig_01c_finding_unique -> 0007_mig_01c_finding_unique",
    ),
    (
        "a smoke that went down too far",
        _steps(alembic_current_between=captured("alembic_current_between", "alembic/current_behind")),
        "smoke",
        NOT_MET,
        "not one step down and up again",
    ),
    (
        "a smoke that ends elsewhere",
        _steps(alembic_current_final=captured("alembic_current_final", "alembic/current_after_downgrade")),
        "smoke",
        NOT_MET,
        "not one step down and up again",
    ),
    (
        "a smoke that nobody watched",
        _steps(alembic_current_between=None),
        "smoke",
        NOT_PROVEN,
        "no step alembic_current_between was kept",
    ),
    (
        "a way down that fails",
        _steps(
            alembic_downgrade=step(
                "alembic_downgrade", exit_status=1, stderr=f"{TRACEBACK}\n  File x\nValueError: no\n"
            )
        ),
        "smoke",
        NOT_MET,
        "alembic_downgrade: ValueError: no",
    ),
    (
        "a way down that swallows its error",
        _steps(
            alembic_downgrade=step("alembic_downgrade", stderr=f"{TRACEBACK}\n  File x\nValueError: no\n")
        ),
        "smoke",
        NOT_MET,
        "a traceback in spite of status 0, ValueError: no",
    ),
    (
        "history is minimum evidence",
        _steps(alembic_history=None),
        "history_kept",
        NOT_PROVEN,
        "no step alembic_history",
    ),
    (
        "a history that is empty",
        _steps(alembic_history=step("alembic_history")),
        "history_kept",
        NOT_PROVEN,
        "alembic history printed nothing",
    ),
    (
        "current is minimum evidence",
        _steps(alembic_current=None),
        "current_kept",
        NOT_PROVEN,
        "no step alembic_current",
    ),
    (
        "a task of the role failed",
        evidence(1, [step("role_failed", exit_status=None, outcome=FAILED, reason="Open Package-1: no")]),
        "table_exists",
        NOT_PROVEN,
        "no step describe_table was kept; Open Package-1: no",
    ),
    (
        "the collector broke down",
        evidence(
            1,
            [
                step(name, exit_status=None, outcome=FAILED, reason=reason)
                for name, reason in [
                    ("pg_unique_constraint_failed", "psycopg2 is missing"),
                    ("alembic_evidence_failed", "the host cannot be reached"),
                ]
            ],
        ),
        "upgrade_clean",
        NOT_PROVEN,
        "no step alembic_upgrade was kept; the host cannot be reached",
    ),
]


@pytest.mark.parametrize(
    ("kept", "rule", "result", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_fails_for_the_right_reason(kept: Evidence, rule: str, result: str, reason: str) -> None:
    verdict = judge(kept, POLICY)
    criterion = {c.id: c for c in verdict.criteria}[rule]
    assert verdict.status == "FAIL"
    assert criterion.result == result
    assert reason in criterion.reason


def test_evidence_of_nothing_is_a_fail() -> None:
    verdict = judge(evidence(1, []), POLICY)
    assert verdict.status == "FAIL"
    assert {c.result for c in verdict.criteria} == {NOT_PROVEN}


def test_the_last_thirty_lines_of_a_long_history_are_quoted() -> None:
    history = "".join(f"{n:04d} -> {n + 1:04d}, step {n}\n" for n in range(54, 0, -1))
    verdict = judge(_steps(alembic_history=step("alembic_history", stdout=history)), POLICY)
    quoted = next(c.detail for c in verdict.criteria if c.id == "history_kept")
    assert quoted.splitlines() == history.splitlines()[-30:]


def test_another_step_that_failed_is_no_cause() -> None:
    failed = step("alembic_heads", exit_status=None, outcome=FAILED, reason="no such file")
    verdict = judge(_steps(alembic_history=None, alembic_heads=failed), POLICY)
    reasons = {c.id: c.reason for c in verdict.criteria}
    assert reasons["history_kept"] == "no step alembic_history was kept"


def test_of_several_failures_of_its_collector_the_first_is_the_cause() -> None:
    failed = [
        step("alembic_evidence_failed", exit_status=None, outcome=FAILED, reason=reason)
        for reason in ("the disk is full", "it broke down before")
    ]
    reasons = {c.id: c.reason for c in judge(evidence(1, failed), POLICY).criteria}
    assert reasons["upgrade_clean"] == "no step alembic_upgrade was kept; the disk is full"


def test_its_own_collector_is_the_cause_whatever_else_failed_before() -> None:
    failed = [
        step(name, exit_status=None, outcome=FAILED, reason=reason)
        for name, reason in (("role_failed", "another task"), ("alembic_evidence_failed", "the disk is full"))
    ]
    reasons = {c.id: c.reason for c in judge(evidence(1, failed), POLICY).criteria}
    assert reasons["upgrade_clean"] == "no step alembic_upgrade was kept; the disk is full"
    assert reasons["table_exists"] == "no step describe_table was kept; another task"


def test_what_looks_like_a_migration_is_not_counted() -> None:
    upgrade = captured("alembic_upgrade", "alembic/upgrade_head")
    more = "Running upgrade a1 -> b2\n" + upgrade.stderr.splitlines()[-1]
    found = judge(_steps(alembic_upgrade=replace(upgrade, stderr=f"{upgrade.stderr}{more}\n")), POLICY)
    assert found.status == "PASS"
    assert "(3 migrations ran, 0004_provider_events -> 0007_mig_01c_finding_unique, " in found.note


@pytest.mark.parametrize(
    ("kept", "rule", "reason"),
    [
        (
            _steps(describe_table=step("describe_table", stdout="\n")),
            "table_exists",
            "\\d ended with status 0 and printed nothing",
        ),
        (
            _steps(describe_table=step("describe_table", exit_status=3, stderr="ERROR:  no\n")),
            "table_exists",
            "\\d ended with status 3 and printed nothing: ERROR:  no",
        ),
        (
            _steps(alembic_history=None),
            "schema_is_the_migrations",
            "3 migrations ran, 0004_provider_events -> 0007_mig_01c_finding_unique, and "
            "reconciliation_findings is what the migrations make of an empty database",
        ),
        (
            _steps(unique_constraints=step("unique_constraints", exit_status=1)),
            "unique_constraint",
            "the query ended with status 1",
        ),
        (
            _steps(
                alembic_upgrade=step(
                    "alembic_upgrade",
                    exit_status=1,
                    stderr='NOTICE:  relation "a" already exists, skipping\nValueError: no ledger\n',
                )
            ),
            "upgrade_clean",
            "exit status 1, ValueError: no ledger",
        ),
    ],
)
def test_the_reason_is_the_steps_own(kept: Evidence, rule: str, reason: str) -> None:
    assert {c.id: c.reason for c in judge(kept, POLICY).criteria}[rule] == reason
