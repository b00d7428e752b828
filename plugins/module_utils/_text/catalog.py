# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to ask Postgres' catalog of a table and of what it keeps unique, and how to read the answer. Pure."""

from __future__ import annotations

import json
import re
import typing as t

from . import psql_text

FOOTERS = ("Indexes", "Check constraints", "Foreign-key constraints")

_CONSTRAINTS = """\
SELECT format('"%s" %s', conname, pg_get_constraintdef(oid, true))
FROM pg_constraint
WHERE conrelid = to_regclass('{table}') AND contype = '{kind}'
ORDER BY conname"""

_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_$]{0,62}\.)?[A-Za-z_][A-Za-z0-9_$]{0,62}")


def is_table_name(text: str) -> bool:
    """Whether it is a plain table name, with a schema or without: safe to stand in SQL."""
    return _NAME.fullmatch(text) is not None


def same_table(one: str, other: str) -> bool:
    """Whether two names may be of one table: the same, and the same schema where both have one."""
    (schema, _dot, name), (schema_2, _dot_2, name_2) = one.rpartition("."), other.rpartition(".")
    return name == name_2 and (not schema or not schema_2 or schema == schema_2)


def constraints_query(table: str) -> str:
    """Return the checklist's query for a table's UNIQUE constraints."""
    return (
        "SELECT conname, pg_get_constraintdef(oid)\nFROM pg_constraint\n"
        f"WHERE conrelid = '{table}'::regclass\n  AND contype = 'u';"
    )


def unique_query(table: str) -> str:
    """Return the query for all that a table keeps unique: one JSON object a row, constraint or not."""
    return f"""\
SELECT json_build_object(
         'index', x.relname, 'schema', n.nspname, 'table', r.relname,
         'constraint', c.conname, 'definition', pg_get_constraintdef(c.oid),
         'columns', k.columns, 'nullable', k.nullable,
         'valid', i.indisvalid AND i.indisready,
         'deferrable', coalesce(c.condeferrable, false),
         'nulls_not_distinct', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
         'predicate', pg_get_expr(i.indpred, i.indrelid))::text AS unique_index
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class r ON r.oid = i.indrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
CROSS JOIN LATERAL (SELECT json_agg(coalesce(a.attname, pg_get_indexdef(i.indexrelid, u.place::int, false))
                                    ORDER BY u.place) AS columns,
                           json_agg(a.attname ORDER BY u.place) FILTER (WHERE NOT a.attnotnull) AS nullable
                    FROM unnest(i.indkey) WITH ORDINALITY AS u(attnum, place)
                    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
                    WHERE u.place <= i.indnkeyatts) AS k
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = to_regclass('{table}') AND i.indisunique AND NOT i.indisprimary
ORDER BY x.relname"""


def places_query(table: str) -> str:
    """Return the query for what has the table's name, in whatever schema: one JSON object a row."""
    name = table.rpartition(".")[2].lower()
    return f"""\
SELECT json_build_object(
         'schema', n.nspname, 'resolved', c.oid = to_regclass('{table}'),
         'kind', CASE WHEN c.relpersistence = 'u' THEN 'unlogged table'
                      WHEN c.relpersistence = 't' THEN 'temporary table'
                      WHEN c.relkind = 'r' THEN 'table'
                      WHEN c.relkind = 'p' THEN 'partitioned table'
                      WHEN c.relkind = 'f' THEN 'foreign table'
                      ELSE 'view' END
       )::text AS place
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = '{name}' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname"""


def revisions_query(version_table: str) -> str:
    """Return the query for Alembic's own rows, and the database that they are in: one JSON object a row.

    C(cluster) is what initdb gave the server's data, and no other has: a restart keeps it.
    """
    return f"""\
SELECT json_build_object('database', current_database(), 'cluster', system_identifier::text,
                         'revision', version_num)::text AS revision
FROM {version_table}, pg_control_system()
ORDER BY version_num"""


def rights_query(table: str, version_table: str) -> str:
    """Return the query for what the session's user may do that migrations do, as one JSON object.

    C(there) is whether the table exists; C(schema) is the table's, or where it names none the first of the
    search path; C(creates) is whether tables can be made there, and C(makes) whether schemas can; C(writes)
    is of Alembic's table, where it exists. What a role may that the user is a member of counts: a migration
    may set it.
    """
    schema = table.rpartition(".")[0].lower()
    of_role = "EXISTS (SELECT FROM pg_roles r WHERE pg_has_role(r.oid, 'MEMBER') AND {})"
    rights = ("INSERT", "UPDATE", "DELETE")
    creates = of_role.format("has_schema_privilege(r.oid, n.oid, 'CREATE')")
    writes = of_role.format(" AND ".join(f"has_table_privilege(r.oid, v.oid, '{right}')" for right in rights))
    return f"""\
SELECT json_build_object(
         'user', current_user, 'database', current_database(), 'standby', pg_is_in_recovery(),
         'there', to_regclass('{table}') IS NOT NULL,
         'schema', s.name, 'exists', n.oid IS NOT NULL,
         'creates', {creates},
         'makes', has_database_privilege(current_database(), 'CREATE'),
         'version_table', v.oid::regclass,
         'writes', {writes})::text AS rights
FROM (SELECT coalesce(nullif('{schema}', ''), current_schema()) AS name) AS s
LEFT JOIN pg_namespace n ON n.nspname = s.name
LEFT JOIN pg_class v ON v.oid = to_regclass(nullif('{version_table}', ''))"""


