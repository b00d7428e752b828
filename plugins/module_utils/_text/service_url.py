# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service's URL names, whichever way it is written, to tell whether two name the same."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

_ALIASES = {"postgres": "postgresql", "rediss": "redis"}
_PORTS = {"postgresql": 5432, "redis": 6379}
_DATABASES = {"redis": "0"}


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
