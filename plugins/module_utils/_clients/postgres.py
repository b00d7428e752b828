# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Postgres as the steps need it: where the service's database is, and queries that become steps."""

from __future__ import annotations

import typing as t
from contextlib import closing, suppress
from urllib.parse import parse_qsl, unquote, urlsplit

from .._core.collector import Collector
from .._core.evidence import ENDED, FAILED, Step
from .._core.step_names import StepName
from .._core.steps import Redact, Started
from .._core.streams import bounded
from .._text import psql_text, service_variables

with suppress(ImportError):  # run_collector(needs=…) says so
    import psycopg2

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60
# Characters of an answer as it is shown; what is more is cut.
MOST_CHARACTERS = 16 << 20
_ROWS = 1000

# What drivers call the options that libpq knows under another name.
_ALIASES = {"ssl": "sslmode"}
# The parameters of libpq that a URL may set, and its variables for them.
_PG_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}

_SSL_MODES = ["allow", "disable", "prefer", "require", "verify-ca", "verify-full"]
# Options, named as those of community.postgresql, with libpq's parameter for each.
_LOGIN: dict[str, tuple[str, dict[str, t.Any]]] = {
    "login_host": ("host", {"type": "str"}),
    "login_port": ("port", {"type": "int"}),
    # libpq takes a host that begins with a slash for the directory of the socket.
    "login_unix_socket": ("host", {"type": "path"}),
    "login_user": ("user", {"type": "str"}),
    "login_password": ("password", {"type": "str", "no_log": True}),
    "login_db": ("dbname", {"type": "str"}),
    "ssl_mode": ("sslmode", {"type": "str", "choices": _SSL_MODES}),
    "ca_cert": ("sslrootcert", {"type": "path"}),
}
LOGIN_SPEC = {name: option for name, (_libpq, option) in _LOGIN.items()}


class NoDatabaseError(Exception):
    """The environment names no Postgres, or one that cannot be reached."""


def parameters(env: t.Mapping[str, str], variables: t.Mapping[str, t.Any] | None = None) -> dict[str, str]:
    """Return libpq's connection parameters out of the variables that hold the database's address.

    SQLAlchemy's C(postgresql+driver://) is understood; libpq itself refuses it.

    Args:
        env: the service's environment.
        variables: their names, as C(service_variables) describes them.

    Raises:
        NoDatabaseError: none of the variables is set, or the URL is not Postgres'.
    """
    names = service_variables.names(variables, service_variables.DATABASE)
    given = service_variables.url(variables, service_variables.DATABASE, env)
    if not given:
        raise NoDatabaseError(f"none of {', '.join(names)} is set")
    name = next((name for name in names if env.get(name) == given), " and ".join(names))
    try:
        url = urlsplit(given)
        port = url.port
    except ValueError:
        raise NoDatabaseError(f"{name} is not a URL that can be read") from None
    if url.scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise NoDatabaseError(f"{name} is not the URL of a Postgres database")
    found = {
        "host": url.hostname,
        "port": str(port) if port else None,
        "user": unquote(url.username) if url.username else None,
        "password": unquote(url.password) if url.password else None,
        "dbname": unquote(url.path.lstrip("/")) or None,
    }
    for key, value in parse_qsl(url.query):
        option = _ALIASES.get(key, key)
        if option in _PG_VARIABLES:
            found[option] = value
    return {key: value for key, value in found.items() if value}


def login(options: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return libpq's connection parameters out of the options of C(LOGIN_SPEC) that are given."""
    return {libpq: str(options[name]) for name, (libpq, _option) in _LOGIN.items() if options.get(name)}


def as_environment(params: t.Mapping[str, str]) -> dict[str, str]:
    """Return the parameters as libpq's environment variables: no password in argv."""
    return {_PG_VARIABLES[key]: value for key, value in params.items()}


def connect(params: t.Mapping[str, str], *, writes: bool = False) -> t.Any:
    """Return a psycopg2 connection that, without C(writes), can only read, each statement within its limit.

    Raises:
        NoDatabaseError: it cannot be reached; the message is libpq's own.
    """
    read_only = "off" if writes else "on"
    guard = f"-c default_transaction_read_only={read_only} -c statement_timeout={STATEMENT_SECONDS * 1000}"
    options = f"{params.get('options', '')} {guard}".strip()
    arguments: dict[str, t.Any] = {**params, "options": options, "connect_timeout": CONNECT_SECONDS}
    try:
        connection = psycopg2.connect(**arguments)
    except psycopg2.Error as exc:
        raise NoDatabaseError(" ".join(str(exc).split())) from exc
    connection.autocommit = True
    return connection


def query(connection: t.Any, sql: str, step: StepName, redact: Redact) -> Step:
    """Run a statement and return it as a step: stdout as psql prints it, or the error on stderr."""
    started = Started(step, sql, redact)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.description is None:
                return started.ended(f"{cursor.statusmessage}\n", exit_status=0)
            columns = [column.name for column in cursor.description]
            rows = _rows(cursor)
            left = cursor.rowcount - len(rows)
            why = f"{left} of {cursor.rowcount} rows were cut: at most {MOST_CHARACTERS} characters are shown"
            outcome, reason = (FAILED, why) if left else (ENDED, "")
            text = psql_text.table(columns, rows)
            return started.ended(text, exit_status=0, outcome=outcome, reason=reason)
    except psycopg2.Error as exc:
        # A server's error may quote a value of any size.
        shown, _left = bounded([f"ERROR: {exc}".encode("utf-8", "backslashreplace")])
        return started.ended(stderr=shown.decode("utf-8", "backslashreplace"), exit_status=1)


def _rows(cursor: t.Any) -> list[tuple[t.Any, ...]]:
    """Return the first rows of an answer, as many as may be shown: each takes what the widest does."""
    rows: list[tuple[t.Any, ...]] = []
    widest = 1
    while several := cursor.fetchmany(_ROWS):
        for row in several:
            widest = max(widest, sum(len(str(value)) for value in row))
            if widest * (len(rows) + 1) > MOST_CHARACTERS:
                return rows
            rows.append(row)
    return rows


def plan(connection: t.Any, sql: str) -> t.Any:
    """Return Postgres' plan for a query, as JSON has it; None for what has no plan."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (VERBOSE, FORMAT JSON) {sql}")
            return cursor.fetchone()[0]
    except psycopg2.Error:
        connection.rollback()
        return None


def ask(collector: Collector, sql: str, step: StepName) -> Step:
    """Keep the step of one query of the service's database; where it cannot be reached, why."""
    try:
        params = parameters(collector.env, collector.params["variables"])
        with closing(connect(params)) as connection:
            return collector.add(query(connection, sql, step, collector.redact))
    except NoDatabaseError as exc:
        return collector.failed(step, sql, f"no connection to Postgres: {exc}")
