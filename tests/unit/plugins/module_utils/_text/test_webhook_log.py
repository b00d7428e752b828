# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of an access log, and their way through JSON lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.webhook_log import (
    Count,
    Webhook,
    read,
    render,
    tally,
)

WEBHOOK = Webhook("/webhook/", "WEBHOOK_SIGNATURE_INVALID")


def _line(second: int, path: str = "/webhook/acmepay", status: int = 200, **more: object) -> str:
    time = f"2026-11-24T02:52:{second:02}.000Z"
    return json.dumps({"time": time, "method": "POST", "path": path, "status": status, **more}) + "\n"


REFUSED = _line(12, status=401, error_code="WEBHOOK_SIGNATURE_INVALID")
LOG = "".join(
    [
        _line(1, path="/health", method="GET"),
        _line(3),
        _line(9),
        REFUSED,
        _line(13, status=401, error_code="TOKEN_EXPIRED"),
        _line(14, method="GET", status=405),
        _line(15, path="/other?next=/webhook/", status=401),
        'INFO: 10.0.0.1:1 - "POST /webhook/acmepay HTTP/1.1" 401 Unauthorized\n',
        _line(25)[:-20],
    ]
)


def test_posts_to_the_webhook_are_counted_by_interval() -> None:
    found = tally(LOG.encode(), WEBHOOK, interval=10)
    assert found.lines == 8
    assert found.unreadable == 1
    assert found.first == datetime(2026, 11, 24, 2, 52, 1, tzinfo=UTC)
    assert list(found.intervals.values()) == [Count(2, 2, 0, 0), Count(2, 2, 2, 1)]
    assert found.total == Count(4, 4, 2, 1)
    assert found.refused[0] == REFUSED.strip()


def test_what_came_earlier_is_left_aside() -> None:
    found = tally(LOG.encode(), WEBHOOK, interval=10, since=datetime(2026, 11, 24, 2, 52, 9, tzinfo=UTC))
    assert found.total == Count(3, 3, 2, 1)


def test_an_empty_log() -> None:
    found = tally(b"", WEBHOOK, interval=10)
    assert (found.lines, found.first, found.total) == (0, None, Count())


@pytest.mark.parametrize(
    ("status", "count"),
    [
        (202, Count(1, 1)),
        (401, Count(1, 1, 1)),
        (403, Count(1)),
        (422, Count(1)),
        (500, Count(1, status_5xx=1)),
        (503, Count(1, status_5xx=1)),
    ],
)
def test_what_came_to_the_check_of_the_signature(status: int, count: Count) -> None:
    assert tally(_line(1, status=status).encode(), WEBHOOK, interval=10).total == count


def test_what_is_no_webhook_is_not_unreadable() -> None:
    found = tally(b"starting\nlistening\n", WEBHOOK, interval=10)
    assert (found.lines, found.unreadable, found.first) == (2, 0, None)


def test_a_log_of_posts_alone_need_not_say_so() -> None:
    line = f'{{"time":"2026-11-24T02:52:01Z","path":"{WEBHOOK.prefix}x","status":200}}\n'
    assert tally(line.encode(), WEBHOOK, interval=10).total == Count(1, 1)


@pytest.mark.parametrize(("zone", "unzoned", "hour"), [(None, 1, None), (ZoneInfo("Asia/Tokyo"), 0, 17)])
def test_a_time_that_says_no_zone(zone: ZoneInfo | None, unzoned: int, hour: int | None) -> None:
    line = _line(1).replace(".000Z", "").encode()
    found = tally(line, WEBHOOK._replace(zone=zone), interval=10)
    assert found.unzoned == unzoned
    assert found.first is not None
    assert hour in (None, found.first.astimezone(UTC).hour)


def test_there_and_back() -> None:
    text = render(tally(LOG.encode(), WEBHOOK, interval=10), {"source": "/log", "enforced": 3})
    assert text.splitlines() == [
        '{"source": "/log", "enforced": 3, "lines": 8, "unreadable": 1, "unzoned": 0}',
        '{"at": "2026-11-24T02:52:00.000Z", "requests": 2, "checked": 2, "status_401": 0, '
        '"signature_invalid": 0, "status_5xx": 0}',
        '{"at": "2026-11-24T02:52:10.000Z", "requests": 2, "checked": 2, "status_401": 2, '
        '"signature_invalid": 1, "status_5xx": 0}',
    ]
    window = read(text)
    assert window.head["unreadable"] == 1
    assert window.total == Count(4, 4, 2, 1)


@pytest.mark.parametrize("text", ["", "no JSON", '{}\n{"requests": 1}', "{}\n[]", "7"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="these are no counts"):
        read(text)
