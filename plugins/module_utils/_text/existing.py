# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which table it is about when Postgres says that something exists already. Pure.

Of the migrations' SQL, nothing but the names in it is read here.
"""

from __future__ import annotations

import re
import typing as t

# https://www.postgresql.org/docs/current/errcodes-appendix.html: duplicate_table, _column, _object.
_RELATION = re.compile(r'(?:"[^"]+" (?:of|for) )?relation "(?P<name>[^"]+)" already exists')
_STATEMENT_OF = re.compile(
    r"(?:(?P<create>CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?)|ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
    r"|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?P<index>\w+) ON (?:ONLY )?)"
    r"(?P<table>(?:\w+\.)?\w+)",
    re.IGNORECASE,
)


def table(said: str, sql: str) -> str:
    """Return the table of Postgres' line, with its schema where the SQL names it, or C('') for none.

    A relation may be an index or a constraint's index, too: which table that is of is in the migrations' SQL,
    as far as that is known.
    """
    relation = _RELATION.search(said)
    if relation is None:
        return ""
    name = relation["name"]
    constraint = re.compile(rf"\bCONSTRAINT {re.escape(name)} ", re.IGNORECASE)
    for found in _statements(sql):
        if name in (found["table"].rpartition(".")[2], found["index"]) or constraint.search(found.string):
            return found["table"]
    return name


def created(sql: str) -> list[str]:
    """Return the tables that a migration's SQL creates, with their schemas where it names them."""
    return [found["table"] for found in _statements(sql) if found["create"]]


def _statements(sql: str) -> t.Iterator[re.Match[str]]:
    """Yield each statement about a table, on one line, without comments and the quotes around names.

    Alembic ends each by a semicolon.
    """
    for statement in re.split(r";\s*$", sql, flags=re.MULTILINE):
        found = _STATEMENT_OF.match(" ".join(re.sub(r'(?m)^\s*--.*$|"', "", statement).split()))
        if found:
            yield found
