# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table as Postgres shows it and as migrations make it, to be held against one another. Pure.

C(\\d) is written as the SQL that it stands for, so that one reader reads both. What both show is compared:
columns with type, default and NOT NULL, constraints and indexes, all by name.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from ....module_utils._text import catalog
from ...sql import ddl
from ...sql.ddl import Table, Tables
from ...sql.statements import statements

_RUNNING = re.compile(r"-- Running upgrade (?P<old>[^\s,]*) ?-> (?P<new>[^\s,]+)")
_FOOTER = re.compile(r'"(?P<name>[^"]+)" (?P<rest>.*)')
_INDEX = re.compile(r"(?P<unique>UNIQUE, )?(?P<rest>[a-z]\w* \(.*)")
_NULLS = " NULLS NOT DISTINCT"


def described(name: str, text: str) -> Table | None:
    """Read what C(\\d) shows of a table; None where the text shows none, or a view, for instance."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if line.strip().startswith("Column ") and "|" in line]
    if not heads or not re.search(r'\b[Tt]able "', "\n".join(lines[:2])):
        return None
    titles, rows = lines[heads[0]], lines[heads[0] + 2 :]
    name = name.removeprefix("public.")
    tables = {name: Table(name)}
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    for statement in (*_columns(quoted, titles, rows), *_footers(quoted, rows)):
        ddl.apply(tables, statement)
    return tables[name]


@lru_cache(maxsize=2)  # for each table, the same SQL is read
def made(sql: str) -> dict[str, Tables]:
    """Read what C(alembic upgrade … --sql) prints: revision → the tables as they are after it.

    Tables that the migrations shown do not create are left out: how they were before is not to be seen here.

    Raises:
        UnreadError: where its statements end cannot be read.
    """
    found: dict[str, Tables] = {}
    tables: Tables = {}
    for comments, statement in statements(sql):
        running = _RUNNING.search(comments)
        if running:
            tables = found[running["new"]] = dict(tables)
        ddl.apply(tables, statement)
    return found


def differences(have: Table, want: Table) -> list[str]:
    """Return one line for each difference, and for what cannot be compared; none where they agree."""
    lines = _differences("column", have.columns, want.columns) + _differences("", have.rules, want.rules)
    return lines + [f"cannot be compared: {statement}" for statement in (*have.unread, *want.unread)]


def _differences(kind: str, have: t.Mapping[str, object], want: t.Mapping[str, object]) -> list[str]:
    lines = []
    for name in dict.fromkeys([*have, *want]):
        what = f"{kind} {name}".strip()
        if name not in want:
            lines.append(f"{what}: exists ({have[name]}), the migrations do not make it")
        elif name not in have:
            lines.append(f"{what}: does not exist, the migrations make it ({want[name]})")
        elif have[name] != want[name]:
            lines.append(
                f"{what}: exists as {have[name]}, the migrations make {want[name]}{_hint(str(have[name]))}"
            )
    return lines


def _hint(rule: str) -> str:
    return "; Postgres rewrites expressions, so compare them by hand" if rule.startswith("CHECK") else ""


def _columns(table: str, head: str, lines: t.Sequence[str]) -> t.Iterator[str]:
    """Yield the SQL of the columns; what is generated is shown in the default's place."""
    titles = [cell.strip().lower() for cell in head.split("|")]
    for line in lines:
        if "|" not in line:
            return
        row = dict(zip(titles, (cell.strip() for cell in line.split("|")), strict=False))
        default = row.get("default", "")
        word = "DEFAULT " if default and not default.startswith("generated ") else ""
        definition = f"{row['type']} {word}{default}"
        yield f'ALTER TABLE {table} ADD COLUMN "{row["column"]}" {definition} {row.get("nullable", "")}'


def _footers(table: str, lines: t.Sequence[str]) -> t.Iterator[str]:
    """Yield the SQL of the constraints and indexes below the columns."""
    heading = ""
    for line in lines:
        heading = line if line and not line.startswith(" ") else heading
        match = _FOOTER.match(line.strip())
        if match is None or not heading.startswith(catalog.FOOTERS):
            continue
        index = _INDEX.match(match["rest"])
        if index:
            kind = "UNIQUE INDEX" if index["unique"] else "INDEX"
            yield f'CREATE {kind} "{match["name"]}" ON {table} USING {index["rest"]}'
        else:
            yield f'ALTER TABLE {table} ADD CONSTRAINT "{match["name"]}" {_constraint(match["rest"])}'


def _constraint(shown: str) -> str:
    """Return a constraint's SQL: where it has an index, C(\\d) shows the index' words behind the columns."""
    kind, index, rest = shown.partition(", btree ")
    if not index:
        return shown
    nulls = _NULLS if _NULLS in rest else ""
    return f"{kind.removesuffix(' CONSTRAINT')}{nulls} {rest.replace(_NULLS, '')}"
