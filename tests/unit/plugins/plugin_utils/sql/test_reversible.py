# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what is known to lose nothing goes down and up again: all else is refused and named."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.sql import reversible
from tests.unit.captured import read_case

KEEPS = [
    "BEGIN",
    "COMMIT",
    "ALTER TABLE wallets DROP CONSTRAINT uq_wallets_player",
    "alter table only app.wallets drop constraint if exists uq_wallets_player",
    "ALTER TABLE wallets DROP CONSTRAINT a, ADD CONSTRAINT b UNIQUE (player, currency)",
    "ALTER TABLE wallets ADD CONSTRAINT b UNIQUE NULLS NOT DISTINCT (player, currency)",
    "ALTER TABLE wallets ADD PRIMARY KEY (id)",
    "ALTER TABLE wallets ADD CONSTRAINT c CHECK (balance >= 0 AND lower(currency) = currency)",
    "ALTER TABLE wallets ADD CONSTRAINT f FOREIGN KEY (player) REFERENCES players (id) ON DELETE CASCADE",
    "ALTER TABLE wallets ADD CONSTRAINT e EXCLUDE USING gist (span WITH &&)",
    "CREATE INDEX ix_wallets_player ON wallets (player)",
    "CREATE UNIQUE INDEX CONCURRENTLY ux ON app.wallets USING btree (lower(currency)) WHERE balance > 0",
    "DROP INDEX ix_wallets_player",
    "DROP INDEX CONCURRENTLY IF EXISTS app.ix_wallets_player",
    "COMMENT ON TABLE wallets IS 'DROP TABLE wallets; it''s a joke'",
    "COMMENT ON COLUMN wallets.balance IS 'in cents'",
    "UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0007'",
    "UPDATE app.alembic_version SET version_num='a' WHERE app.alembic_version.version_num = 'b'",
    "INSERT INTO alembic_version (version_num) VALUES ('0007')",
    "DELETE FROM alembic_version WHERE alembic_version.version_num = '0007'",
    "/* DELETE FROM wallets; */ ALTER TABLE wallets -- DROP balance\n DROP CONSTRAINT a",
    "/* a /* nested; */ DROP TABLE wallets; */ COMMIT",
]
LOSES = [
    "DROP TABLE wallets",
    "drop\ttable\nwallets",
    "DROP TABLE IF EXISTS alembic_version",
    "DROP SCHEMA app",
    "DROP VIEW balances",
    "DROP MATERIALIZED VIEW balances",
    "DROP TYPE currency",
    "DROP DOMAIN money",
    "DROP FUNCTION f()",
    "DROP TRIGGER a ON wallets",
    "DROP POLICY a ON wallets",
    "DROP EXTENSION hstore",
    "DROP SEQUENCE wallets_id_seq",
    "DROP OWNED BY psp",
    "DROP INDEX ix CASCADE",
    "TRUNCATE wallets",
    "TRUNCATE ONLY wallets RESTART IDENTITY",
    "ALTER TABLE wallets DROP COLUMN balance",
    "ALTER TABLE wallets DROP balance",
    "ALTER TABLE wallets DROP CONSTRAINT a, DROP balance",
    "ALTER TABLE wallets DROP CONSTRAINT a CASCADE",
    "ALTER TABLE wallets ADD COLUMN balance numeric",
    "ALTER TABLE wallets ALTER COLUMN balance TYPE integer",
    "ALTER TABLE wallets ALTER balance TYPE integer USING 0",
    "ALTER TABLE wallets ALTER balance SET DEFAULT 0",
    "ALTER TABLE wallets RENAME TO purses",
    "ALTER TABLE wallets RENAME COLUMN balance TO amount",
    "ALTER TABLE wallets DISABLE TRIGGER ALL",
    "ALTER TABLE wallets SET UNLOGGED",
    "ALTER TABLE wallets DETACH PARTITION wallets_2025",
    "ALTER TABLE wallets ENABLE ROW LEVEL SECURITY",
    "ALTER SEQUENCE wallets_id_seq RESTART WITH 1",
    "ALTER TYPE currency ADD VALUE 'EUR'",
    "ALTER INDEX ix RENAME TO iy",
    "DELETE FROM wallets",
    "DELETE\nFROM wallets",
    "DELETE FROM wallets WHERE note = 'alembic_version'",
    "DELETE FROM alembic_version",
    "DELETE FROM alembic_version_history WHERE version_num = '1'",
    "DELETE FROM alembic_version USING wallets WHERE version_num = '1'",
    "UPDATE wallets SET balance = 0",
    "UPDATE wallets AS w SET balance = 0",
    "UPDATE ONLY wallets SET balance = 0 /* alembic_version */",
    "UPDATE alembic_version SET version_num = '1'",
    "UPDATE alembic_version SET version_num = (SELECT max(id)::text FROM wallets) WHERE version_num = '1'",
    "UPDATE alembic_version SET version_num = burn('1') WHERE version_num = '2'",
    "INSERT INTO wallets (id) VALUES (1)",
    "INSERT INTO alembic_version (version_num) SELECT id FROM wallets",
    "INSERT INTO alembic_version (version_num) VALUES ('1') ON CONFLICT DO NOTHING",
    "WITH gone AS (DELETE FROM wallets RETURNING 1) INSERT INTO alembic_version (version_num) VALUES ('1')",
    "WITH gone AS (DELETE FROM wallets RETURNING id) SELECT * FROM gone",
    "MERGE INTO wallets USING old ON wallets.id = old.id WHEN MATCHED THEN DELETE",
    "DO $$ BEGIN DELETE FROM wallets; END $$",
    "DO $body$ BEGIN EXECUTE 'TRUNCATE wallets'; END $body$",
    "CALL purge()",
    "SELECT purge()",
    "SELECT setval('wallets_id_seq', 1)",
    "SELECT 1 INTO wallets_copy",
    "COPY wallets FROM '/dev/null'",
    "LOCK TABLE wallets",
    "SET session_replication_role = replica",
    "GRANT ALL ON wallets TO PUBLIC",
    "REVOKE ALL ON wallets FROM psp",
    "REINDEX TABLE wallets",
    "VACUUM FULL wallets",
    "CLUSTER wallets",
    "REFRESH MATERIALIZED VIEW balances",
    "CREATE TABLE wallets (id integer)",
    "CREATE TABLE copy AS SELECT * FROM wallets",
    "CREATE INDEX i ON wallets (burn(balance))",
    "CREATE RULE r AS ON SELECT TO wallets DO INSTEAD NOTHING",
    "ALTER TABLE wallets ADD CONSTRAINT c CHECK (burn(balance))",
    "ALTER TABLE wallets ADD CONSTRAINT c CHECK (app.burn(balance))",
    "ALTER TABLE wallets ATTACH PARTITION p FOR VALUES IN (1)",
    "ROLLBACK",
    "EXECUTE purge_plan",
    "COMMENT ON TABLE wallets IS E'\\''; DELETE FROM wallets; --'",
    "COMMENT ON TABLE wallets IS '\\'; DELETE FROM wallets; --'",
    "COMMENT ON TABLE wallets IS 'a backslash: \\n'",
    "not SQL at all",
    "COMMIT 'without an end",
    "/* without an end",
]


