# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table as Postgres shows it and as migrations make it, to be held against one another. Pure.

What both show is compared: columns with type, default and NOT NULL, constraints and indexes, all by name.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

_NAME = r'"?(?:\w+"?\."?)?(?P<table>\w+)"?'
_RUNNING = re.compile(r"-- Running upgrade (?P<old>[^\s,]*) ?-> (?P<new>[^\s,]+)")
_CREATE_TABLE = re.compile(
    rf"CREATE TABLE (?:IF NOT EXISTS )?{_NAME} \((?P<body>.*)\)", re.DOTALL | re.IGNORECASE
)
_ALTER = re.compile(rf"ALTER TABLE (?:ONLY )?{_NAME} (?P<change>.*)", re.DOTALL | re.IGNORECASE)
_INDEX = re.compile(
    rf"CREATE (?P<unique>UNIQUE )?INDEX (?P<name>\w+) ON {_NAME} (?:USING (?P<method>\w+) )?(?P<rest>\(.*)",
    re.DOTALL | re.IGNORECASE,
)
_STATEMENT_OF = re.compile(
    r"(?:CREATE TABLE (?:IF NOT EXISTS )?|ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
    r"|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?P<index>\"?\w+\"?) ON (?:ONLY )?)"
    r"(?P<table>(?:\"?\w+\"?\.)?\"?\w+\"?)",
    re.IGNORECASE,
)
_DROP = re.compile(rf"DROP (?:TABLE|INDEX) (?:IF EXISTS )?{_NAME}", re.IGNORECASE)
_CONSTRAINT = re.compile(r"CONSTRAINT (?P<name>\w+) (?P<definition>.*)", re.DOTALL | re.IGNORECASE)
_NAMELESS = re.compile(r"(?P<kind>PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK)\b(?P<rest>.*)", re.IGNORECASE)
# The name that Postgres gives to one that has none; to a CHECK it may give several.
_SUFFIXES = {"PRIMARY KEY": "pkey", "UNIQUE": "key", "FOREIGN KEY": "fkey"}
_NAME_BYTES = 63
_IDENTITY = re.compile(r" GENERATED (?P<when>ALWAYS|BY DEFAULT) AS IDENTITY(?: \([^)]*\))?", re.IGNORECASE)
_COLUMN = re.compile(
    r'"?(?P<name>\w+)"? (?P<type>.+?)(?P<rest>(?: DEFAULT .*| NOT NULL.*| NULL\b.*)?)$',
    re.DOTALL | re.IGNORECASE,
)
_DEFAULT = re.compile(r"DEFAULT (?P<value>.+?)(?= NOT NULL| NULL\b|$)", re.DOTALL | re.IGNORECASE)
_FOOTER = re.compile(r'"?(?P<name>[^"\s]+)"? (?P<rest>.*)')
_TYPES = {
    "varchar": "character varying",
    "char": "character",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "serial": "integer",
    "bigserial": "bigint",
    "smallserial": "smallint",
    "bool": "boolean",
    "float": "double precision",
    "float8": "double precision",
    "decimal": "numeric",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
}
_SERIALS = ("serial", "bigserial", "smallserial")


@dataclass(frozen=True)
class Table:
    """What is known of a table.

    Attributes:
        name: without its schema.
        columns: name → C(type [default …] [not null]).
        rules: name of each constraint and index → its definition.
        unread: statements about it that this module does not understand.
    """

    name: str
    columns: t.Mapping[str, str] = field(default_factory=dict)
    rules: t.Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def described(name: str, text: str) -> Table | None:
    """Read what C(\\d) shows of a table; None where the text shows none, or a view, for instance."""
    lines = text.splitlines()
    if not re.search(r'\b[Tt]able "', "\n".join(lines[:2])):
        return None
    head = next(
        (n for n, line in enumerate(lines) if line.strip().startswith("Column ") and "|" in line), None
    )
    if head is None:
        return None
    titles = [cell.strip().lower() for cell in lines[head].split("|")]
    rows = []
    for line in lines[head + 2 :]:
        if "|" not in line:
            break
        rows.append(dict(zip(titles, (cell.strip() for cell in line.split("|")))))
    columns = {
        row["column"]: _column(row["type"], row.get("default", ""), row.get("nullable", "") == "not null")
        for row in rows
    }
    return Table(_bare(name), columns, dict(_footers(lines[head + 2 + len(rows) :])))


