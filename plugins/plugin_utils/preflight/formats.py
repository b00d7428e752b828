# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats that variables may have to be in, beyond what an argument spec can say. Pure."""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress
from urllib.parse import urlsplit

from ...module_utils._text import run_api, service_variables

_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# Ansible would mask a shorter one wherever it occurs.
_LEAST_SECRET = 8

UNDECODED = (
    "arq does not decode the % of its user or password: choose one of letters, digits and - . _ ~, "
    "or where the own code of backend and worker decodes it, set staging_variables.decodes to true"
)

Check = t.Callable[[t.Any], bool]
# A variable's format, its value and maybe whether it is required.
Variable = tuple[str, t.Any] | tuple[str, t.Any, bool]


def problem(name: str, kind: str, value: t.Any, required: bool = True) -> str:
    """Return what is wrong with a variable, as one sentence that names it, or C('').

    C(kind) is one of C(KINDS) or C(DESCRIPTIONS); a value that is None or empty is missing.
    """
    if kind in DESCRIPTIONS:
        found = DESCRIPTIONS[kind](value) if value else []
        return f"{name}: {'; '.join(found)}" if found else ""
    check, description = KINDS[kind]
    if value in (None, "", {}, []):
        return f"{name} is missing: {description} is required" if required else ""
    with suppress(ValueError, TypeError):  # of a URL or a number that cannot be read
        if check(value):
            return ""
    # A URL may hold a password.
    hidden = kind in ("redis_url", "secret") or (kind == "url" and "@" in str(value))
    shown = "" if hidden else f" {value!r}"
    return f"{name}{shown} is not {description}"


def problems(variables: t.Mapping[str, Variable]) -> list[str]:
    """Return what is wrong with variables, a sentence each."""
    return [found for name, given in variables.items() if (found := problem(name, *given))]


def of_keys(told: str) -> str:
    """Return what an argument spec says of a key that a dictionary does not take, as one sentence."""
    pattern = r"(?P<name>[\w.]+)\.(?P<key>[\w-]+)\. Supported parameters include: (?P<keys>.+?)\.?"
    found = re.fullmatch(pattern, told)
    return f"{found['name']} has no {found['key']}: it takes {found['keys']}" if found else told


def texts(given: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any]) -> list[str]:
    """Return a sentence for each dictionary or list that is a text, as C(-e name=value) makes it.

    An argument spec takes it, and the first role that combines it with another breaks down.
    """
    kinds: dict[type, str] = {dict: "a dictionary", list: "a list"}
    found = [(name, kinds.get(type(defaults.get(name)))) for name in sorted(given)]
    return [
        f"{name} is a text and not {kind}: give it in a file, or as JSON behind -e"
        for name, kind in found
        if kind and isinstance(given[name], str) and given[name] and "{{" not in given[name]
    ]


def _pattern(pattern: str, description: str) -> tuple[Check, str]:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value)), description


def _is_url(value: t.Any, *schemes: str) -> bool:
    parts = urlsplit(str(value))
    return parts.scheme in (schemes or ("http", "https")) and bool(parts.hostname) and parts.port != 0


def _is_redis_url(value: t.Any) -> bool:
    """Whether every client finds the same user, password and place in a URL.

    RFC 3986, section 3.2: a raw C(@), C(/), C(?) or C(#) in a password ends it early, and where it ends is
    each parser's own guess; a raw C(%) begins an escape.
    """
    parts = urlsplit(str(value))
    user, _at, _place = parts.netloc.rpartition("@")
    return (
        _is_url(value, "redis", "rediss")
        and bool(re.fullmatch(r"(?:[^%@\s]|%[0-9A-Fa-f]{2})*", user))
        and bool(re.fullmatch(r"(?:/\d*)?", parts.path))
        and not parts.fragment
    )


def _arq_redis_url(value: t.Any) -> list[str]:
    """Field note: arq does not decode the user and the password of its URL (0.26, 0.28); redis-py does."""
    if "%" not in urlsplit(str(value)).netloc.rpartition("@")[0]:
        return []
    return [UNDECODED]