def schema_query(table: str) -> str:
    """Return the query for all relations of a database, described so that the same means the same in another.

    One JSON object a row: C(relation), schema and name, with the C(digest) of the lines that describe it, and
    for the table that is asked for a row more for each C(line). Left out are partitions, which programs make
    as time goes by, what an extension brought, and the order of a table's columns.
    """
    return f"""\
WITH relation AS (
  SELECT c.oid, c.relkind, c.relpersistence, format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), line AS (
  SELECT oid, format('relation %s %s %s', relkind, relpersistence, pg_get_partkeydef(oid)) AS text
  FROM relation
  UNION ALL
  SELECT r.oid, 'definition ' || pg_get_viewdef(r.oid) FROM relation r WHERE r.relkind IN ('v', 'm')
  UNION ALL
  SELECT r.oid, format(
           'column %I %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> t.typcollation THEN ' collate ' || a.attcollation::regcollation END,
           CASE WHEN a.attnotnull THEN ' not null' END,
           CASE a.attidentity WHEN 'a' THEN ' generated always as identity'
                              WHEN 'd' THEN ' generated by default as identity' END,
           CASE WHEN to_jsonb(a) ->> 'attgenerated' = 's' THEN ' generated as ' ELSE ' default ' END
           || pg_get_expr(d.adbin, d.adrelid))
  FROM relation r
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT r.oid, format('constraint %I %s', o.conname, pg_get_constraintdef(o.oid))
  FROM relation r
  JOIN pg_constraint o ON o.conrelid = r.oid AND o.contype IN ('p', 'u', 'f', 'c', 'x')
  UNION ALL
  SELECT r.oid, format('index %s%s', pg_get_indexdef(i.indexrelid),
                       CASE WHEN NOT i.indisvalid THEN ' not valid' END)
  FROM relation r
  JOIN pg_index i ON i.indrelid = r.oid
  WHERE NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.conrelid = r.oid)
  UNION ALL
  SELECT r.oid, pg_get_triggerdef(g.oid)
  FROM relation r
  JOIN pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal
)
SELECT json_build_object(
         'relation', r.name,
         'digest', md5(string_agg(l.text, E'\\n' ORDER BY l.text COLLATE "C")))::text AS relation
FROM relation r
JOIN line l ON l.oid = r.oid
GROUP BY r.oid, r.name
UNION ALL
SELECT json_build_object('relation', r.name, 'line', l.text)::text
FROM relation r
JOIN line l ON l.oid = r.oid
WHERE r.oid = to_regclass('{table}')
ORDER BY 1"""


def description_queries(table: str) -> list[str]:
    """Return the queries for what C(\\d) shows: the columns, then a line for each of C(FOOTERS)' entries."""
    columns = f"""\
SELECT a.attname AS "Column", format_type(a.atttypid, a.atttypmod) AS "Type",
       CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
       CASE WHEN a.attidentity = 'a' THEN 'generated always as identity'
            WHEN a.attidentity = 'd' THEN 'generated by default as identity'
            WHEN to_jsonb(a) ->> 'attgenerated' = 's'
            THEN format('generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid, true))
            ELSE coalesce(pg_get_expr(d.adbin, d.adrelid, true), '') END AS "Default"
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass('{table}') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum"""
    indexes = f"""\
SELECT format('"%s" %s%s%s', x.relname,
              CASE WHEN i.indisprimary THEN 'PRIMARY KEY, ' WHEN c.oid IS NOT NULL THEN 'UNIQUE CONSTRAINT, '
                   WHEN i.indisunique THEN 'UNIQUE, ' ELSE '' END,
              substring(pg_get_indexdef(i.indexrelid, 0, true) FROM ' USING (.*)'),
              CASE WHEN c.condeferrable THEN ' DEFERRABLE' ELSE '' END
              || CASE WHEN c.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
              || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END)
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
WHERE i.indrelid = to_regclass('{table}')
ORDER BY NOT i.indisprimary, x.relname"""
    checks, foreign_keys = (_CONSTRAINTS.format(table=table, kind=kind) for kind in "cf")
    return [columns, indexes, checks, foreign_keys]


def sizes_query(tables: t.Sequence[str]) -> str:
    """Return the query for the bytes of tables, named as in SQL, with their partitions and indexes."""
    names = ", ".join("'{}'".format(table.replace("'", "''")) for table in tables)
    # A partitioned table has no bytes of its own, and an ordinary one no tree.
    return f"""\
SELECT name, coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(to_regclass(name))),
                      pg_total_relation_size(to_regclass(name))) AS bytes
FROM unnest(ARRAY[{names}]) AS name"""


def sizes(stdout: str) -> dict[str, int]:
    """Read the answer to C(sizes_query()): table → bytes, of those that exist."""
    return {name: int(size) for name, size in psql_text.rows_of(stdout) if size.isdigit()}


def objects(stdout: str) -> list[dict[str, t.Any]]:
    """Read the answer to a query for one JSON object a row, in psql's aligned form."""
    lines = (line.strip() for line in stdout.splitlines())
    return [json.loads(line) for line in lines if line.startswith("{")]