@pytest.mark.parametrize("statement", KEEPS)
def test_what_keeps_everything(statement: str) -> None:
    assert reversible.refused(f"BEGIN;\n{statement};\nCOMMIT;\n") == ""


@pytest.mark.parametrize("statement", LOSES)
def test_what_could_lose_something(statement: str) -> None:
    for sql in (f"{statement};", f"BEGIN;\n\n{statement};\nCOMMIT;\n", f"COMMIT;{statement}"):
        assert reversible.refused(sql)


def test_the_statement_is_named() -> None:
    sql = "BEGIN;\n-- Running downgrade 2 -> 1\nALTER TABLE wallets\n  DROP balance;\nTRUNCATE wallets;\n"
    assert reversible.refused(sql) == "ALTER TABLE wallets DROP balance"


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("downgrade_sql_preview", ""),
        ("downgrade_sql_preview_drops_tables", "DROP TABLE reconciliation_findings"),
    ],
)
def test_what_alembic_prints(case: str, want: str) -> None:
    assert reversible.refused(read_case(f"alembic/{case}").stdout) == want


def test_the_tables_on_which_something_is_made_again() -> None:
    sql = """
    ALTER TABLE "Odd" ADD CONSTRAINT a UNIQUE (x);
    ALTER TABLE public.wallets ADD CONSTRAINT b UNIQUE (x);
    CREATE INDEX c ON app.wallets (x);
    CREATE INDEX d ON wallets (y);
    ALTER TABLE players DROP CONSTRAINT e;
    COMMENT ON TABLE withdrawals IS 'f';
    """
    assert reversible.rebuilt(sql) == ['"Odd"', "wallets", "app.wallets"]
