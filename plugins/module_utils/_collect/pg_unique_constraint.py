# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of Package-1 that Postgres answers: the table as C(\\d) shows it, and its UNIQUE constraints."""

from __future__ import annotations

import typing as t
from contextlib import closing

from .._clients import postgres
from .._core.collector import CollectError, Collector
from .._core.command import hostname, run
from .._core.evidence import SQL, Step, utc_now
from .._text import catalog

DESCRIBE = ("describe_table", "\\d {table}")
DESCRIBE_EXISTING = ("describe_existing_table", "\\d {table}, which exists already")
CONSTRAINTS = ("unique_constraints", "UNIQUE constraints")
CATALOG = ("unique_catalog", "Unique indexes in the catalog")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return the columns of each UNIQUE constraint, as C(have), and C(want)."""
    if not postgres.HAS_PSYCOPG2:
        raise CollectError("the Python library psycopg2 is not installed on the host")
    wanted = collector.params["columns"]
    table = collector.params["table"]
    if not catalog.is_table_name(table):
        raise CollectError(f"table is {table!r}: it wants a table's name, with its schema or without")
    try:
        params = postgres.parameters(collector.env, collector.params["url_variables"])
        connection = postgres.connect(params, statement_seconds=collector.params["limit"])
    except postgres.NoDatabaseError as exc:
        _cannot_ask(collector, table, str(exc))
        return {"have": [], "want": wanted}
    with closing(connection):
        _describe(collector, connection, params, DESCRIBE, table)
        asked = catalog.constraints_query(table)
        _ask(collector, connection, asked, CONSTRAINTS)
        facts = _ask(collector, connection, catalog.unique_query(table), CATALOG)
        for other in _others(table, collector.params["also"]):
            _describe(collector, connection, params, DESCRIBE_EXISTING, other)
    have = [entry["columns"] for entry in catalog.unique_entries(facts.stdout) if entry["constraint"]]
    return {"have": have, "want": wanted}


def _others(table: str, also: t.Sequence[str]) -> list[str]:
    """Return the tables that are others than C(table), and whose names may stand in a command."""
    return [other for other in also if catalog.is_table_name(other) and not catalog.same_table(other, table)]


def _describe(
    collector: Collector,
    connection: t.Any,
    params: t.Mapping[str, str],
    step_of: tuple[str, str],
    table: str,
) -> None:
    name, title = step_of[0], step_of[1].format(table=table)
    psql = collector.params["psql"]
    step = run(
        [psql, "--no-psqlrc", "--command", f"\\d {table}"],
        name=name,
        title=title,
        limit=collector.params["limit"],
        redact=collector.redact,
        env={**collector.env, **postgres.as_environment(params), "PAGER": ""},
    )
    # Without psql the catalog itself is asked, and the text rendered from what it says.
    collector.add(
        step if step.exit_status is not None else _render(connection, table, name, title, collector.redact)
    )


def _ask(collector: Collector, connection: t.Any, sql: str, step: tuple[str, str]) -> Step:
    return collector.add(
        postgres.query(connection, sql, name=step[0], title=step[1], redact=collector.redact)
    )


def _cannot_ask(collector: Collector, table: str, why: str) -> None:
    reason = collector.redact(f"no connection to Postgres: {why}")
    for (name, title), sql in (
        (DESCRIBE, f"\\d {table}"),
        (CONSTRAINTS, catalog.constraints_query(table)),
        (CATALOG, catalog.unique_query(table)),
    ):
        collector.add(postgres.unreachable(sql, name=name, title=title.format(table=table), reason=reason))


def _render(connection: t.Any, table: str, name: str, title: str, redact: t.Callable[[str], str]) -> Step:
    """Return the step of C(\\d), rendered from the catalog where there is no psql.

    A table that is not there gives psql's own sentence on stderr and status 1.
    """
    started = utc_now()
    queries = [query(table) for query in catalog.DESCRIPTION]
    parts = [postgres.query(connection, sql, name=name, title=title, redact=redact) for sql in queries]
    columns = parts[0]
    failed = next((step for step in parts if not step.ok), None)
    missing = not failed and "(0 rows)" in columns.stdout
    stderr = f'Did not find any relation named "{table}".\n' if missing else ""
    return Step(
        name=name,
        title=title,
        kind=SQL,
        command=f"\\d {table}  -- rendered from the catalog, psql being absent",
        host=hostname(),
        started=started,
        ended=utc_now(),
        exit_status=1 if failed or missing else 0,
        stdout="" if failed or missing else _described(table, [step.stdout for step in parts]),
        stderr=failed.stderr if failed else stderr,
    )


def _described(table: str, parts: t.Sequence[str]) -> str:
    columns, *footers = parts
    text = f'Table "{table}"\n{columns[: columns.rindex("(")]}'
    for heading, footer in zip(catalog.FOOTERS, footers):
        rows = [line.strip() for line in footer.splitlines()[2:] if not line.startswith("(")]
        text += "".join([f"{heading}:\n", *(f"    {row}\n" for row in rows)]) if rows else ""
    return text
