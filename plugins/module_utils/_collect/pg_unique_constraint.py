# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of Package-1 that Postgres answers: the table as C(\\d) shows it, and its UNIQUE constraints."""

from __future__ import annotations

import typing as t
from contextlib import closing

from .._clients import postgres
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import catalog


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return the columns of each UNIQUE constraint, as C(have), and C(want)."""
    wanted, table = collector.params["columns"], collector.params["table"]
    for option in ("table", "version_table"):
        name = collector.params[option]
        if name and not catalog.is_table_name(name):
            raise CollectError(f"{option} {name!r} is not the name of a table, with its schema or without")
    try:
        params = postgres.login(collector.params) or postgres.parameters(
            collector.env, collector.params["variables"]
        )
        connection = postgres.connect(params)
    except postgres.NoDatabaseError as exc:
        asked = {steps.DESCRIBE_TABLE.about(table=table): f"\\d {table}", **_questions(collector)}
        for step, what in asked.items():
            collector.failed(step, what, f"no connection to Postgres: {exc}")
        return {"have": [], "want": wanted}
    with closing(connection):
        _describe(collector, connection, params, steps.DESCRIBE_TABLE, table)
        answers = {
            step: collector.add(postgres.query(connection, sql, step, collector.redact))
            for step, sql in _questions(collector).items()
        }
        names = filter(catalog.is_table_name, collector.params["also"])
        for other in (name for name in names if not catalog.same_table(name, table)):
            _describe(collector, connection, params, steps.DESCRIBE_EXISTING_TABLE, other)
    facts = answers[steps.UNIQUE_CATALOG]
    have = [entry["columns"] for entry in catalog.objects(facts.stdout) if entry["constraint"]]
    return {"have": have, "want": wanted}


def _questions(collector: Collector) -> dict[StepName, str]:
    """Return what is asked of one connection, so that what it shows is of one database."""
    table, version_table = collector.params["table"], collector.params["version_table"]
    rights = catalog.rights_query(table, version_table or "") if collector.params["rights"] else ""
    return {
        **({steps.DATABASE_RIGHTS: rights} if rights else {}),
        steps.TABLE_PLACES.about(table=table): catalog.places_query(table),
        steps.UNIQUE_CONSTRAINTS: catalog.constraints_query(table),
        steps.UNIQUE_CATALOG: catalog.unique_query(table),
        **({steps.TABLE_REVISIONS: catalog.revisions_query(version_table)} if version_table else {}),
    }


def _describe(
    collector: Collector, connection: t.Any, params: t.Mapping[str, str], step: StepName, table: str
) -> None:
    step = step.about(table=table)
    argv = [collector.params["psql"], "--no-psqlrc", "--command", f"\\d {table}"]
    env = {**postgres.as_environment(params), "PAGER": ""}
    described = collector.run(argv, step, limit=postgres.STATEMENT_SECONDS, env=env)
    # Without psql the catalog itself is asked, and the text rendered from what it says.
    missing = described.exit_status is None
    collector.add(_render(collector, connection, table, step) if missing else described)


def _render(collector: Collector, connection: t.Any, table: str, step: StepName) -> Step:
    """Return the step of C(\\d), rendered from the catalog where there is no psql.

    A table that is not there gives psql's own sentence on stderr and status 1.
    """
    started = collector.start(step, f"\\d {table}  -- rendered from the catalog, psql being absent")
    queries = catalog.description_queries(table)
    parts = [postgres.query(connection, sql, step, collector.redact) for sql in queries]
    failed = next((part for part in parts if not part.ok), None)
    if failed:
        return started.ended(stderr=failed.stderr, exit_status=1)
    if "(0 rows)" in parts[0].stdout:
        return started.ended(stderr=f'Did not find any relation named "{table}".\n', exit_status=1)
    columns, *footers = [part.stdout for part in parts]
    text = f'Table "{table}"\n{columns[: columns.rindex("(")]}'
    for heading, footer in zip(catalog.FOOTERS, footers):
        rows = [line.strip() for line in footer.splitlines()[2:] if not line.startswith("(")]
        text += "".join([f"{heading}:\n", *(f"    {row}\n" for row in rows)]) if rows else ""
    return started.ended(text, exit_status=0)
