# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables as psql shows them and as migrations make them, held against one another."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.sql import statements
from ansible_collections.psp.rc_closure.plugins.plugin_utils.sql.ddl import Table
from ansible_collections.psp.rc_closure.plugins.plugin_utils.sql.statements import UnreadError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import table_schema
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
    assert columns(table) == {
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
    assert table.unread == []


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
    assert f"UNIQUE CONSTRAINT NULLS NOT DISTINCT {TRIPLE} DEFERRABLE" in line


def test_a_table_that_is_not_there_is_none() -> None:
    text = read_case("psql/describe_table_missing").stdout
    assert table_schema.described(NAME, text) is None


def table(*statements: str) -> Table:
    sql = ";\n".join(
        ["-- Running upgrade a -> b\n\nCREATE TABLE t (\n    id INTEGER NOT NULL\n)", *statements, ""]
    )
    return table_schema.made(sql)["b"]["t"]


def columns(found: Table) -> dict[str, str]:
    return {name: str(column) for name, column in found.columns.items()}


@pytest.mark.parametrize(
    ("statement", "added", "rules"),
    [
        ("ALTER TABLE t ADD COLUMN n NUMERIC(18, 4)", {"n": "numeric(18, 4)"}, {}),
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
        ("CREATE UNIQUE INDEX ux ON public.t (id, lower(x))", {}, {"ux": "UNIQUE INDEX (id, lower(x))"}),
        ("CREATE INDEX gx ON t USING gin (id)", {}, {"gx": "gin (id)"}),
        ("ALTER TABLE t ADD CONSTRAINT ck CHECK (id > 0)", {}, {"ck": "CHECK (id > 0)"}),
        (
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(id) REFERENCES other (id)",
            {},
            {"fk": "FOREIGN KEY (id) REFERENCES other (id)"},
        ),
    ],
)
def test_statements_are_read(statement: str, added: dict[str, str], rules: dict[str, str]) -> None:
    found = table(statement)
    assert columns(found) == {"id": "integer not null", **added}
    assert found.rules == rules
    assert found.unread == []


@pytest.mark.parametrize(
    ("item", "shown", "rules"),
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
    item: str, shown: dict[str, str], rules: dict[str, str]
) -> None:
    sql = f"-- Running upgrade a -> b\nCREATE TABLE s.t (\n    {item}\n);\n"
    found = table_schema.made(sql)["b"]["s.t"]
    assert (columns(found), dict(found.rules), found.unread) == (shown, rules, [])


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("BIGSERIAL", "bigint default nextval('t_b_seq') not null"),
        ("SERIAL", "integer default nextval('t_b_seq') not null"),
        ("SMALLSERIAL", "smallint default nextval('t_b_seq') not null"),
        ("CHAR(3)", "character(3)"),
        ("DECIMAL(9, 2)", "numeric(9, 2)"),
        ("INT", "integer"),
        ("TIME", "time without time zone"),
        ("TIMESTAMP", "timestamp without time zone"),
        ("TIMESTAMPTZ", "timestamp with time zone"),
        ("TIMETZ", "time with time zone"),
        ("VARCHAR(9)", "character varying(9)"),
        ("INT GENERATED ALWAYS AS (id * 2) STORED", "integer default generated always as (id * 2) stored"),
        ("TEXT DEFAULT 'x'::text", "text default 'x'"),
        ("TEXT DEFAULT now()::text", "text default now()::text"),
        ("TIME DEFAULT CURRENT_TIMESTAMP(3)", "time without time zone default CURRENT_TIMESTAMP(3)"),
        ("BOOLEAN DEFAULT TRUE", "boolean default true"),
    ],
)
def test_a_type_is_in_the_words_of_psql(kind: str, shown: str) -> None:
    found = table(f"ALTER TABLE t ADD COLUMN b {kind}")
    assert (columns(found)["b"], found.unread) == (shown, [])


def test_a_primary_key_is_not_null() -> None:
    sql = "-- Running upgrade a -> b\nCREATE TABLE t (\n    a INT,\n    b INT,\n    PRIMARY KEY (a, c)\n);\n"
    assert columns(table_schema.made(sql)["b"]["t"]) == {"a": "integer not null", "b": "integer"}


