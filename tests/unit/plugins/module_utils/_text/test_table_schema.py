# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables as psql shows them and as migrations make them, held against one another."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import table_schema
from ansible_collections.psp.rc_closure.plugins.module_utils._text.table_schema import Table
from tests.unit.captured import read_case

NAME = "reconciliation_findings"
BEFORE, HEAD = "0006_mig_01b_reconciliation", "0007_mig_01c_finding_unique"
SQL = read_case("alembic/upgrade_sql_preview").stdout
MADE = table_schema.made(SQL)
UNIQUE = "uq_recon_findings_provider_event_type"
TRIPLE = "(provider, provider_event_id, finding_type)"


def described(name: str) -> Table:
    text = read_case(f"psql/describe_table_{name}").stdout
    table = table_schema.described(f"public.{NAME}", text)
    assert table
    return table


def test_the_migrations_make_the_tables_of_their_sql() -> None:
    assert list(MADE) == ["0005_mig_01a_event_window", BEFORE, HEAD]
    table = MADE[HEAD][NAME]
    assert table.columns == {
        "id": "integer default nextval('reconciliation_findings_id_seq') not null",
        "run_id": "uuid not null",
        "provider": "character varying(40) not null",
        "provider_event_id": "character varying(100)",
        "finding_type": "character varying(40) not null",
        "severity": "character varying(10) not null",
        "details": "jsonb not null",
        "created_at": "timestamp with time zone default now() not null",
    }
    assert table.rules[UNIQUE] == f"UNIQUE CONSTRAINT {TRIPLE}"
    assert UNIQUE not in MADE[BEFORE][NAME].rules
    assert table.unread == ()


@pytest.mark.parametrize(
    ("name", "before", "head"),
    [
        ("head", [f"{UNIQUE}: exists (UNIQUE CONSTRAINT {TRIPLE}), the migrations do not make it"], []),
        (
            "without_constraint",
            [],
            [f"{UNIQUE}: does not exist, the migrations make it (UNIQUE CONSTRAINT {TRIPLE})"],
        ),
        (
            "unique_index",
            [f"{UNIQUE}: exists (UNIQUE INDEX {TRIPLE}), the migrations do not make it"],
            [f"{UNIQUE}: exists as UNIQUE INDEX {TRIPLE}, the migrations make UNIQUE CONSTRAINT {TRIPLE}"],
        ),
        (
            "wrong_columns",
            [f"{UNIQUE}: exists (UNIQUE CONSTRAINT (provider, finding_type)), the migrations do not make it"],
            [
                f"{UNIQUE}: exists as UNIQUE CONSTRAINT (provider, finding_type), the migrations make "
                f"UNIQUE CONSTRAINT {TRIPLE}"
            ],
        ),
    ],
)
def test_existing_tables_differ_from_each_revision_in_what_they_should(
    name: str, before: list[str], head: list[str]
) -> None:
    have = described(name)
    assert table_schema.differences(have, MADE[BEFORE][NAME]) == before
    assert table_schema.differences(have, MADE[HEAD][NAME]) == head


def test_what_weakens_a_constraint_is_a_difference() -> None:
    (line,) = table_schema.differences(described("nulls_not_distinct_deferrable"), MADE[HEAD][NAME])
    assert "NULLS NOT DISTINCT DEFERRABLE" in line


def test_a_table_that_is_not_there_is_none() -> None:
    text = read_case("psql/describe_table_missing").stdout
    assert table_schema.described(NAME, text) is None


def table(*statements: str) -> Table:
    sql = ";\n".join(
        ["-- Running upgrade a -> b\n\nCREATE TABLE t (\n    id INTEGER NOT NULL\n)", *statements, ""]
    )
    return table_schema.made(sql)["b"]["t"]


@pytest.mark.parametrize(
    ("statement", "columns", "rules"),
    [
        ("ALTER TABLE t ADD COLUMN n NUMERIC(18, 4)", {"n": "numeric(18,4)"}, {}),
        (
            "ALTER TABLE t ADD COLUMN s VARCHAR(9) DEFAULT 'x' NOT NULL",
            {"s": "character varying(9) default 'x' not null"},
            {},
        ),
        ("ALTER TABLE public.t ADD COLUMN f FLOAT", {"f": "double precision"}, {}),
        (
            "ALTER TABLE t ADD COLUMN b BOOLEAN DEFAULT false NOT NULL",
            {"b": "boolean default false not null"},
            {},
        ),
        ("ALTER TABLE t ADD COLUMN d TIMESTAMP WITHOUT TIME ZONE", {"d": "timestamp without time zone"}, {}),
        ("ALTER TABLE t ALTER COLUMN id DROP NOT NULL", {"id": "integer"}, {}),
        ("CREATE INDEX ix ON t (id)", {}, {"ix": "INDEX (id)"}),
        ("CREATE UNIQUE INDEX ux ON public.t (id, lower(x))", {}, {"ux": "UNIQUE INDEX (id, lower (x))"}),
        ("CREATE INDEX gx ON t USING gin (id)", {}, {"gx": "gin (id)"}),
        ("ALTER TABLE t ADD CONSTRAINT ck CHECK (id > 0)", {}, {"ck": "CHECK (id > 0)"}),
        (
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(id) REFERENCES other (id)",
            {},
            {"fk": "FOREIGN KEY (id) REFERENCES other (id)"},
        ),
    ],
)
def test_statements_are_read(statement: str, columns: dict[str, str], rules: dict[str, str]) -> None:
    found = table(statement)
    assert found.columns == {"id": "integer not null", **columns}
    assert found.rules == rules
    assert found.unread == ()


