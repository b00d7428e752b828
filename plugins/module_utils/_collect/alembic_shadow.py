# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show what the migrations make of an empty database, beside the real one."""

from __future__ import annotations

import typing as t
from contextlib import closing

from .._clients import postgres, shadow_database
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import alembic, catalog

Run = t.Callable[..., Step]


def real_schema(collector: Collector, lacking: str = "") -> None:
    """Take the step of the real database's schema, which is at head now; C(lacking) as in C(collect)."""
    if not lacking:
        postgres.ask(collector, catalog.schema_query(collector.params["table"]), steps.ALEMBIC_SCHEMA)


def collect(collector: Collector, run: Run, listed: t.Collection[str] = (), lacking: str = "") -> None:
    """Take the steps of the shadow.

    Args:
        collector: takes them; its option C(table) is the table whose description is shown in full.
        run: carries out a command of Alembic's, with variables of its own.
        listed: the revisions that the history lists.
        lacking: why psycopg2 cannot be used, if it cannot.

    The real database is never upgraded by this: C(alembic current) has to find nothing first, which it does
    only where the project goes by the variables that name the shadow.
    """
    if lacking:
        collector.failed(steps.ALEMBIC_SHADOW_CREATE, "CREATE DATABASE", lacking)
        return
    with shadow_database.made(collector) as shadow:
        if shadow is None:
            return
        env = shadow_database.environment(collector, shadow)
        current = collector.add(run(steps.ALEMBIC_SHADOW_CURRENT, "current", env=env))
        if not current.ok or alembic.revisions(current.stdout, listed):
            return
        if collector.add(run(steps.ALEMBIC_SHADOW_UPGRADE, "upgrade", "head", env=env)).ok:
            sql = catalog.schema_query(collector.params["table"])
            _schema(collector, shadow, sql, steps.ALEMBIC_SHADOW_SCHEMA)


def _schema(collector: Collector, params: t.Mapping[str, str], sql: str, step: StepName) -> None:
    try:
        with closing(postgres.connect(params)) as connection:
            collector.add(postgres.query(connection, sql, step, collector.redact))
    except postgres.NoDatabaseError as exc:
        collector.failed(step, sql, f"no connection to Postgres: {exc}")
