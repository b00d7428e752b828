# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What SQL makes of tables, read by sqlglot. Pure.

What sqlglot does not read, or reads without its being known here, is kept with the tables that it names as
unread: it is never guessed at.
"""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field

from ...module_utils._text import existing
from .statements import UnreadError, tree

_TYPES = {
    "BIGSERIAL": "bigint",
    "CHAR": "character",
    "DECIMAL": "numeric",
    "INT": "integer",
    "SERIAL": "integer",
    "SMALLSERIAL": "smallint",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMPTZ": "timestamp with time zone",
    "TIMETZ": "time with time zone",
    "VARCHAR": "character varying",
}
# The longest name in Postgres, in bytes.
_LONGEST_NAME = 63

with suppress(ImportError):  # who calls this has asked preflight.controller
    from sqlglot import exp
    from sqlglot.dialects.postgres import Postgres

    class _Psql(Postgres):
        class Generator(Postgres.Generator):  # type: ignore[misc, valid-type]  # set where a dialect is made
            """Types, casts, booleans and now() in the words of C(\\d)."""

            TYPE_MAPPING = {
                kind: _TYPES.get(kind.value, Postgres.Generator.TYPE_MAPPING.get(kind, kind.value)).lower()
                for kind in exp.DataType.Type
            }
            TRANSFORMS = {
                **Postgres.Generator.TRANSFORMS,
                exp.Boolean: lambda _self, node: str(node.this).lower(),
                exp.Cast: lambda self, node: f"{self.sql(node, 'this')}::{self.sql(node, 'to')}",
                exp.CurrentTimestamp: lambda self, node: (
                    f"CURRENT_TIMESTAMP({self.sql(node, 'this')})" if node.this else "now()"
                ),
            }

    _SERIALS = (exp.DataType.Type.SERIAL, exp.DataType.Type.BIGSERIAL, exp.DataType.Type.SMALLSERIAL)
    # A CHECK that has no name may be given several.
    _SUFFIXES: dict[type[exp.Expr], str] = {
        exp.PrimaryKey: "pkey",
        exp.UniqueColumnConstraint: "key",
        exp.ForeignKey: "fkey",
    }


@dataclass
class Column:
    """A column: its type and default, or C(''), in the words of C(\\d), and whether it is NOT NULL."""

    kind: str
    not_null: bool
    default: str = ""

    def __str__(self) -> str:
        default = f" default {self.default}" if self.default else ""
        return f"{self.kind}{default}{' not null' if self.not_null else ''}"


@dataclass
class Table:
    """What is known of a table."""

    name: str  # with its schema, unless that is public
    columns: dict[str, Column] = field(default_factory=dict)  # by their names
    rules: dict[str, str] = field(default_factory=dict)  # name of each constraint and index → its definition
    unread: list[str] = field(default_factory=list)  # statements about it, or parts, that cannot be read

    def named_in(self, statement: str) -> bool:
        """Whether a statement contains its name, or that of a constraint or an index of it."""
        names = "|".join(re.escape(name) for name in (self.name.rpartition(".")[2], *self.rules))
        return re.search(rf"(?<!\w)(?:{names})(?!\w)", statement, re.IGNORECASE) is not None


Tables = dict[str, Table]


def apply(tables: Tables, statement: str) -> None:
    """Change the tables, by their names, as a statement does: those that it creates are added.

    A table that changes is replaced, so that a copy of the mapping keeps what was before.
    """
    try:
        _apply(tables, tree(statement))
    # What neither sqlglot nor this module foresaw is unread, too, and the report is written.
    except Exception:
        for name in existing.created(statement):
            tables.setdefault(name, Table(name))
        for name in [name for name, table in tables.items() if table.named_in(statement)]:
            _replaced(tables, name).unread.append(" ".join(statement.split()))


def _replaced(tables: Tables, name: str) -> Table:
    tables[name] = deepcopy(tables[name])
    return tables[name]


def _apply(tables: Tables, read: exp.Expr) -> None:
    if isinstance(read, exp.Create) and read.kind == "TABLE":
        _create(tables, read)
    elif isinstance(read, exp.Create) and read.kind == "INDEX":
        if (name := _name(read.this.args["table"])) in tables:
            _index(_replaced(tables, name), read)
    elif isinstance(read, exp.Alter) and read.kind == "TABLE":
        if (name := _name(read.this)) in tables:
            table = _replaced(tables, name)
            for action in read.args["actions"]:
                _alter(table, action, " NOT VALID" if read.args.get("not_valid") else "")
    elif isinstance(read, exp.Drop) and read.kind in ("TABLE", "INDEX"):
        # Tables and indexes have no name in common.
        for gone in read.args["tables"]:
            tables.pop(_name(gone), None)
            for name in [name for name, table in tables.items() if gone.name in table.rules]:
                del _replaced(tables, name).rules[gone.name]
    elif isinstance(read, exp.Alter):
        raise UnreadError(read.kind)


def _create(tables: Tables, tree: exp.Create) -> None:
    schema = tree.this
    made = schema.this if isinstance(schema, exp.Schema) else schema
    table = tables[_name(made)] = Table(_name(made))
    if schema is made or tree.args.get("properties"):
        raise UnreadError(table.name)
    for item in schema.expressions:
        _add(table, item)


def _index(table: Table, tree: exp.Create) -> None:
    if not tree.this.name:
        raise UnreadError("the index has no name")
    kind = "UNIQUE INDEX" if tree.args.get("unique") else "INDEX"
    parameters = tree.this.args["params"]
    method = parameters.args.pop("using", None)
    if method and method.name.lower() != "btree":
        kind = method.name.lower()
    table.rules[tree.this.name] = f"{kind} {_sql(parameters).strip()}"


def _alter(table: Table, action: exp.Expr, suffix: str) -> None:
    if isinstance(action, exp.AddConstraint):
        for item in action.expressions:
            _add(table, item, suffix)
    elif isinstance(action, exp.ColumnDef):
        _add(table, action)
    elif isinstance(action, exp.Drop):
        for gone in action.args["tables"]:
            (table.columns if action.kind == "COLUMN" else table.rules).pop(gone.name, None)
    elif isinstance(action, exp.AlterColumn) and action.name in table.columns:
        _change(table.columns[action.name], action.args)
    else:
        raise UnreadError(_sql(action))


def _change(column: Column, to: t.Mapping[str, t.Any]) -> None:
    if to.get("dtype"):
        column.kind = _sql(to["dtype"])
    elif to.get("default"):
        column.default = _default(to["default"])
    elif "allow_null" in to:
        column.not_null = not to["allow_null"]
    elif to.get("drop"):
        column.default = ""
    else:
        raise UnreadError(", ".join(to))


def _add(table: Table, item: exp.Expr, suffix: str = "") -> None:
    """Add a column or a constraint; what Postgres alone can name, or what is not known here, is unread."""
    if isinstance(item, exp.ColumnDef):
        column = _column(table, item)
        if column:
            table.columns[item.name] = column
            return
    parts = item.expressions if isinstance(item, exp.Constraint) else [item]
    name = item.name if isinstance(item, exp.Constraint) else _given_name(table, item)
    if not name:
        table.unread.append(_sql(item))
        return
    for key in parts[0].expressions if isinstance(parts[0], exp.PrimaryKey) else ():
        if key.name in table.columns:
            table.columns[key.name].not_null = True
    definition = " ".join(map(_sql, parts)) + suffix
    table.rules[name] = re.sub(r"^UNIQUE\b", "UNIQUE CONSTRAINT", definition)


def _column(table: Table, node: exp.ColumnDef) -> Column | None:
    """Return a column, or None where more is said of it than a type, a default and NOT NULL."""
    said: dict[type[exp.Expr], t.Any] = {type(one.kind): one.kind for one in node.constraints}
    null = said.pop(exp.NotNullColumnConstraint, None)
    default = said.pop(exp.DefaultColumnConstraint, None)
    identity = said.pop(exp.GeneratedAsIdentityColumnConstraint, None)
    computed = said.pop(exp.ComputedColumnConstraint, None)
    if said or node.kind is None:
        return None
    column = Column(_sql(node.kind), bool(null and not null.args.get("allow_null")))
    if node.kind.is_type(*_SERIALS):
        column.default = f"nextval('{table.name.rpartition('.')[2]}_{node.name}_seq')"
        column.not_null = True
    elif identity:
        column.default = f"generated {'always' if identity.this else 'by default'} as identity"
        column.not_null = True
    elif computed:
        column.default = f"generated always as ({_sql(computed.this)}) stored"
    elif default:
        column.default = _default(default.this)
    return column


def _default(value: exp.Expr) -> str:
    """Return a default without a literal's cast, which Postgres adds, and a sequence without its schema."""
    bare = value.copy()
    for cast in list(bare.find_all(exp.Cast)):
        if isinstance(cast.this.unnest(), exp.Literal):
            bare = cast.this if cast is bare else bare
            cast.replace(cast.this)
    return re.sub(r"^nextval\('\w+\.", "nextval('", _sql(bare))


def _given_name(table: Table, rule: exp.Expr) -> str:
    """Return the name that Postgres gives to a constraint that has none, C('') where it is not certain."""
    suffix = _SUFFIXES.get(type(rule), "")
    columns = [] if suffix == "pkey" else [column.name for column in (rule.this or rule).expressions]
    name = "_".join([table.name.rpartition(".")[2], *columns, suffix])
    certain = suffix and len(name.encode()) <= _LONGEST_NAME and name not in table.rules
    return name if certain else ""


def _name(table: exp.Expr) -> str:
    schema = table.text("db")
    return f"{schema}.{table.name}" if schema else table.name


def _sql(node: exp.Expr) -> str:
    return node.sql(_Psql, normalize_functions="lower", comments=False)
