# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What running processes were started with, their connections and their code: a JSON list of objects.

Values that may be seen are shown; of others there are keyed digests, which tell whether two processes
were given the same without telling what.
"""

from __future__ import annotations

import hmac
import json
import typing as t
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from .connections import Connection

_ALIASES = {"postgres": "postgresql", "rediss": "redis"}
_PORTS = {"postgresql": 5432, "redis": 6379}
_DATABASES = {"redis": "0"}


@dataclass(frozen=True)
class Digest:
    """What may be told of a value that may not be seen."""

    given: bool  # whether the variable is set and not empty
    value: str = ""  # the digest of the value as it is written
    endpoint: str = ""  # the digest of what a URL names: scheme, user, host, port and database


@dataclass(frozen=True)
class Sockets:
    """The TCP connections that a process and its descendants have made."""

    network: str = ""  # the network namespace
    connections: t.Sequence[Connection] = ()
    unseen: str = ""  # why they cannot be seen


@dataclass(frozen=True)
class Code:
    """The newest file of the code that a process could have imported."""

    file: str = ""
    changed: str = ""  # when it was put there, RFC 3339, UTC
    unseen: str = ""  # why it cannot be seen
    loaded: str = ""  # when the process that may have loaded it was started, RFC 3339, UTC


@dataclass(frozen=True)
class Running:
    """A running process."""

    pid: int
    started: str  # RFC 3339, UTC
    command: str
    directory: str
    shown: t.Mapping[str, str | None]  # name → value, None where the variable is not set
    digests: t.Mapping[str, Digest]  # name → what may be told of its value
    sockets: Sockets | None = None  # where they were looked at
    code: Code | None = None  # where it was looked at


def digest(value: str, key: str) -> Digest:
    """Return a value's digests; without a key only whether there is one, for passwords can be guessed."""
    if not value or not key:
        return Digest(bool(value))
    texts = (value, endpoint(value))
    return Digest(True, *(hmac.digest(key.encode(), text.encode(), "sha256").hex() for text in texts))


def render(processes: t.Sequence[Running]) -> str:
    """Return the processes as text."""
    told = [{name: value for name, value in asdict(one).items() if value is not None} for one in processes]
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def parse(text: str) -> list[Running]:
    """Read what C(render()) wrote.

    Raises:
        ValueError: the text is something else.
    """
    try:
        processes = json.loads(text)
        if not isinstance(processes, list):
            raise TypeError("it is no list")
        return [_running(**process) for process in processes]
    except (TypeError, KeyError, AttributeError) as exc:
        raise ValueError(f"this is not a list of processes: {exc}") from exc


def endpoint(url: str) -> str:
    """Return C(scheme://user@host:port/database), without password, driver and options.

    C(postgresql+asyncpg://a:b@DB/psp) and C(postgresql://a:b@db:5432/psp?ssl=require) name the same. What is
    no URL comes back as it is.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.scheme or "://" not in url:
        return url
    family = parts.scheme.partition("+")[0].lower()
    scheme = _ALIASES.get(family, family)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = (parts.hostname or query.get("host", "")).lower()
    database = query.get("db") or query.get("dbname") or unquote(parts.path).lstrip("/")
    place = f"{host}:{port or query.get('port') or _PORTS.get(scheme, '')}"
    user = unquote(parts.username or "") or query.get("user", "")
    return f"{scheme}://{user}@{place}/{database or _DATABASES.get(scheme, '')}"


def _running(
    digests: t.Mapping[str, t.Any], sockets: t.Any = None, code: t.Any = None, **told: t.Any
) -> Running:
    if sockets is not None:
        made = tuple(Connection(**one) for one in sockets["connections"])
        sockets = Sockets(**{**sockets, "connections": made})
    code = None if code is None else Code(**code)
    given = {name: Digest(**one) for name, one in digests.items()}
    return Running(**told, digests=given, sockets=sockets, code=code)
