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
    r"|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?P<index>\"?\w+\"?) ON (?:ONLY )?)"
    r"(?P<table>(?:\"?\w+\"?\.)?\"?\w+\"?)",
    re.IGNORECASE,
)


def table(said: str, sql: str) -> str:
    """Return the table, with its schema where the SQL names it, or C('') where it is about none.

    A relation may be an index or a constraint's index, too: which table that is of is in the migrations' SQL.

    Args:
        said: the line in which Postgres said it.
        sql: that of the migrations, as far as it is known.
    """
    relation = _RELATION.search(said)
    return _table_of(relation["name"], sql) or relation["name"] if relation else ""


def created(sql: str) -> list[str]:
    """Return the tables that a migration's SQL creates, with their schemas where it names them."""
    found = (_STATEMENT_OF.match(statement) for statement in _statements(sql))
    return [_unquoted(match["table"]) for match in found if match and match["create"]]


def _table_of(name: str, sql: str) -> str:
    """Return the table of a name, or that an index or a constraint of that name is on; C('') for none."""
    constraint = re.compile(rf'\bCONSTRAINT "?{re.escape(name)}"? ', re.IGNORECASE)
    for statement in _statements(sql):
        found = _STATEMENT_OF.match(statement)
        if found is None:
            continue
        owner, index = _unquoted(found["table"]), _unquoted(found["index"] or "")
        if name in (owner.rpartition(".")[2], index) or constraint.search(statement):
            return owner
    return ""


def _statements(sql: str) -> t.Iterator[str]:
    """Yield each statement on one line, without its comments: Alembic ends each by a semicolon."""
    for statement in re.split(r";\s*$", sql, flags=re.MULTILINE):
        yield " ".join(re.sub(r"(?m)^\s*--.*$", "", statement).split())


def _unquoted(name: str) -> str:
    return name.replace('"', "")
