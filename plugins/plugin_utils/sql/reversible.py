# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether SQL can go down and up again on a live database without losing anything. Pure.

A statement is run only where it is on the list of those that are known to keep every row, value and sequence:
constraints and indexes that are dropped or made, comments, the limits of a transaction, and what Alembic
writes to its own table. Whatever is not on the list, or cannot be read, is refused.
"""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress

from .statements import UnreadError, statements, tree

with suppress(ImportError):  # who calls this has asked preflight.controller
    from sqlglot import exp

# https://alembic.sqlalchemy.org: its table, unless the project names another, which is then refused.
_VERSION = r"(?:\w+\.)?alembic_version"
_WHERE = rf"WHERE (?:{_VERSION}\.)?version_num = '[^']*'"
_BOOKKEEPING = re.compile(
    rf"UPDATE {_VERSION} SET version_num = '[^']*' {_WHERE}"
    rf"|DELETE FROM {_VERSION} {_WHERE}"
    rf"|INSERT INTO {_VERSION} \(version_num\) VALUES \('[^']*'\)"
)


def refused(sql: str) -> str:
    """Return the first statement that could lose something, on one line, or C('')."""
    try:
        for _comments, statement in statements(sql):
            if not _is_known(statement):
                return " ".join(statement.split())
    except UnreadError as exc:
        return f"SQL that cannot be read: {' '.join(str(exc).split())}"
    return ""


def rebuilt(sql: str) -> list[str]:
    """Return the tables, as SQL names them, on which such SQL makes a constraint or an index.

    Postgres reads all rows of such a table, and keeps others from writing to it for as long.

    Raises:
        UnreadError: the SQL cannot be read.
    """
    found = (_table(tree(statement)) for _comments, statement in statements(sql))
    return list(dict.fromkeys(name for name in found if name))


def _is_known(statement: str) -> bool:
    # In a string, what a backslash means depends on how it begins and on the server's settings.
    if "\\" in statement:
        return False
    try:
        read = tree(statement)
    except UnreadError:
        return False
    # What a function or a query in an expression does is not to be seen here.
    return not read.find(exp.Anonymous, exp.Dot, exp.Query) and _is_known_tree(read)


def _is_known_tree(read: exp.Expr) -> bool:
    if isinstance(read, (exp.Transaction, exp.Commit, exp.Comment)):
        return True
    if isinstance(read, (exp.Create, exp.Drop)):
        return read.kind == "INDEX" and not read.args.get("replace") and not read.args.get("cascade")
    if isinstance(read, exp.Alter):
        return read.kind == "TABLE" and all(map(_is_known_action, read.args["actions"]))
    return _BOOKKEEPING.fullmatch(read.sql("postgres", comments=False)) is not None


def _is_known_action(action: exp.Expr) -> bool:
    if isinstance(action, exp.Drop):
        # With CASCADE, what depends on it goes too, and the way up does not bring that back.
        return action.kind == "CONSTRAINT" and not action.args.get("cascade")
    return isinstance(action, exp.AddConstraint)


def _table(read: exp.Expr) -> str:
    if isinstance(read, exp.Create) and read.kind == "INDEX":
        return t.cast(str, read.this.args["table"].sql("postgres"))
    if isinstance(read, exp.Alter) and any(isinstance(a, exp.AddConstraint) for a in read.args["actions"]):
        return t.cast(str, read.this.sql("postgres"))
    return ""
