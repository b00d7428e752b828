# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line of an access log: JSON or logfmt of any common naming, the combined format, or a text with its time.

It may be wrapped in what keeps logs: a container's JSON, or the prefix of a container or of the journal.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timezone, tzinfo
from urllib.parse import urlsplit

from . import log_line

_TIME = (
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "datetime",
    "asctime",
    "time_iso8601",
    "time_local",
    "start_time",
)
_METHOD = ("method", "request_method", "http_method", "verb")
_PATH = ("path", "uri", "url", "request_uri", "request_path", "target")
_STATUS = ("status", "status_code", "response_status", "http_status", "response_code", "downstream_status")

_REQUEST = re.compile(r'"(?P<method>[A-Z]+) (?P<path>\S+)(?: HTTP/[\d.]+)?"(?: (?P<status>\d{3})\b)?')
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:([Zz])| ?([+-]\d\d)(?::?(\d\d))?)?")
_CLF = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})")
_ZONED = re.compile(r":\d\d(?:[.,]\d+)?(?:[Zz]| ?[+-]\d\d(?::?\d\d)?)$|^\d{10,13}(?:\.\d+)?$")
_ANY = re.compile(r".", re.DOTALL)
_IS_TIME = re.compile(rf"\d{{10}}|{_ISO.pattern}$|{_CLF.pattern}$")
_IS_STATUS = re.compile(r"[1-5]\d\d\b")
# strptime would take the month's name in the process's own language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Seconds since 1970 have ten digits until 2286, milliseconds thirteen.
_MILLISECONDS_FROM = 1e11


class Entry(t.NamedTuple):
    """A request as the log has it."""

    time: datetime | None  # aware, or None where the line has none that can be read
    method: str  # upper case, or C('')
    path: str  # without its query
    status: int | None
    zoned: bool = True  # whether the time says its zone


def parse(line: str, zone: tzinfo | None = None) -> Entry | None:
    """Return the request of a line, or None where there is none in it.

    A time without a zone is taken to be in C(zone), or in this machine's own, unless what keeps the log gives
    one with it.
    """
    for layer in log_line.layers(line):
        found = _from_fields(layer.fields) if layer.fields else None
        if found is None and not layer.text.lstrip().startswith("{"):
            found = _from_text(layer.whole)
        if found is not None:
            stamp, *rest = found
            return _entry(zone, _best([stamp, *layer.stamps]), *rest)
    return None


# Time, method, path and status as they are written.
_Raw = tuple[t.Any, str, str, t.Any]


def _from_text(text: str) -> _Raw | None:
    match = _REQUEST.search(text)
    if match is None:
        return None
    stamp = _CLF.search(text) or _ISO.search(text)
    return stamp and stamp[0], match["method"], match["path"], match["status"]


def _from_fields(given: t.Mapping[str, t.Any]) -> _Raw | None:
    fields = _flat(given)
    request = _REQUEST.search(f'"{fields.get("request", "")}"')
    method, path = _first(fields, _METHOD), _first(fields, _PATH)
    if request is not None:
        method, path = method or request["method"], path or request["path"]
    if not isinstance(path, str):
        return None
    # A field of that name may hold something else: a duration, the level, a word.
    stamp, status = _first(fields, _TIME, _IS_TIME), _first(fields, _STATUS, _IS_STATUS)
    return stamp, str(method or ""), path, status


def _best(stamps: t.Sequence[t.Any]) -> t.Any:
    """Return the first time that says its zone, else the first."""
    given = [stamp for stamp in stamps if stamp]
    return next((stamp for stamp in given if _ZONED.search(str(stamp))), next(iter(given), None))


def _flat(data: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the fields by the last part of their name, C(statusCode) as C(status_code).

    An outer one hides an inner one.
    """
    fields: dict[str, t.Any] = {}
    levels = [data]
    while levels:
        for name, value in levels.pop(0).items():
            if isinstance(value, dict):
                levels.append(value)
            else:
                fields.setdefault(_CAMEL.sub("_", name.rpartition(".")[2]).lower(), value)
    return fields


def _first(fields: t.Mapping[str, t.Any], names: t.Sequence[str], form: re.Pattern[str] = _ANY) -> t.Any:
    """Return the first of the fields whose value has the form."""
    return next((fields[name] for name in names if form.match(_written(fields.get(name)))), None)


def _written(value: t.Any) -> str:
    return "" if value is None else str(value)


def _entry(zone: tzinfo | None, stamp: t.Any, method: str, target: str, status: t.Any) -> Entry:
    try:
        path = urlsplit(target).path
    except ValueError:
        path = target
    digits = _IS_STATUS.match(_written(status))
    moment, zoned = _moment(stamp, zone), zone is not None or bool(_ZONED.search(str(stamp or "")))
    status_code = int(digits[0]) if digits else None
    return Entry(moment, method.upper(), path, status_code, zoned or moment is None)


def _moment(stamp: t.Any, own: tzinfo | None) -> datetime | None:
    try:
        if isinstance(stamp, (int, float)) or re.fullmatch(r"\d{10,13}(\.\d+)?", str(stamp)):
            seconds = float(stamp)
            seconds = seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds
            return datetime.fromtimestamp(seconds, timezone.utc)
        text = str(stamp or "")
        if combined := _CLF.fullmatch(text):
            day, month, year, clock, zone = combined.groups()
            text = f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{clock}{zone}"
        found = _ISO.fullmatch(text)
        if found is None:
            return None
        date, clock, fraction, utc, hours, minutes = found.groups(default="")
        zone = "+00:00" if utc else f"{hours}:{minutes or '00'}" if hours else ""
        # Before 3.11, Python reads one form of what RFC 3339 and ISO 8601 allow.
        moment = datetime.fromisoformat(f"{date}T{clock}.{fraction:0<6.6}{zone}")
        return (moment if zone or own is None else moment.replace(tzinfo=own)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