def _token(value: t.Any) -> list[str]:
    """Return what is wrong with a description of where the API's token is."""
    sources = [name for name in ("file", "value", "login") if value.get(name)]
    found = [f"{' and '.join(sources)} are given: give one"] if len(sources) > 1 else []
    if value.get("value") and len(str(value["value"])) < _LEAST_SECRET:
        found.append(f"value has fewer than {_LEAST_SECRET} characters")
    url, pointer = (str((value.get("login") or {}).get(name) or "") for name in ("url", "pointer"))
    if url and not _is_url(url):
        found.append(f"login.url {url!r} is not a valid http or https URL")
    if pointer and not pointer.startswith("/"):
        found.append(f"login.pointer {pointer!r} is not a JSON pointer such as /data/token")
    variable = str(value.get("variable") or "A")
    if not re.fullmatch(_VARIABLE, variable):
        found.append(f"variable {variable!r} is not an environment variable's name")
    return found


def _is_names(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)


def _is_log(value: t.Any) -> bool:
    """Whether one place is named: an absolute C(file), a C(unit), a C(container), or C(metrics)."""
    if not isinstance(value, dict) or not set(value) <= {"file", "unit", "container", "metrics", "zone"}:
        return False
    named = [(kind, place) for kind, place in value.items() if place and kind != "zone"]
    return len(named) == 1 and (named[0][0] != "file" or str(named[0][1]).startswith("/"))


# Dictionaries and the like of which more can be wrong: functions that return a sentence for each problem.
DESCRIPTIONS: dict[str, t.Callable[[t.Any], list[str]]] = {
    "arq_redis_url": _arq_redis_url,
    "run_api": run_api.problems,
    "service_variables": service_variables.problems,
    "token": _token,
}
KINDS: dict[str, tuple[Check, str]] = {
    "ticket": _pattern(r"[A-Za-z0-9][A-Za-z0-9._#-]{0,99}", "a ticket's key such as PSP-1234"),
    "name": _pattern(
        r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}",
        "a name of letters, digits and . _ + -, such as 2026.11.0-rc3",
    ),
    "commit": _pattern(r"[0-9a-f]{40}|[0-9a-f]{64}", "a full git commit: 40 (or 64) hex digits, lower case"),
    "sha256": _pattern(r"[0-9a-f]{64}", "a SHA-256: 64 hex digits, lower case"),
    "repository": _pattern(r"[\w.-]+/[\w.-]+", "a repository as owner/name"),
    "path": _pattern(r"[^\0\n]+", "a path"),
    "absolute_path": _pattern(r"/[^\0\n]*", "an absolute path"),
    "own_path": _pattern(r"(?:/|~/)[^\0\n]*", "an absolute path, or one that begins with ~/"),
    "identifier": _pattern(
        r"([A-Za-z_][A-Za-z0-9_$]{0,62}\.)?[A-Za-z_][A-Za-z0-9_$]{0,62}",
        "a table's name, with its schema or without, such as public.reconciliation_findings",
    ),
    "variable": _pattern(_VARIABLE, "an environment variable's name, of letters, digits and _"),
    "text": _pattern(r"(?s).+", "a text"),
    "secret": (lambda value: True, "one from the vault"),
    "size": (
        lambda value: bool(re.fullmatch(r"(?i)\d+([kmg]b?)?", str(value))),
        "a size as Redis writes it, such as 512mb",
    ),
    "url": (_is_url, "a valid http or https URL"),
    "seconds": (lambda value: float(value) > 0, "a number of seconds above 0"),
    "count": (lambda value: float(value) > 0 and float(value).is_integer(), "a whole number above 0"),
    "number": (lambda value: float(value) > 0, "a number above 0"),
    "share": (lambda value: 0 < float(value) <= 1, "a number above 0 and at most 1"),
    "names": (_is_names, "a list of texts, which -e takes as JSON"),
    "log": (_is_log, "one of {file: an absolute path}, {unit: …}, {container: …} and {metrics: …}"),
    "redis_url": (
        _is_redis_url,
        "redis://user:password@host:port/0 (or rediss), with every character of user and password that is "
        "neither letter nor digit percent-encoded",
    ),
}
