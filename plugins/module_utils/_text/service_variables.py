# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a service's variables hold the addresses of its database and its Redis. Pure.

An address is one URL, in the first of several variables that is set, or is made of parts: a dictionary of
C(host), C(port), C(user), C(password), C(name) (the database) and C(scheme), each the name of the variable
that holds it. Behind C(=) stands a value itself, such as C(=5432).
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote

Env = t.Mapping[str, str]

DATABASE = "database"
REDIS = "redis"
DEFAULTS: dict[str, t.Any] = {
    DATABASE: ["SYNC_DATABASE_URL", "DATABASE_URL"],
    REDIS: ["REDIS_URL"],
    "environment": "ENV",
    "runner": "RECON_RUNNER",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PARTS = ("host", "port", "user", "password", "name", "scheme")
_SCHEMES = {DATABASE: "postgresql", REDIS: "redis"}
# What the steps call the digests of the two, whatever the service's own names are.
LABELS = {DATABASE: "DATABASE_URL", REDIS: "REDIS_URL"}


def described(given: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Return the description with its defaults; one variable may be given as a text."""
    found = {**DEFAULTS, **{name: value for name, value in (given or {}).items() if value}}
    return {
        name: [value] if isinstance(value, str) and name in _SCHEMES else value
        for name, value in found.items()
    }


def names(given: t.Mapping[str, t.Any] | None, kind: str) -> list[str]:
    """Return the names of the variables that hold one of the two addresses, or its parts."""
    named = described(given)[kind]
    found = named if isinstance(named, list) else [named[part] for part in PARTS if named.get(part)]
    return [str(name) for name in found if not str(name).startswith("=")]


def url(given: t.Mapping[str, t.Any] | None, kind: str, env: Env) -> str:
    """Return the address that an environment gives, C('') where it gives none."""
    named = described(given)[kind]
    if isinstance(named, list):
        return next((env[name] for name in named if env.get(name)), "")
    return _assembled(kind, {part: _value(str(name), env) for part, name in named.items() if name})


def own_url(given: t.Mapping[str, t.Any] | None, kind: str, env: Env) -> str:
    """Return the address by which a running process itself goes: of several variables, the last one's.

    The first ones are those of its tools, such as an URL without the driver.
    """
    named = described(given)[kind]
    return env.get(named[-1], "") if isinstance(named, list) else url(given, kind, env)


def required(given: t.Mapping[str, t.Any] | None, kind: str) -> str:
    """Say which variables a process must have been started with."""
    named = described(given)[kind]
    return str(named[-1]) if isinstance(named, list) else ", ".join(names(given, kind))


def problems(given: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong with a description, a sentence each."""
    found = []
    for kind in (DATABASE, REDIS):
        named = described(given)[kind]
        if isinstance(named, dict):
            unknown = sorted(set(named) - set(PARTS))
            found += [f"{kind} has no {', '.join(unknown)}: {', '.join(PARTS)}"] if unknown else []
            found += [] if named.get("host") else [f"{kind} has no host, which every address needs"]
        elif not isinstance(named, list):
            found.append(f"{kind} is neither a variable's name, a list of them nor a dictionary of parts")
            continue
        wrong = [name for name in names(given, kind) if not _NAME.fullmatch(name)]
        found += [f"{kind}: {name!r} is not a variable's name; = stands before a value" for name in wrong]
    return found


def _value(name: str, env: Env) -> str:
    return name[1:] if name.startswith("=") else env.get(name, "")


def _assembled(kind: str, parts: t.Mapping[str, str]) -> str:
    """Make a URL of its parts; the password is encoded, as every parser of URLs decodes it."""
    host = parts.get("host", "")
    if not host:
        return ""
    scheme = parts.get("scheme") or _SCHEMES[kind]
    login = quote(parts.get("user", ""), safe="")
    if parts.get("password"):
        login += f":{quote(parts['password'], safe='')}"
    place = f"[{host}]" if ":" in host else host
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{scheme}://{login}{'@' if login else ''}{place}{port}/{quote(parts.get('name', ''), safe='')}"
