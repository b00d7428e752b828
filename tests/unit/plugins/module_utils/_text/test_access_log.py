# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of an access log is read in the formats that are met with."""

from __future__ import annotations

import json
import time
import typing as t
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.access_log import Entry, parse
from tests.unit.captured import FIXTURES

MOMENT = datetime(2026, 11, 24, 2, 52, 3, tzinfo=UTC)
MILLIS = MOMENT.replace(microsecond=123000)
WEBHOOK = "/api/v1/payments/webhook/acmepay"
TWIN = (
    '{"time": "2026-11-24T02:52:03.123Z", "method": "POST", "path": "/api/v1/payments/webhook/acmepay", '
    '"status": 401, "duration_ms": 1.1, "error_code": "WEBHOOK_SIGNATURE_INVALID", "client": "127.0.0.1"}'
)
COMBINED = (
    '203.0.113.9 - - [24/Nov/2026:05:52:03 +0300] "POST /api/v1/payments/webhook/acmepay?a=b HTTP/1.1" '
    '401 98 "-" "acmepay/2.1"'
)
NGINX_JSON = (
    '{"time_local":"24/Nov/2026:05:52:03 +0300","status":"401",'
    '"request":"POST /api/v1/payments/webhook/acmepay HTTP/1.1"}'
)
ELASTIC = (
    '{"@timestamp":"2026-11-24T02:52:03.123+00:00","url":{"path":"/api/v1/payments/webhook/acmepay"},'
    '"http":{"request":{"method":"POST"},"response":{"status_code":401}}}'
)
DOTTED = (
    '{"ts":1795488723.123,"http.method":"post","url.path":"/api/v1/payments/webhook/acmepay",'
    '"http.status_code":401}'
)
MILLISECONDS = (
    '{"timestamp":"1795488723123","method":"POST","status":401,'
    '"url":"https://psp.example/api/v1/payments/webhook/acmepay"}'
)
ZONED = '2026-11-24 05:52:03,123 +0300 INFO 10.0.0.1:1 - "POST /api/v1/payments/webhook/acmepay HTTP/1.1" 401'
LOGFMT = (
    f'time=2026-11-24T02:52:03.123Z level=info msg="request completed" method=POST path={WEBHOOK} status=401 '
    "duration=1.1ms"
)
ROUTER = f'ts=1795488723.123 at=info method=POST path="{WEBHOOK}?a=b" host=psp.example status=401 bytes=98'
NGINX_LOGFMT = (
    f'time="2026-11-24T05:52:03+03:00" remote=203.0.113.9 request="POST {WEBHOOK}?status=1 HTTP/1.1" '
    "status=401"
)
UVICORN = f'INFO:     127.0.0.1:47784 - "POST {WEBHOOK}?x=1 HTTP/1.1" 401 Unauthorized'
NAIVE = f'2026-11-24 23:52:03,123 INFO 127.0.0.1:1 - "POST {WEBHOOK} HTTP/1.1" 401'
UNTIMED = f'{{"method": "POST", "path": "{WEBHOOK}", "status": 401}}'


PINO = (
    '{"level":30,"time":1795488723123,"pid":7,"hostname":"stg-1","req":{"id":1,"method":"POST",'
    '"url":"/api/v1/payments/webhook/acmepay?a=b"},"res":{"statusCode":401},"responseTime":1,"msg":"done"}'
)
TRAEFIK = (
    '{"ClientHost":"203.0.113.9","DownstreamStatus":401,"OriginStatus":401,"RequestMethod":"POST",'
    '"RequestPath":"/api/v1/payments/webhook/acmepay","level":"info","time":"2026-11-24T02:52:03Z"}'
)
LEVEL_AS_STATUS = (
    f'{{"status":"info","timestamp":"2026-11-24T02:52:03.123Z","path":"{WEBHOOK}","method":"POST",'
    '"http":{"status_code":401}}'
)
WORD_AS_STATUS = TWIN.replace('"status": 401', '"status": "ok", "status_code": 401')
DURATION_AS_TIME = TWIN.replace('"time"', '"time": 0.012, "timestamp"')
DURATION_WITH_UNIT = TWIN.replace('"time"', '"time": "12 ms", "ts"')
ENVOY = (
    '{"start_time":"2026-11-24T02:52:03.123Z","method":"POST","path":"/api/v1/payments/webhook/acmepay",'
    '"response_code":401}'
)


def _docker(line: str) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stdout", "time": "2026-11-24T02:52:03.123456789Z"})


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        (LOGFMT, MILLIS),
        (ROUTER, MILLIS),
        (NGINX_LOGFMT, MOMENT),
        (f"backend-1  | {TWIN}", MILLIS),
        (f"\x1b[36mbackend-1  | \x1b[0m{COMBINED}", MOMENT),
        (f"2026-11-24T02:52:03.999999999Z {TWIN}", MILLIS),
        (f"2026-11-24T05:52:03+0300 stg-1 uvicorn[4711]: {UVICORN}", MOMENT),
        (f"2026-11-24T05:52:03+0300 stg-1 uvicorn[4711]: {UNTIMED}", MOMENT),
        (f"2026-11-24T02:52:03.123Z {LOGFMT}", MILLIS),
        (_docker(TWIN), MILLIS),
        (_docker(COMBINED), MOMENT),
        (_docker(LOGFMT), MILLIS),
    ],
)
def test_a_webhook_behind_what_keeps_logs(line: str, moment: datetime) -> None:
    assert parse(line) == Entry(moment, "POST", WEBHOOK, 401)


