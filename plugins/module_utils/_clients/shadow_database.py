# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An empty database beside the service's own, made for a while and dropped again."""

from __future__ import annotations

import re
import secrets
import time
import typing as t
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from .._core import step_names as steps
from .._core.collector import Collector
from .._text import psql_text, service_variables
from . import postgres

# Where the service's own role may not create a database: the URL of one that may, in its environment.
URL_VARIABLE = "SHADOW_DATABASE_URL"
# What a run that was killed has left is a day old by then.
_LEFT = """\
SELECT datname
FROM pg_database
WHERE datname ~ '^psp_rc_shadow_[0-9]+_[0-9a-f]+$' AND pg_get_userbyid(datdba) = current_user
  AND split_part(datname, '_', 4)::bigint < extract(epoch FROM now()) - 86400"""
# The variables of applications that get their database's URL in parts.
_NAME_VARIABLE = re.compile(r"(?:^|_)(?:DB|DATABASE)(?:_?NAME)?$")
Parameters = dict[str, str]


@contextmanager
def made(collector: Collector) -> t.Iterator[Parameters | None]:
    """Make it, and drop it at the end; both are steps.

    Yields libpq's parameters for it; None where it could not be made, and the step says why.
    """
    name = f"psp_rc_shadow_{time.time():.0f}_{secrets.token_hex(4)}"
    # template0 is what no other session uses, and what nobody has added anything to.
    sql = f"CREATE DATABASE {name} TEMPLATE template0"
    try:
        params = _server(collector)
        connection = postgres.connect(params, writes=True)
    except postgres.NoDatabaseError as exc:
        collector.failed(steps.ALEMBIC_SHADOW_CREATE, sql, f"no connection to Postgres: {exc}")
        yield None
        return
    with closing(connection):
        left = postgres.query(connection, _LEFT, steps.ALEMBIC_SHADOW_DROP, collector.redact)
        for row in psql_text.rows_of(left.stdout):
            _drop(collector, connection, row[0])
        created = postgres.query(connection, sql, steps.ALEMBIC_SHADOW_CREATE, collector.redact)
        if not collector.add(created).ok:
            yield None
            return
        try:
            yield {**params, "dbname": name}
        finally:
            _drop(collector, connection, name)


def environment(collector: Collector, shadow: Parameters) -> dict[str, str]:
    """Return the variables by which the service finds its database, naming the shadow in its place.

    Those are URLs of the service's database, whatever their names and drivers, and the names of databases
    among the parts of a URL. Whether the service goes by them is not known from here.
    """
    own = postgres.parameters(collector.env, collector.params["variables"])
    moved = {name: _moved(collector.env, name, own, shadow) for name in collector.env}
    moved.update(_parts(collector, shadow))
    found = {name: value for name, value in moved.items() if value is not None}
    return {**found, "PGDATABASE": shadow["dbname"]}


def _drop(collector: Collector, connection: t.Any, name: str) -> None:
    # A command that was stopped at its limit may have left a session.
    force = " WITH (FORCE)" if connection.server_version >= 130000 else ""
    sql = f"DROP DATABASE {name}{force}"
    collector.add(postgres.query(connection, sql, steps.ALEMBIC_SHADOW_DROP, collector.redact))


def _server(collector: Collector) -> Parameters:
    named = [URL_VARIABLE] if collector.env.get(URL_VARIABLE) else None
    return postgres.parameters(collector.env, {"database": named} if named else collector.params["variables"])


def _parts(collector: Collector, shadow: Parameters) -> dict[str, str]:
    """Return the variables that hold the parts of the database's address, with the shadow's."""
    named = service_variables.described(collector.params["variables"])[service_variables.DATABASE]
    parts: dict[str, t.Any] = named if isinstance(named, dict) else {}
    values = {str(name): shadow.get("dbname" if part == "name" else part) for part, name in parts.items()}
    return {name: value for name, value in values.items() if value and not name.startswith("=")}


def _moved(env: t.Mapping[str, str], name: str, own: Parameters, shadow: Parameters) -> str | None:
    value = env[name]
    if value == own.get("dbname") and _NAME_VARIABLE.search(name):
        return shadow["dbname"]
    try:
        params = postgres.parameters(env, {"database": [name]})
    except postgres.NoDatabaseError:
        return None
    # A server may have several names.
    if params.get("dbname") != own.get("dbname"):
        return None
    url = urlsplit(value)
    other = urlsplit(env.get(URL_VARIABLE) or value)
    return url._replace(netloc=other.netloc, path=f"/{shadow['dbname']}").geturl()
