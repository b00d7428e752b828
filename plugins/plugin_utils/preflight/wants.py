# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a variable wants, checked before anything is touched."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

_PATTERNS: dict[str, tuple[str, str]] = {
    "ticket": (r"[A-Za-z0-9][A-Za-z0-9._#-]{0,99}", "a ticket's key such as PSP-1234"),
    "name": (
        r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}",
        "a name of letters, digits and . _ + -, such as 2026.11.0-rc3",
    ),
    "commit": (
        r"[0-9a-f]{40}|[0-9a-f]{64}",
        "a full git commit: 40 (or 64) hex digits, lower case",
    ),
    "sha256": (r"[0-9a-f]{64}", "a SHA-256: 64 hex digits, lower case"),
    "repository": (r"[\w.-]+/[\w.-]+", "a repository as owner/name"),
    "path": (r"[^\0\n]+", "a path"),
    "directory": (r"/[^\0\n]*", "an absolute path"),
    "identifier": (
        r"([A-Za-z_][A-Za-z0-9_$]{0,62}\.)?[A-Za-z_][A-Za-z0-9_$]{0,62}",
        "a table's name, with its schema or without, such as public.reconciliation_findings",
    ),
    "variable": (r"[A-Za-z_][A-Za-z0-9_]*", "an environment variable's name, of letters, digits and _"),
    "text": (r"(?s).+", "a text that is not empty"),
    # redis.conf's "Note on units" and "maxmemory-policy".
    "redis_memory": (
        r"\d{1,18}(?:[bB]|[kKmMgG][bB]?)?",
        "bytes as Redis writes them, such as 512mb or 2gb, without a blank",
    ),
    "redis_policy": (
        r"noeviction|(?:allkeys|volatile)-(?:lru|lfu|random)|volatile-ttl",
        "a policy of Redis's, such as noeviction",
    ),
}


def problems(variables: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[str]:
    """Return one sentence for each variable that is missing or wrong: its name and what it wants.

    Args:
        variables: name → C(value), C(want) (a pattern's name, C(url), C(seconds), C(count),
            C(number), C(share), C(boolean), C(names) or C(redis_url), which is never shown) and C(optional).

    Raises:
        ValueError: a C(want) that does not exist.
    """
    found = (_problem(name, spec) for name, spec in variables.items())
    return [problem for problem in found if problem]


def _problem(name: str, spec: t.Mapping[str, t.Any]) -> str:
    value, want = spec.get("value"), str(spec["want"])
    satisfied, description = _check(want, value)
    if value is None or value == "":
        return "" if spec.get("optional") else f"{name} is missing: it wants {description}"
    shown = "something else" if want in _NOT_SHOWN else repr(value)
    return "" if satisfied else f"{name} is {shown}: it wants {description}"


def _check(want: str, value: t.Any) -> tuple[bool, str]:
    if want in _PATTERNS:
        pattern, description = _PATTERNS[want]
        return isinstance(value, str) and re.fullmatch(pattern, value) is not None, description
    if want in _CHECKS:
        check, description = _CHECKS[want]
        return check(value), description
    raise ValueError(f"there is no want {want!r}")


def _is_url(value: t.Any) -> bool:
    try:
        parts = urlsplit(str(value))
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_redis_url(value: t.Any) -> bool:
    """Whether every client finds the same user, password and place in a URL.

    RFC 3986, section 3.2: a raw C(@), C(/), C(?) or C(#) in a password ends it early, and where it ends is
    each parser's own guess; a raw C(%) begins an escape.
    """
    try:
        parts = urlsplit(str(value))
        user, _at, _place = parts.netloc.rpartition("@")
        return (
            parts.scheme in ("redis", "rediss")
            and bool(parts.hostname)
            and parts.port != 0
            and re.fullmatch(r"(?:[^%@\s]|%[0-9A-Fa-f]{2})*", user) is not None
            and re.fullmatch(r"(?:/\d*)?", parts.path) is not None
            and not parts.fragment
        )
    except ValueError:
        return False


def _is_seconds(value: t.Any) -> bool:
    try:
        return float(value) > 0
    except (TypeError, ValueError):
        return False


def _is_count(value: t.Any) -> bool:
    return _is_seconds(value) and float(value) == int(float(value))


def _is_share(value: t.Any) -> bool:
    return _is_seconds(value) and float(value) <= 1


def _is_names(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)


_CHECKS: dict[str, tuple[t.Callable[[t.Any], bool], str]] = {
    "url": (_is_url, "an http or https URL"),
    "seconds": (_is_seconds, "a number of seconds above 0"),
    "count": (_is_count, "a whole number above 0"),
    "number": (_is_seconds, "a number above 0"),
    "share": (_is_share, "a number above 0 and at most 1"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "names": (_is_names, "a list of names"),
    "redis_url": (
        _is_redis_url,
        "redis://user:password@host:port/0 (or rediss), with whatever is neither letter nor digit in user "
        "and password percent-encoded",
    ),
}
# What is wrong may be a password.
_NOT_SHOWN = {"redis_url"}