def made(sql: str) -> dict[str, dict[str, Table]]:
    """Read what C(alembic upgrade … --sql) prints: revision → the tables as they are after it.

    Tables that the migrations shown do not create are left out: how they were before is not to be seen here.
    """
    found: dict[str, dict[str, Table]] = {}
    tables: dict[str, Table] = {}
    revision = ""
    for statement in _statements(sql):
        running = _RUNNING.search(statement)
        revision = running["new"] if running else revision
        tables = _apply(tables, _bare_statement(statement))
        if revision:
            found[revision] = tables
    return found


def makes(name: str, sql: str) -> bool:
    """Whether a migration of the SQL creates the table, so that all it is made of is to be seen there."""
    return any(_bare(name) in tables for tables in made(sql).values())


def table_of(name: str, sql: str) -> str:
    """Return the table that a migration's SQL makes by a name, or an index or a constraint by that name on.

    It has its schema where the SQL gives one; C('') where the SQL makes nothing of that name.
    """
    constraint = re.compile(rf'\bCONSTRAINT "?{re.escape(name)}"? ', re.IGNORECASE)
    for statement in map(_bare_statement, _statements(sql)):
        found = _STATEMENT_OF.match(statement)
        if found is None:
            continue
        table = found["table"].replace('"', "")
        index = (found["index"] or "").strip('"')
        if name in (_bare(table), index) or constraint.search(statement):
            return table
    return ""


def differences(have: Table, want: Table) -> list[str]:
    """Return one line for each thing in which the tables differ; none where they agree."""
    lines = _differences("column", have.columns, want.columns) + _differences("", have.rules, want.rules)
    return lines + [f"not understood, to be compared by hand: {statement}" for statement in want.unread]


def _differences(kind: str, have: t.Mapping[str, str], want: t.Mapping[str, str]) -> list[str]:
    lines = []
    for name in dict.fromkeys([*have, *want]):
        what = f"{kind} {name}".strip()
        if name not in want:
            lines.append(f"{what}: exists ({have[name]}), the migrations do not make it")
        elif name not in have:
            lines.append(f"{what}: does not exist, the migrations make it ({want[name]})")
        elif have[name] != want[name]:
            lines.append(
                f"{what}: exists as {have[name]}, the migrations make {want[name]}{_hint(have[name])}"
            )
    return lines


def _hint(rule: str) -> str:
    return "; Postgres rewrites expressions, so compare them by hand" if rule.startswith("CHECK") else ""


def _footers(lines: t.Sequence[str]) -> t.Iterator[tuple[str, str]]:
    heading = ""
    for line in lines:
        if line and not line.startswith(" "):
            heading = line
            continue
        match = _FOOTER.match(line.strip())
        if match and heading.startswith(("Indexes", "Check constraints", "Foreign-key constraints")):
            yield match["name"], _rule(match["rest"])


def _rule(text: str) -> str:
    """Bring a definition into one form, whether C(\\d) or SQL wrote it."""
    text = _squeezed(text).replace("UNIQUE, btree", "UNIQUE INDEX").replace(", btree", "")
    text = re.sub(r"^btree\b", "INDEX", text)
    text = re.sub(r"\s*([(),])\s*", r"\1", text).replace("(", " (").replace(",", ", ")
    return re.sub(r"\)(?=\w)", ") ", text).replace("REFERENCES public.", "REFERENCES ")


def _column(kind: str, default: str, not_null: bool) -> str:
    bare = re.sub(r"::[\w ]+(?:\(\d+\))?(?=$|\))", "", default)
    bare = re.sub(r"^nextval\('\w+\.", "nextval('", bare)
    shown = [kind, *([f"default {bare}"] if bare else []), *(["not null"] if not_null else [])]
    return " ".join(shown)


def _type(text: str) -> str:
    match = re.match(r"(?P<word>\w+)(?P<more>.*)", text.strip().lower(), re.DOTALL)
    if match is None:
        return text
    word, more = match["word"], re.sub(r"\s*,\s*", ",", match["more"])
    if word == "timestamp" and "time zone" in more:
        return f"timestamp{more}"
    return f"{_TYPES.get(word, word)}{more}".replace(" (", "(")


def _statements(sql: str) -> list[str]:
    """Split at the semicolons that end a line: Alembic ends each statement so."""
    return [
        statement.strip() for statement in re.split(r";\s*$", sql, flags=re.MULTILINE) if statement.strip()
    ]


def _bare_statement(statement: str) -> str:
    return _squeezed(re.sub(r"(?m)^\s*--.*$", "", statement))


