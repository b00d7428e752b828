# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a service's variables are secret, by their names and by what they contain."""

from __future__ import annotations

import json
import re
import typing as t
from collections import Counter
from urllib.parse import unquote, urlsplit

from . import names, pairs, shapes
from .pair import Told

_LEAST_ITEM = 6  # of a list
_TOKEN_LABELS = {"token", "access_key", "api_key", "jwt", "private_key", "authorization", "webhook"}


def secrets_of_env(
    env: t.Mapping[str, str], exceptions: t.Mapping[str, bool] | None = None
) -> dict[str, str]:
    """Return label → value of the secrets among a service's variables.

    A variable is secret by its name (C(NAME)); of one that contains a URL, a connection string or JSON, what
    is secret in it (C(NAME.password), C(NAME.key)). Switches, small numbers, and what only says something
    about a secret, such as its file, are not. C(exceptions) say of a name that it is, or is not.
    """
    found: dict[str, str] = {}
    for name, value in env.items():
        secret = (exceptions or {}).get(name)
        if secret is False or not value.strip():
            continue
        parts = {name: value} if secret else dict(_parts(name, value))
        for label, part in parts.items():
            found.setdefault(label, part)
    return found


def ordinary_of_env(env: t.Mapping[str, str], exceptions: t.Mapping[str, bool] | None = None) -> set[str]:
    """Return what the variables contain that is no secret: whole values, and users, hosts, paths of URLs."""
    found: set[str] = set()
    for name, value in env.items():
        secrets = secrets_of_env({name: value}, exceptions)
        found |= {value} - set(secrets.values())
        try:
            url = urlsplit(value) if "://" in value else None
        except ValueError:
            continue
        if url:
            # A user that is a token, as in a DSN of Sentry's, is none of these.
            tokens = {secret for label, secret in secrets.items() if label.endswith(".user")}
            found |= {unquote(url.username or "")} - tokens
            found |= {url.hostname or "", unquote(url.path).strip("/")}
    return found - {""}


def _parts(name: str, value: str) -> t.Iterator[tuple[str, str]]:
    kind = names.kind(name)
    if value.lstrip()[:1] in ("{", "[") and (document := _json(value)) is not None:
        yield from _of_json(name, document, secret=kind == names.SURELY)
        return
    inner = list(_by_place(name, value))
    if inner:
        yield from inner
        return
    if kind == names.NO or names.is_ordinary(value):
        return
    if kind == names.PERHAPS and not names.is_random(value, 12):
        return
    if (
        "://" in value
        and re.search(r"(?i)dsn|webhook|url", name)
        and not re.search(r"(?i)secret|token|pass", name)
    ):
        return
    yield name, value
    items = [item.strip() for item in re.split(r"[,;\s]+", value)]
    for number, item in enumerate(items, 1):
        if len(items) > 1 and "\n" not in value:
            for one in dict.fromkeys((item, item.rpartition(":")[2])):
                if len(one) >= _LEAST_ITEM and not names.is_ordinary(one):
                    yield f"{name}.{number}" + ("" if one == item else ".password"), one


def _by_place(name: str, value: str) -> t.Iterator[tuple[str, str]]:
    """Return what its place gives away in a value: in a URL, a connection string, as a token of a shape."""
    data = value.encode("utf-8", "surrogatepass")
    spans = pairs.spans(data, data.lower(), 0, len(data), Told((), (), [])) + shapes.spans(
        data, data.lower(), 0, len(data)
    )
    seen: Counter[str] = Counter()
    for span in sorted(spans):
        secret = data[span.start : span.stop].decode("utf-8", "surrogatepass")
        what = span.label.rpartition(".")[2]
        alone = "://" not in value and "=" not in value[:-2] and not re.search(r"\s", value.strip())
        if what == "private_key" or (what in _TOKEN_LABELS and alone):
            yield name, value.strip()
        elif secret:
            seen[what] += 1
            label = f"{name}.{what}" + (f".{seen[what]}" if seen[what] > 1 else "")
            yield label, unquote(secret) if "://" in value else re.sub(r"\\(.)", r"\1", secret)


def _json(value: str) -> t.Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _of_json(label: str, document: t.Any, *, secret: bool) -> t.Iterator[tuple[str, str]]:
    """Return the texts in a document that are secret: those under such a key, or all of them."""
    if isinstance(document, dict):
        for key, item in document.items():
            named = secret and names.kind(key) != names.NO or names.kind(key) == names.SURELY
            yield from _of_json(f"{label}.{key}", item, secret=named or (secret and "_" not in key))
    elif isinstance(document, list):
        for number, item in enumerate(document, 1):
            yield from _of_json(f"{label}.{number}", item, secret=secret)
    elif isinstance(document, str) and document:
        if secret and not names.is_ordinary(document):
            yield label, document
        else:
            yield from _by_place(label, document)
