# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An empty database, made for a while and dropped again: beside the service's own, or on a server of its own.

The second is where the service's role may make none, no variable names another, and the server's programs of
the same major version are on this host.
"""

from __future__ import annotations

import re
import secrets
import time
import typing as t
from contextlib import closing, contextmanager
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .._core import step_names as steps
from .._core.collector import Collector
from .._text import psql_text, service_variables
from . import postgres, temporary_postgres

# Where the service's own role may not create a database: the URL of one that may, in its environment.
URL_VARIABLE = "SHADOW_DATABASE_URL"
# What a run that was killed has left is a day old by then.
_LEFT = """\
SELECT datname
FROM pg_database
WHERE datname ~ '^psp_rc_shadow_[0-9]+_[0-9a-f]+$' AND pg_get_userbyid(datdba) = current_user
  AND split_part(datname, '_', 4)::bigint < extract(epoch FROM now()) - 86400"""
# How a new database comes to have the text and the order of the service's own.
_LIKE = """\
SELECT format('ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
  || CASE to_jsonb(d) ->> 'datlocprovider'
    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
    ELSE '' END
FROM pg_database AS d
WHERE datname = current_database()"""
# What says in a URL where a server is, and how to speak with it over a network.
_ADDRESS = {
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "ssl",
    "target_session_attrs",
    "channel_binding",
}
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
        if created.ok:
            collector.add(created)
            try:
                yield {**params, "dbname": name}
            finally:
                _drop(collector, connection, name)
            return
        if collector.env.get(URL_VARIABLE):
            collector.add(created)
            yield None
            return
        major, like = connection.server_version // 10000, _like(connection)
    collector.add(
        replace(created, name=str(steps.ALEMBIC_SHADOW_REFUSED), title=steps.ALEMBIC_SHADOW_REFUSED.heading)
    )
    with temporary_postgres.running(collector, major, params.get("user", "psp")) as server:
        if server is None:
            collector.add(created)
            yield None
            return
        yield _on(collector, server, name, f"{sql} {like}")


def _on(collector: Collector, server: Parameters, name: str, sql: str) -> Parameters | None:
    """Make it on the temporary server, with which it goes."""
    with closing(postgres.connect({**server, "dbname": "postgres"}, writes=True)) as connection:
        created = postgres.query(connection, sql, steps.ALEMBIC_SHADOW_CREATE, collector.redact)
    return {**server, "dbname": name} if collector.add(created).ok else None


def _like(connection: t.Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_LIKE)
        return str(cursor.fetchone()[0])


def environment(collector: Collector, shadow: Parameters) -> dict[str, str]:
    """Return the variables by which the service finds its database, naming the shadow in its place.

    Those are URLs of the service's database, whatever their names and drivers, and the names of databases
    among the parts of a URL. Whether the service goes by them is not known from here.
    """
    own = postgres.parameters(collector.env, collector.params["variables"])
    at = _at_socket if _is_socket(collector, shadow) else _at_server
    moved = {name: _moved(collector.env, name, own, shadow, at) for name in collector.env}
    moved.update(_parts(collector, shadow))
    found = {name: value for name, value in moved.items() if value is not None}
    libpq = {"PGHOST": shadow["host"], "PGPORT": shadow["port"]} if _is_socket(collector, shadow) else {}
    return {**found, **libpq, "PGDATABASE": shadow["dbname"]}


def _drop(collector: Collector, connection: t.Any, name: str) -> None:
    # A command that was stopped at its limit may have left a session.
    force = " WITH (FORCE)" if connection.server_version >= 130000 else ""
    sql = f"DROP DATABASE {name}{force}"
    collector.add(postgres.query(connection, sql, steps.ALEMBIC_SHADOW_DROP, collector.redact))


def _is_socket(collector: Collector, shadow: Parameters) -> bool:
    """Return whether the shadow is on the temporary server, which has no other address."""
    return shadow.get("host", "").startswith("/") and shadow["host"] != _server(collector).get("host")


def _server(collector: Collector) -> Parameters:
    named = [URL_VARIABLE] if collector.env.get(URL_VARIABLE) else None
    return postgres.parameters(collector.env, {"database": named} if named else collector.params["variables"])


def _parts(collector: Collector, shadow: Parameters) -> dict[str, str]:
    """Return the variables that hold the parts of the database's address, with the shadow's."""
    named = service_variables.described(collector.params["variables"])[service_variables.DATABASE]
    parts: dict[str, t.Any] = named if isinstance(named, dict) else {}
    values = {str(name): shadow.get("dbname" if part == "name" else part) for part, name in parts.items()}
    return {name: value for name, value in values.items() if value and not name.startswith("=")}


def _moved(
    env: t.Mapping[str, str],
    name: str,
    own: Parameters,
    shadow: Parameters,
    at: t.Callable[[t.Mapping[str, str], str, Parameters], str],
) -> str | None:
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
    return at(env, value, shadow)


def _at_server(env: t.Mapping[str, str], value: str, shadow: Parameters) -> str:
    """Return the URL with the shadow's name, on the server that a variable names, if one does."""
    other = urlsplit(env.get(URL_VARIABLE) or value)
    return urlsplit(value)._replace(netloc=other.netloc, path=f"/{shadow['dbname']}").geturl()


def _at_socket(_env: t.Mapping[str, str], value: str, shadow: Parameters) -> str:
    """Return the URL with the directory of a socket in its query, as psycopg and asyncpg both read it."""
    url = urlsplit(value)
    kept = [
        (name, one)
        for name, one in parse_qsl(url.query)
        if name not in _ADDRESS and not name.startswith("ssl")
    ]
    query = urlencode([*kept, ("host", shadow["host"]), ("port", shadow["port"])], safe="/")
    user = url.netloc.rpartition("@")[0] or quote(shadow["user"], safe="")
    return url._replace(netloc=f"{user}@", path=f"/{shadow['dbname']}", query=query).geturl()