def _apply(tables: dict[str, Table], statement: str) -> dict[str, Table]:
    created = _CREATE_TABLE.match(statement)
    if created:
        return {**tables, created["table"]: _created(created["table"], created["body"])}
    index, altered, dropped = (pattern.match(statement) for pattern in (_INDEX, _ALTER, _DROP))
    if index and index["table"] in tables:
        kind = "UNIQUE INDEX" if index["unique"] else (index["method"] or "btree")
        return _with_rule(tables, index["table"], index["name"], f"{kind} {index['rest']}")
    if altered and altered["table"] in tables:
        return {**tables, altered["table"]: _altered(tables[altered["table"]], altered["change"])}
    if dropped:
        rest = {name: _without(table, dropped["table"]) for name, table in tables.items()}
        rest.pop(dropped["table"], None)
        return rest
    return tables


def _created(name: str, body: str) -> Table:
    table = Table(name)
    for item in _items(body):
        table = _with_item(table, item)
    return table


def _items(body: str) -> list[str]:
    """Split a list at its own commas, not at those inside of brackets."""
    items, depth = [""], 0
    for character in body:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            items.append("")
        else:
            items[-1] += character
    return [item.strip() for item in items if item.strip()]


def _with_item(table: Table, item: str) -> Table:
    named, nameless = _CONSTRAINT.match(item), _NAMELESS.match(item)
    name = named["name"] if named else _given_name(table.name, nameless) if nameless else ""
    if name:
        definition = named["definition"] if named else item
        return replace(table, rules={**table.rules, name: _constraint(definition)})
    column = None if nameless else _COLUMN.match(_IDENTITY.sub("", item))
    if column is None:
        return replace(table, unread=(*table.unread, item))
    return replace(table, columns={**table.columns, column["name"]: _made_column(table.name, column, item)})


def _given_name(table: str, constraint: re.Match[str]) -> str:
    """Return the name that Postgres gives to a constraint that has none, C('') where it is not certain."""
    kind = constraint["kind"].upper()
    columns = re.match(r"\s*\((?P<names>[^)]*)\)", constraint["rest"])
    if kind not in _SUFFIXES or not columns:
        return ""
    names = [] if kind == "PRIMARY KEY" else [name.strip(' "') for name in columns["names"].split(",")]
    name = "_".join([table, *names, _SUFFIXES[kind]])
    return name if len(name.encode()) <= _NAME_BYTES else ""


def _made_column(table: str, column: re.Match[str], item: str) -> str:
    """Return a column as C(\\d) shows it, whose identity is shown in the default's place."""
    default, identity = _DEFAULT.search(column["rest"]), _IDENTITY.search(item)
    serial = column["type"].strip().lower() in _SERIALS
    value = f"nextval('{table}_{column['name']}_seq')" if serial else default["value"] if default else ""
    if identity:
        value = f"generated {identity['when'].lower()} as identity"
    not_null = serial or identity is not None or "not null" in column["rest"].lower()
    return _column(_type(column["type"]), value, not_null)


def _constraint(definition: str) -> str:
    return _rule(re.sub(r"^UNIQUE\b", "UNIQUE CONSTRAINT", definition, flags=re.IGNORECASE))


def _altered(table: Table, change: str) -> Table:
    added = re.match(r"ADD (?:COLUMN )?(?P<item>.*)", change, re.DOTALL | re.IGNORECASE)
    if added:
        return _with_item(table, added["item"])
    dropped = re.match(r"DROP (?:COLUMN |CONSTRAINT )?(?:IF EXISTS )?\"?(?P<name>\w+)", change, re.IGNORECASE)
    if dropped:
        return _without(table, dropped["name"])
    column = re.match(r'ALTER COLUMN "?(?P<name>\w+)"? (?P<verb>SET|DROP) NOT NULL', change, re.IGNORECASE)
    if column and column["name"] in table.columns:
        bare = table.columns[column["name"]].removesuffix(" not null")
        shown = f"{bare} not null" if column["verb"].upper() == "SET" else bare
        return replace(table, columns={**table.columns, column["name"]: shown})
    return replace(table, unread=(*table.unread, f"ALTER TABLE {table.name} {change}"))


def _with_rule(tables: dict[str, Table], name: str, rule: str, definition: str) -> dict[str, Table]:
    table = tables[name]
    return {**tables, name: replace(table, rules={**table.rules, rule: _rule(definition)})}


def _without(table: Table, name: str) -> Table:
    columns = {key: value for key, value in table.columns.items() if key != name}
    rules = {key: value for key, value in table.rules.items() if key != name}
    return replace(table, columns=columns, rules=rules)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _bare(name: str) -> str:
    return name.rpartition(".")[2]
