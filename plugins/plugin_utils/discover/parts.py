# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that an address comes in, part by part, told by their names. Pure."""

from __future__ import annotations

import re
import typing as t

_PARTS = {
    "host": "HOST|HOSTNAME|SERVER|ADDRESS",
    "port": "PORT",
    "name": "NAME|DB|DATABASE|DBNAME",
    "user": "USER|USERNAME|LOGIN",
    "password": "PASSWORD|PASS|PASSWD|PWD",
}
_OF = {"database": r"DB|DATABASE|POSTGRES|POSTGRESQL|PG|SQL", "redis": r"REDIS|VALKEY|QUEUE|BROKER|ARQ"}


def found(kind: str, names: t.Iterable[str]) -> dict[str, str]:
    """Return part → variable of a C(database) or C(redis); empty where there is no host among them."""
    beginning = re.compile(rf"(?:^|_)(?:{_OF[kind]})(?:_|$)|^(?:{_OF[kind]})")
    groups: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        for part, words in _PARTS.items():
            match = re.fullmatch(rf"(?P<prefix>\w*?)_?(?:{words})", name)
            if match and beginning.search(match["prefix"]):
                groups.setdefault(match["prefix"], {}).setdefault(part, name)
                break
    enough = {"host"} | ({"user"} if kind == "database" else set())
    whole = [parts for parts in groups.values() if enough <= parts.keys()]
    return max(whole, key=len, default={})