@pytest.mark.parametrize(
    ("item", "columns", "rules"),
    [
        ("PRIMARY KEY (id)", {}, {"t_pkey": "PRIMARY KEY (id)"}),
        ("UNIQUE (a, b)", {}, {"t_a_b_key": "UNIQUE CONSTRAINT (a, b)"}),
        (
            "FOREIGN KEY(a) REFERENCES public.other (id)",
            {},
            {"t_a_fkey": "FOREIGN KEY (a) REFERENCES other (id)"},
        ),
        (
            "n BIGINT GENERATED BY DEFAULT AS IDENTITY",
            {"n": "bigint default generated by default as identity not null"},
            {},
        ),
        (
            "n INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 1) NOT NULL",
            {"n": "integer default generated always as identity not null"},
            {},
        ),
    ],
)
def test_what_postgres_names_by_itself_is_read(
    item: str, columns: dict[str, str], rules: dict[str, str]
) -> None:
    sql = f"-- Running upgrade a -> b\nCREATE TABLE s.t (\n    {item}\n);\n"
    found = table_schema.made(sql)["b"]["t"]
    assert (dict(found.columns), dict(found.rules), found.unread) == (columns, rules, ())


@pytest.mark.parametrize("item", ["CHECK (a > 0)", f"UNIQUE ({'a' * 60})"])
def test_a_name_that_is_not_to_be_known_is_not_guessed(item: str) -> None:
    found = table_schema.made(f"-- Running upgrade a -> b\nCREATE TABLE t (\n    {item}\n);\n")["b"]["t"]
    assert found.unread == (item,)


def test_an_expression_that_postgres_rewrote_is_left_to_people() -> None:
    have, want = Table("t", {}, {"ck": "CHECK (a > 0::numeric)"}), Table("t", {}, {"ck": "CHECK (a > 0)"})
    (line,) = table_schema.differences(have, want)
    assert line.endswith("; Postgres rewrites expressions, so compare them by hand")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("t", "s.t"),
        ("uq", "s.t"),
        ("ix", "s.t"),
        ("ck", "u"),
        ("u", "u"),
        ("id", ""),
        ("seq", ""),
    ],
)
def test_the_table_that_a_name_belongs_to_is_found(name: str, table: str) -> None:
    sql = (
        "-- Running upgrade a -> b\nCREATE TABLE s.t (\n id INTEGER,\n CONSTRAINT uq UNIQUE (id)\n);\n\n"
        "CREATE UNIQUE INDEX ix ON s.t (id);\n\nCREATE SEQUENCE seq;\n\n"
        'ALTER TABLE "u" ADD CONSTRAINT "ck" CHECK (id > 0);\n'
    )
    assert table_schema.table_of(name, sql) == table


def test_what_is_dropped_is_gone() -> None:
    found = table(
        "ALTER TABLE t ADD COLUMN x TEXT",
        "CREATE INDEX ix ON t (x)",
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (x)",
        "DROP INDEX ix",
        "ALTER TABLE t DROP CONSTRAINT uq",
        "ALTER TABLE t DROP COLUMN x",
    )
    assert (dict(found.columns), dict(found.rules)) == ({"id": "integer not null"}, {})


def test_what_is_not_understood_is_said_to_be() -> None:
    found = table("ALTER TABLE t ALTER COLUMN id TYPE BIGINT", "ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    assert table_schema.differences(table(), found) == [
        "not understood, to be compared by hand: ALTER TABLE t ALTER COLUMN id TYPE BIGINT",
        "not understood, to be compared by hand: ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    ]


def test_other_tables_and_data_change_nothing() -> None:
    assert (
        table("INSERT INTO t (id) VALUES (1)", "DROP TABLE other", "ALTER TABLE other ADD x INT") == table()
    )


def test_a_table_that_is_dropped_is_gone() -> None:
    sql = "-- Running upgrade a -> b\n\nCREATE TABLE t (\n id INTEGER\n);\n\nDROP TABLE t;\n"
    assert table_schema.made(sql) == {"b": {}}