@pytest.mark.parametrize("line", [UVICORN, NAIVE, UNTIMED])
def test_a_time_with_its_zone_is_better_than_none(line: str) -> None:
    moment = MOMENT.replace(microsecond=123456)
    assert parse(_docker(line)) == Entry(moment, "POST", WEBHOOK, 401)
    assert parse(f"2026-11-24T02:52:03.123456789Z {line}") == Entry(moment, "POST", WEBHOOK, 401)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        (TWIN, MILLIS),
        (COMBINED, MOMENT),
        (NGINX_JSON, MOMENT),
        (ELASTIC, MILLIS),
        (DOTTED, MILLIS),
        (MILLISECONDS, MILLIS),
        (ZONED, MILLIS),
        (PINO, MILLIS),
        (TRAEFIK, MOMENT),
        (ENVOY, MILLIS),
        (LEVEL_AS_STATUS, MILLIS),
        (WORD_AS_STATUS, MILLIS),
        (DURATION_AS_TIME, MILLIS),
        (DURATION_WITH_UNIT, MILLIS),
    ],
)
def test_a_webhook_in_every_format(line: str, moment: datetime) -> None:
    assert parse(line) == Entry(moment, "POST", WEBHOOK, 401)


GIVEN = {"time": "2026-11-24T05:52:03+03:00", "method": "post", "path": WEBHOOK, "status": 401}


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("time", "time timestamp @timestamp ts datetime asctime time_iso8601 time_local start_time"),
        ("method", "method request_method http_method verb"),
        ("path", "path uri url request_uri request_path target"),
        (
            "status",
            "status status_code response_status http_status response_code downstream_status statusCode",
        ),
    ],
)
def test_a_field_goes_by_many_names(field: str, names: str) -> None:
    others = {name: value for name, value in GIVEN.items() if name != field}
    for name in names.split():
        line = json.dumps({**others, name: GIVEN[field]})
        assert parse(line) == Entry(MOMENT, "POST", WEBHOOK, 401), name


def test_a_month_is_read_by_its_english_name() -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    entries = [parse(COMBINED.replace("Nov", month)) for month in months]
    assert [entry and entry.time and entry.time.month for entry in entries] == list(range(1, 13))


def test_what_uvicorn_prints_by_default_bears_no_time() -> None:
    line = (FIXTURES / "webhook/uvicorn_default.log").read_text("utf-8").strip()
    assert parse(line) == Entry(None, "POST", WEBHOOK, 401)


def test_a_time_without_a_zone_is_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    line = (FIXTURES / "webhook/uvicorn_timed.log").read_text("utf-8").strip()
    monkeypatch.setenv("TZ", "Europe/Istanbul")
    time.tzset()
    entry = parse(line)
    monkeypatch.undo()
    time.tzset()
    moment = datetime(2026, 11, 24, 0, 29, 52, 462000, tzinfo=UTC)
    assert entry == Entry(moment, "POST", WEBHOOK, 401, zoned=False)
    assert parse(line, ZoneInfo("Europe/Istanbul")) == Entry(moment, "POST", WEBHOOK, 401)


def test_a_zone_of_its_own_counts_before_the_logs() -> None:
    line = f'2026-11-24T03:29:52+03:00 "POST {WEBHOOK}" 401'
    moment = datetime(2026, 11, 24, 0, 29, 52, tzinfo=UTC)
    for same in (line, line.replace("03:29:52+03:00", "00:29:52Z")):
        assert parse(same, ZoneInfo("Asia/Almaty")) == Entry(moment, "POST", WEBHOOK, 401)


@pytest.mark.parametrize(
    "line", ["", "Traceback (most recent call last):", '{"msg": "started"}', "{torn", "[]", '"POST x']
)
def test_no_request(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ('{"path": "/a", "time": "yesterday", "status": 200}', "time", None),
        ('{"path": "/a", "time": 1e300, "status": 200}', "time", None),
        ('{"path": "/a", "time": "99/Foo/2026:05:52:03 +0300"}', "time", None),
        ('{"path": "/a", "status": "-"}', "status", None),
        ('{"path": "/a?x#y"}', "path", "/a"),
        ('{"path": "//[a"}', "path", "//[a"),
        ('1.2.3.4 - - [24/Nov/2026:05:52:03 +0300] "GET /a HTTP/1.1" - -', "status", None),
    ],
)
def test_what_cannot_be_read_is_left_open(line: str, field: str, value: t.Any) -> None:
    entry = parse(line)
    assert entry is not None
    assert getattr(entry, field) == value
