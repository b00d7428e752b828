# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQL as sqlglot reads it: where its statements end, and the tree of each. Pure."""

from __future__ import annotations

import logging
import re
import typing as t
from contextlib import suppress
from itertools import groupby

with suppress(ImportError):  # who calls this has asked preflight.controller
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    # It warns of each statement that it does not know, and those are reported.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)


class UnreadError(ValueError):
    """SQL in which a statement, or even where it ends, cannot be read."""


def statements(sql: str) -> t.Iterator[tuple[str, str]]:
    """Yield each statement, after the comments before it.

    Raises:
        UnreadError: a quote or a comment has no end.
    """
    try:
        tokens = sqlglot.tokenize(sql, dialect="postgres")
    except SqlglotError as exc:
        raise UnreadError(str(exc)) from exc
    end = 0
    for semicolons, group in groupby(tokens, lambda token: token.token_type == sqlglot.TokenType.SEMICOLON):
        if not semicolons:
            found = list(group)
            start = found[0].start
            yield sql[end:start], sql[start : (end := found[-1].end + 1)]


def tree(statement: str) -> exp.Expr:
    """Return the tree of a statement, with names as Postgres has them and without the schema C(public).

    Raises:
        UnreadError: sqlglot does not know the statement.
    """
    try:
        read = sqlglot.parse_one(statement, dialect="postgres")
    except SqlglotError as exc:
        raise UnreadError(str(exc)) from exc
    if read.find(exp.Command):
        raise UnreadError(statement)
    for node in list(read.find_all(exp.Identifier)):
        name = node.name if node.quoted else node.name.lower()
        node.replace(exp.to_identifier(name, quoted=not re.fullmatch(r"[a-z_][a-z0-9_]*", name)))
    for table in read.find_all(exp.Table):
        if table.db == "public":
            table.set("db", None)
    return read