@pytest.mark.parametrize("item", ["CHECK (a > 0)", f"UNIQUE ({'a' * 60})"])
def test_a_name_that_is_not_to_be_known_is_not_guessed(item: str) -> None:
    found = table_schema.made(f"-- Running upgrade a -> b\nCREATE TABLE t (\n    {item}\n);\n")["b"]["t"]
    assert found.unread == [item]


def test_a_second_constraint_of_the_same_given_name_is_not_guessed() -> None:
    found = table(*["ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES o (id)"] * 2)
    assert found.rules == {"t_id_fkey": "FOREIGN KEY (id) REFERENCES o (id)"}
    assert found.unread == ["FOREIGN KEY (id) REFERENCES o (id)"]


def test_all_that_is_said_of_a_constraint_counts() -> None:
    weak = "FOREIGN KEY (id) REFERENCES o (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
    found = table(f"ALTER TABLE t ADD CONSTRAINT fk {weak} NOT VALID")
    assert (found.rules, found.unread) == ({"fk": f"{weak} NOT VALID"}, [])


def test_what_breaks_the_parser_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_statement: str, **_options: object) -> t.NoReturn:
        raise RecursionError

    monkeypatch.setattr(statements.sqlglot, "parse_one", broken)
    assert table().unread == ["CREATE TABLE t ( id INTEGER NOT NULL )"]


def test_an_expression_that_postgres_rewrote_is_left_to_people() -> None:
    have, want = Table("t", {}, {"ck": "CHECK (a > 0::numeric)"}), Table("t", {}, {"ck": "CHECK (a > 0)"})
    (line,) = table_schema.differences(have, want)
    assert line.endswith("; Postgres rewrites expressions, so compare them by hand")


def test_what_is_dropped_is_gone() -> None:
    found = table(
        "ALTER TABLE t ADD COLUMN x TEXT",
        "CREATE INDEX ix ON t (x)",
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (x)",
        "DROP INDEX ix",
        "ALTER TABLE t DROP CONSTRAINT uq",
        "ALTER TABLE t DROP COLUMN x",
    )
    assert (columns(found), dict(found.rules)) == ({"id": "integer not null"}, {})


def test_an_index_is_dropped_from_its_own_table() -> None:
    made = table_schema.made(
        "-- Running upgrade a -> b\nCREATE TABLE s (id INT);\nCREATE TABLE t (id INT);\n"
        "CREATE INDEX ix ON t (id);\nCREATE INDEX iy ON s (id);\nDROP INDEX ix;\n"
    )["b"]
    assert {name: dict(one.rules) for name, one in made.items()} == {"s": {"iy": "INDEX (id)"}, "t": {}}
    assert [one.unread for one in made.values()] == [[], []]


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("ALTER TABLE t ALTER COLUMN id TYPE BIGINT USING id::bigint", "bigint not null"),
        ("ALTER TABLE t ALTER COLUMN id SET DEFAULT 3", "integer default 3 not null"),
        ("ALTER TABLE t ALTER COLUMN id DROP DEFAULT", "integer not null"),
        ("ALTER TABLE t ALTER id DROP NOT NULL, ALTER id TYPE TEXT", "text"),
    ],
)
def test_a_column_is_changed(statement: str, column: str) -> None:
    found = table(statement)
    assert (columns(found), found.unread) == ({"id": column}, [])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t ALTER COLUMN id SET STATISTICS 100",
        "ALTER TABLE t RENAME COLUMN id TO number",
        "ALTER VIEW t RENAME TO u",
        "ALTER TABLE t ADD COLUMN b BIT VARYING(3)",
        "ALTER TABLE t ADD CHECK (id > 0)",
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX ix",
        "CREATE UNIQUE INDEX ux ON t (id) NULLS NOT DISTINCT",
        "CREATE INDEX ix ON ONLY t (id)",
        "CREATE INDEX ON t (id)",
        "DO $$ BEGIN ALTER TABLE t ADD COLUMN x INT; END $$",
    ],
)
def test_what_is_not_read_is_not_compared(statement: str) -> None:
    found = table(statement)
    assert columns(found) == {"id": "integer not null"}
    assert table_schema.differences(table(), found) == [f"cannot be compared: {statement}"]


