# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counters in the words of several instrumentations."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.prometheus import born, counters, status_of

PREFIX = "/api/v1/payments/webhook/"
PLAIN = 'http_requests_total{handler="/api/v1/payments/webhook/{provider}",method="POST",status="401"}'
SUMMED = 'http_duration_seconds_count{method="POST",path="/api/v1/payments/webhook/acmepay",status="401"}'
OTEL = (
    'http_server_duration_milliseconds_count{http_request_method="POST",'
    'http_route="/api/v1/payments/webhook/{provider}",http_response_status_code="200"}'
)
GROUPED = 'http_requests_total{handler="/api/v1/payments/webhook/{provider}",method="POST",status="4xx"}'
ACCEPTED = PLAIN.replace("401", "200")
ERRORS = PLAIN.replace("http_requests_total", "http_request_errors_total")
TEXT = f"""\
# HELP http_requests_total Total number of requests.
# TYPE http_requests_total counter
process_start_time_seconds 1.79548872312e+09
{PLAIN} 3.0
http_requests_total{{handler="/api/v1/payments/webhook/x",method="GET",status="405"}} 9.0
http_requests_total{{handler="/health",method="POST",status="200"}} 9.0
http_requests_created{{handler="/api/v1/payments/webhook/x",method="POST",status="200"}} 9.0
http_requests_total{{handler="/api/v1/payments/webhook/x",method="POST"}} 9.0
{SUMMED} 3.0
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEXT, {PLAIN: 3.0}),
        (TEXT.replace("http_requests_total", "other"), {SUMMED: 3.0}),
        (f"{OTEL} 1.2e+03 1795488723123\n", {OTEL: 1200.0}),
        (f"{ERRORS} 3\n{PLAIN} 3\n{ACCEPTED} 9\n", {PLAIN: 3.0, ACCEPTED: 9.0}),
        ("", {}),
        ("<html>", {}),
    ],
)
def test_one_counter_is_taken(text: str, found: dict[str, float]) -> None:
    assert counters(text, PREFIX) == found


PATHS = ("path", "handler", "endpoint", "route", "uri", "url", "path_template", "http_route")
STATUSES = ("status", "status_code", "code", "http_status", "http_status_code", "http_response_status_code")
METHODS = ("method", "http_method", "http_request_method")
NAMES = [
    *((name, "status", "method") for name in PATHS),
    *(("path", name, "method") for name in STATUSES),
    *(("path", "status", name) for name in METHODS),
]


@pytest.mark.parametrize(("path", "status", "method"), NAMES)
def test_each_name_of_a_label(path: str, status: str, method: str) -> None:
    series = f'x_total{{{path}="{PREFIX}x",{status}="401",{method}="%s"}}'
    assert counters(f"{series % 'POST'} 3\n{series % 'GET'} 9\n", PREFIX) == {series % "POST": 3.0}
    assert status_of(series) == 401


def test_a_counter_of_one_method_alone_need_not_name_it() -> None:
    series = f'webhooks_total{{path="{PREFIX}x",status="200"}}'
    assert counters(f"{series} 3\n", PREFIX) == {series: 3.0}


@pytest.mark.parametrize(("series", "status"), [(PLAIN, 401), (OTEL, 200), (GROUPED, None)])
def test_a_status(series: str, status: int | None) -> None:
    assert status_of(series) == status


def test_when_the_process_began() -> None:
    assert born(TEXT) == 1795488723.12
    assert born("") == 0.0
