# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service's Prometheus counters of the webhooks that it answered, by their status. Pure."""

from __future__ import annotations

import re
import typing as t

_SAMPLE = re.compile(
    r"^(?P<series>(?P<name>[\w:]+)\{(?P<labels>.*)\}) (?P<value>[\d.eE+]+)(?: \d+)?$", re.MULTILINE
)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_BORN = re.compile(r"^process_start_time_seconds (?P<value>[\d.eE+]+)$", re.MULTILINE)
_PATHS = ("path", "handler", "endpoint", "route", "uri", "url", "path_template", "http_route")
_STATUSES = ("status", "status_code", "code", "http_status", "http_status_code", "http_response_status_code")
_METHODS = ("method", "http_method", "http_request_method")


def counters(text: str, prefix: str) -> dict[str, float]:
    """Return series → value of the one counter that tells POSTs to paths with this prefix by their status.

    One of errors alone has fewer statuses. A histogram counts the same requests again, and comes last.
    """
    found: dict[str, dict[str, float]] = {}
    for sample in _SAMPLE.finditer(text):
        labels = dict(_LABEL.findall(sample["labels"]))
        of_webhook = any(labels.get(name, "").startswith(prefix) for name in _PATHS)
        post = _first(labels, _METHODS).upper() in ("POST", "")
        if (
            of_webhook
            and post
            and _first(labels, _STATUSES)
            and sample["name"].endswith(("_total", "_count"))
        ):
            found.setdefault(sample["name"], {})[sample["series"]] = float(sample["value"])

    def rank(name: str) -> tuple[int, bool, str]:
        return -len({status_of(series) for series in found[name]}), not name.endswith("_total"), name

    return found[min(found, key=rank)] if found else {}


def status_of(series: str) -> int | None:
    """Return the status that a series counts, or None where it counts several, such as C(4xx)."""
    said = _first(dict(_LABEL.findall(series)), _STATUSES)
    return int(said) if re.fullmatch(r"\d{3}", said) else None


def born(text: str) -> float:
    """Return when the process that counts began, in seconds since 1970, or 0 where it does not tell."""
    found = _BORN.search(text)
    return float(found["value"]) if found else 0.0


def _first(labels: t.Mapping[str, str], names: t.Sequence[str]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")