@pytest.mark.parametrize(
    "item",
    ["b integer PRIMARY KEY", 'b text COLLATE "C"', "b integer REFERENCES o (id)", "b integer CHECK (b > 0)"],
)
def test_what_is_said_beside_a_column_is_not_compared(item: str) -> None:
    assert table(f"ALTER TABLE t ADD COLUMN {item}").unread == [item]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE s (id INTEGER) PARTITION BY RANGE (id)",
        "CREATE TABLE s (id INTEGER) INHERITS (t)",
        "CREATE TABLE s AS SELECT 1 AS id",
        "CREATE TABLE s (id INTEGER, PERIOD FOR x (a, b))",
    ],
)
def test_a_table_that_is_made_in_another_way_is_not_compared(statement: str) -> None:
    made = table_schema.made(f"-- Running upgrade a -> b\n{statement};\n")
    assert made["b"]["s"].unread == [statement]


def test_what_psql_shows_and_nobody_reads_is_not_compared() -> None:
    text = (
        'Table "public.t"\n Column | Type | Collation | Nullable | Default\n----+----\n'
        " id | integer | | not null |\n b | bit varying(3) | | |\n"
        'Indexes:\n    "ix" btree (id) INVALID\n'
    )
    have = table_schema.described("public.t", text)
    assert have
    assert table_schema.differences(have, table()) == [
        'cannot be compared: ALTER TABLE "t" ADD COLUMN "b" bit varying(3)',
        'cannot be compared: CREATE INDEX "ix" ON "t" USING btree (id) INVALID',
    ]


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE TABLE "t" ("id" INTEGER NOT NULL)',
        "CREATE TABLE public.T (ID INTEGER NOT NULL)",
        "CREATE TABLE t ( -- a comment; with a semicolon\n id INTEGER /* another; one */ NOT NULL)",
        "CREATE TABLE t (id INTEGER NOT NULL);\nCOMMENT ON TABLE t IS 'one; two -- Running upgrade b -> c'",
        "CREATE TABLE t (id INTEGER NOT NULL);\nCREATE FUNCTION f() RETURNS trigger AS $f$\nBEGIN\n"
        "  RETURN NEW;\nEND;\n$f$ LANGUAGE plpgsql",
    ],
    ids=["quoted", "folded", "comments", "a string", "dollar quotes"],
)
def test_statements_end_where_postgres_ends_them(sql: str) -> None:
    assert table_schema.made(f"BEGIN;\n\n-- Running upgrade a -> b\n\n{sql};\n\nCOMMIT;\n") == {
        "b": {"t": table()}
    }


def test_tables_of_one_name_in_two_schemas_are_two() -> None:
    made = table_schema.made(
        "-- Running upgrade a -> b\nCREATE TABLE app.t (id INT);\nCREATE TABLE audit.t (id INT);\n"
        "ALTER TABLE audit.t ADD COLUMN x INT;\n"
    )
    assert {name: list(one.columns) for name, one in made["b"].items()} == {
        "app.t": ["id"],
        "audit.t": ["id", "x"],
    }


def test_names_that_need_their_quotes_keep_their_letters() -> None:
    found = table('ALTER TABLE t ADD COLUMN "Kind" TEXT', 'CREATE INDEX "Ix" ON t ("Kind")')
    assert (columns(found)["Kind"], found.rules) == ("text", {"Ix": 'INDEX ("Kind")'})


def test_sql_without_an_end_is_not_read() -> None:
    with pytest.raises(UnreadError):
        table_schema.made("-- Running upgrade a -> b\nCREATE TABLE t (id TEXT DEFAULT 'x);\n")


def test_other_tables_and_data_change_nothing() -> None:
    assert (
        table("INSERT INTO t (id) VALUES (1)", "DROP TABLE other", "ALTER TABLE other ADD x INT") == table()
    )


def test_a_table_that_is_dropped_is_gone() -> None:
    sql = "-- Running upgrade a -> b\n\nCREATE TABLE t (\n id INTEGER\n);\n\nDROP TABLE t;\n"
    assert table_schema.made(sql) == {"b": {}}
