# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to ask Postgres' catalog of a table and of what it keeps unique, and how to read the answer. Pure."""

from __future__ import annotations

import json
import re
import typing as t

_UNIQUE = """\
SELECT json_build_object(
         'index', x.relname, 'schema', n.nspname, 'table', r.relname,
         'constraint', c.conname, 'definition', pg_get_constraintdef(c.oid),
         'columns', (SELECT json_agg(a.attname ORDER BY k.place)
                     FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                     WHERE k.place <= i.indnkeyatts),
         'nullable', (SELECT json_agg(a.attname ORDER BY k.place)
                      FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                      WHERE k.place <= i.indnkeyatts AND NOT a.attnotnull),
         'valid', i.indisvalid AND i.indisready,
         'deferrable', coalesce(c.condeferrable, false),
         'nulls_not_distinct', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
         'predicate', pg_get_expr(i.indpred, i.indrelid))::text AS unique_index
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class r ON r.oid = i.indrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = to_regclass('{table}') AND i.indisunique AND NOT i.indisprimary
ORDER BY x.relname"""

_COLUMNS = """\
SELECT a.attname AS "Column", format_type(a.atttypid, a.atttypmod) AS "Type",
       CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
       coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS "Default"
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass('{table}') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum"""

_INDEXES = """\
SELECT format('%I %s%s (%s)', x.relname,
              CASE WHEN i.indisprimary THEN 'PRIMARY KEY, ' WHEN c.oid IS NOT NULL THEN 'UNIQUE CONSTRAINT, '
                   WHEN i.indisunique THEN 'UNIQUE, ' ELSE '' END,
              m.amname,
              (SELECT string_agg(pg_get_indexdef(i.indexrelid, n::int, true), ', ' ORDER BY n)
               FROM generate_series(1, i.indnkeyatts) AS n))
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = to_regclass('{table}')
ORDER BY NOT i.indisprimary, x.relname"""


_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_$]{0,62}\.)?[A-Za-z_][A-Za-z0-9_$]{0,62}")


def is_table_name(text: str) -> bool:
    """Whether it is a plain table name, with a schema or without: safe to stand in SQL."""
    return _NAME.fullmatch(text) is not None


def constraints_query(table: str) -> str:
    """Return the checklist's query for a table's UNIQUE constraints."""
    return (
        "SELECT conname, pg_get_constraintdef(oid)\nFROM pg_constraint\n"
        f"WHERE conrelid = '{table}'::regclass\n  AND contype = 'u';"
    )


def unique_query(table: str) -> str:
    """Return the query for all that a table keeps unique: one JSON object a row, constraint or not."""
    return _UNIQUE.format(table=table)


def columns_query(table: str) -> str:
    """Return the query for the columns that C(\\d) shows."""
    return _COLUMNS.format(table=table)


def indexes_query(table: str) -> str:
    """Return the query for the indexes that C(\\d) shows, each as its line there."""
    return _INDEXES.format(table=table)


def unique_entries(stdout: str) -> list[dict[str, t.Any]]:
    """Read the answer to C(unique_query()), in psql's aligned form."""
    lines = (line.strip() for line in stdout.splitlines())
    return [json.loads(line) for line in lines if line.startswith("{")]
