# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running backend answers on its own host: its description, its readiness, version and flags.

Only GET is sent, only to an address at which the process listens, and only with a token of its own.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._clients import http
from .._core.step_names import StepName
from .._text import openapi

_DESCRIPTIONS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json")
# What is looked for, in the paths that there are and in those that others have.
_WANTED = {
    "ready": (re.compile(r"ready|health"), ("/ready", "/readyz", "/health/ready", "/healthz", "/health")),
    "version": (
        re.compile(r"version|commit|build-?info|/build$|/info$"),
        ("/version", "/api/version", "/info"),
    ),
    "flags": (re.compile(r"flag|feature"), ("/api/v1/flags", "/flags", "/api/flags")),
    "metrics": (re.compile(r"metrics$"), ("/metrics", "/api/metrics")),
}
_TOKEN = re.compile(r"(TOKEN|API_KEY)$")
_NOT_OF_THE_API = re.compile(r"WEBHOOK|CSRF|GITHUB|CI_|SLACK|SENTRY|REFRESH")
_TOLD = re.compile(r"recon|webhook|/runs?\b|/jobs?\b|login|/tokens?\b|sign-?in", re.IGNORECASE)
# The path that a Prometheus counter is of.
_COUNTED = re.compile(r"\b(?:path|handler|endpoint|route|uri)=\"([^\"]*webhook[^\"]*)\"")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_MOST_ASKED = 6
_REFUSED = (401, 403)
_STEP = StepName("discovery")  # which is not kept


def ask(
    listens: t.Sequence[str],
    values: t.Mapping[str, str],
    routes: t.Sequence[t.Mapping[str, str]],
    limit: float,
) -> dict[str, t.Any]:
    """Return C(url), the C(operations) described, C(described) and, by what is looked for, its addresses."""
    url = next((found for found in map(_url, listens) if _get(found, "/", "", limit)[0]), "")
    found: dict[str, t.Any] = {"url": url, "described": "", "operations": []}
    for path in _DESCRIPTIONS if url else ():
        status, text = _get(url, path, "", limit)
        found["operations"] = openapi.operations(text) if status == 200 else []
        if found["operations"]:
            found["described"] = path
            break
    tokens = [name for name in sorted(values) if _TOKEN.search(name) and not _NOT_OF_THE_API.search(name)]
    found["tokens"] = tokens
    given = [
        one["path"]
        for one in found["operations"] or routes
        if one["method"] == "GET" and "{" not in one["path"]
    ]
    for what, (pattern, usual) in _WANTED.items():
        # By the shortest name first, what is meant for that comes before what only has the word in it.
        there = sorted(filter(pattern.search, given), key=lambda path: (what not in path, len(path)))
        paths = list(dict.fromkeys([*there, *(usual if not there else ())]))[:_MOST_ASKED]
        asked = (_asked(url, path, tokens, values, limit) for path in paths if url)
        found[what] = [answer for answer in asked if answer["status"]]
    found["operations"] = [one for one in found["operations"] if _TOLD.search(one["path"])]
    return found


def _asked(
    url: str, path: str, tokens: t.Sequence[str], values: t.Mapping[str, str], limit: float
) -> dict[str, t.Any]:
    status, text, by = *_get(url, path, "", limit), ""
    for name in tokens if status in _REFUSED else ():
        again, body = _get(url, path, values[name], limit)
        if again not in _REFUSED:
            status, text, by = again, body, name
            break
    told = dict(_pointers(_parsed(text)))
    return {
        "path": path,
        "status": status,
        "token": by,
        "switches": [pointer for pointer, value in told.items() if isinstance(value, bool)],
        "webhooks": sorted(set(_COUNTED.findall(text))),
        "commits": [at for at, value in told.items() if isinstance(value, str) and _COMMIT.fullmatch(value)],
    }


def _pointers(value: t.Any, at: str = "") -> t.Iterator[tuple[str, t.Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _pointers(inner, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    else:
        yield at, value


def _parsed(text: str) -> t.Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _url(end: str) -> str:
    address, _colon, port = end.rpartition(":")
    return f"http://{ {'0.0.0.0': '127.0.0.1', '[::]': '127.0.0.1'}.get(address, address) }:{port}"


def _get(url: str, path: str, token: str, limit: float) -> tuple[int, str]:
    """Return status and body; C(0) where nothing that speaks HTTP answers, and of a refusal no body."""
    given = {"Authorization": f"Bearer {token}"} if token else {}
    answer = http.exchange("GET", f"{url}{path}", _STEP, limit=limit, redact=str, headers=given, kept=False)
    status = answer.step.exit_status or 0
    return status, answer.body.decode("utf-8", "replace") if 200 <= status < 300 else ""
