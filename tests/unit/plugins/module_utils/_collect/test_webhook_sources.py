# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks by a backend's counters and by a container's log, before and after it was restarted."""

from __future__ import annotations

import os
import sys
import typing as t
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import webhook_sources
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError
from ansible_collections.psp.rc_closure.plugins.module_utils._text.webhook_log import Count
from ansible_collections.psp.rc_closure.plugins.modules.webhook_401_evidence import ARGUMENT_SPEC
from tests.unit.collecting import collector
from tests.unit.plugins.module_utils._clients.fake_github import FakeGitHub, Reply, serve
from tests.unit.plugins.module_utils._logs.test_container import Engine

SERIES = 'http_requests_total{{handler="/api/v1/payments/webhook/x",method="POST",status="{}"}} {}\n'
LINE = '{"time":"2026-11-24T06:00:09Z","method":"POST","path":"/api/v1/payments/webhook/x","status":200}\n'
LATER = 4_000_000_000


def metrics(born: int = 1, **counted: int) -> Reply:
    """Return the answer with these counts, C(s401=3) for the status 401."""
    lines = [SERIES.format(name[1:], value) for name, value in counted.items()]
    start = f"process_start_time_seconds {born}\n" if born else ""
    return Reply(200, f"{start}{''.join(lines)}")


@pytest.fixture
def api() -> t.Iterator[FakeGitHub]:
    with serve() as server:
        yield server


def source(api: FakeGitHub) -> webhook_sources.FromCounters:
    given = {"window": "before", "access_log": {"metrics": f"{api.url}/metrics"}}
    made = webhook_sources.chosen(collector(ARGUMENT_SPEC, **given))
    assert isinstance(made, webhook_sources.FromCounters)
    return made


@pytest.mark.parametrize(
    ("before", "after", "total", "gap"),
    [
        (metrics(s200=5, s401=1), metrics(s200=9, s401=1, s503=2), Count(6, 4, 0, 0, 2), False),
        (metrics(s200=5, s401=1), metrics(LATER, s200=3, s401=2), Count(5, 5, 2), False),
        (metrics(s200=5, s401=1), metrics(2, s200=3, s401=2), Count(5, 5, 2), True),
        (metrics(s200=5), metrics(s200=4), Count(), True),
        (metrics(s200=5, s401=2), metrics(s200=6), Count(1, 1), True),
        (Reply(404, ""), metrics(LATER, s200=6), Count(6, 6), False),
        (Reply(404, ""), metrics(s200=6), Count(6, 6), True),
        (metrics(0, s200=12, s401=3), metrics(0, s200=50, s401=3), Count(38, 38), True),
        (metrics(0), metrics(0, s200=50, s401=3), Count(53, 53, 3), False),
    ],
)
def test_what_came_since_a_mark(
    api: FakeGitHub, before: Reply, after: Reply, total: Count, *, gap: bool
) -> None:
    api.on("GET", "/metrics", before, after)
    taken = source(api)
    seen = taken.since(taken.mark())
    assert (seen.tally.total, seen.gap) == (total, gap)


def test_of_several_processes_the_counters_are_not_all(api: FakeGitHub) -> None:
    api.on("GET", "/metrics", metrics(), metrics(LATER, s200=3), metrics(LATER + 1, s200=4))
    taken = source(api)
    mark = taken.mark()
    assert [taken.since(mark).gap, taken.since(mark).gap] == [False, True]


@pytest.fixture
def _no_tzdata(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()


@pytest.mark.usefixtures("_no_tzdata")
def test_utc_is_known_without_tzdata() -> None:
    def zoned(zone: str) -> t.Any:
        place = {"file": "/var/log/access.log", "zone": zone}
        return webhook_sources.chosen(collector(ARGUMENT_SPEC, window="before", access_log=place))

    assert zoned("UTC")
    with pytest.raises(CollectError, match="zone Asia/Almaty is not known here"):
        zoned("Asia/Almaty")


def test_what_was_before_and_the_lines_of_refusals(api: FakeGitHub) -> None:
    api.on("GET", "/metrics", metrics(s200=5, s401=3))
    taken = source(api)
    found = taken.before(taken.mark(), datetime.now(UTC))
    assert found.total == Count(8, 8, 3)
    assert found.first == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert found.refused == [f"{SERIES.format(401, 3).strip()}, 3 more"]


def test_grouped_statuses_cannot_be_read(api: FakeGitHub) -> None:
    api.on("GET", "/metrics", metrics(s200=5), metrics(s200=6, s4xx=3))
    taken = source(api)
    assert taken.since(taken.mark()).tally.unreadable == 1


def test_counters_that_are_not_there(api: FakeGitHub) -> None:
    api.on("GET", "/metrics", Reply(404, ""))
    taken = source(api)
    mark = taken.mark()
    with pytest.raises(OSError, match="the answer's status is 404"):
        taken.since(mark)


@pytest.mark.parametrize(("old", "said"), [(LINE, "the last lines before are lost"), ("", "it was emptied")])
def test_a_log_that_was_emptied_since_the_mark_has_lost_lines(tmp_path: Path, old: str, said: str) -> None:
    log = tmp_path / "access.log"
    log.write_text(old, "utf-8")
    given = {"window": "after", "access_log": {"file": str(log)}}
    taken = webhook_sources.chosen(collector(ARGUMENT_SPEC, **given))
    mark = taken.mark()
    log.write_text(f"{old}{LINE * 3}", "utf-8")
    whole = taken.since(mark)
    assert (whole.tally.total.requests, whole.gap) == (3, False)
    os.truncate(log, 0)
    log.write_text(LINE.replace("09Z", "10Z"), "utf-8")
    rest = taken.since(mark)
    assert rest.gap and said in rest.note


@pytest.mark.parametrize(
    ("enforced_from", "gap"),
    [("2026-11-24T06:00:09.000Z", False), ("2026-11-24T06:00:07.000Z", True), (None, True)],
)
def test_a_container_that_was_recreated_to_set_the_flags_has_lost_nothing_since_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, enforced_from: str | None, *, gap: bool
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    engine = Engine(tmp_path)
    given = {"window": "after", "access_log": {"container": "worker"}, "enforced_from": enforced_from}
    taken = webhook_sources.chosen(collector(ARGUMENT_SPEC, **given))
    mark = taken.mark()
    engine.be("second 2026-11-24T06:00:08.5Z")
    assert taken.since(mark).gap is gap
