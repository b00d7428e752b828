# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container's streams are read from the engine's time on, and cost what was written since."""

from __future__ import annotations

import json
import os
import sys
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._logs.container import Container, in_utc

# Every line of OUT and ERR stands in a file of its own; --tail is all that counts.
DOCKER = """#!{python}
import json, sys, pathlib
home = pathlib.Path({home!r})
with (home / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + chr(10))
if sys.argv[1] == "info":
    print(json.dumps((home / "now").read_text()))
elif sys.argv[1] == "inspect":
    print((home / "id").read_text())
elif sys.argv[-1] != "worker":
    sys.exit("Error response from daemon: No such container: " + sys.argv[-1])
else:
    tail = next((int(word[7:]) for word in sys.argv if word.startswith("--tail=")), 10**9)
    lines = sorted((home / "lines").read_text().splitlines())[-tail:]
    print(*[line for line in lines if "out" in line], sep=chr(10), file=sys.stdout)
    print(*[line for line in lines if "err" in line], sep=chr(10), file=sys.stderr)
"""


def line(second: int, text: str) -> str:
    return f"2026-11-24T06:{second // 60:02}:{second % 60:02}.000000000Z {text}"


class Engine:
    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "docker").write_text(DOCKER.format(python=sys.executable, home=str(home)), "utf-8")
        (home / "docker").chmod(0o755)
        self.be("first")
        self.tell_time("2026-11-24T06:00:05.5Z")
        self.write([])

    def be(self, identity: str) -> None:
        (self.home / "id").write_text(identity, "utf-8")

    def tell_time(self, now: str) -> None:
        (self.home / "now").write_text(now, "utf-8")

    def write(self, lines: t.Sequence[str]) -> None:
        (self.home / "lines").write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def calls(self) -> list[str]:
        return (self.home / "calls").read_text("utf-8").splitlines()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Engine(tmp_path)


def test_both_streams_in_their_order_from_the_mark_on(engine: Engine) -> None:
    mark = json.loads(json.dumps(Container("worker").mark()))
    engine.write([line(5, "out before"), line(6, "err first"), line(7, "out second"), line(8, "err third")])
    reading = Container("worker").read_since(mark)
    assert [text.split()[-1] for text in reading.data.decode().splitlines()] == ["first", "second", "third"]
    assert reading.note == "from 2026-11-24T06:00:05.500000000Z on"


def test_what_is_read_grows_until_it_reaches_the_mark(engine: Engine) -> None:
    mark = Container("worker").mark()
    engine.write([line(second, f"out {second}") for second in range(3000)])
    assert Container("worker").read_since(mark).data.count(b"\n") == 3000 - 6
    asked = [call for call in engine.calls() if call.startswith("logs")]
    assert [call.split()[2] for call in asked] == ["--tail=1000", "--tail=10000"]


@pytest.mark.parametrize(
    ("created", "until"),
    [
        ("2026-11-24T06:00:07.123456789Z", datetime(2026, 11, 24, 6, 0, 7, 123456, tzinfo=UTC)),
        ("2026-11-24T09:00:07+03:00", datetime(2026, 11, 24, 6, 0, 7, tzinfo=UTC)),
        ("long ago", None),
    ],
)
def test_a_container_that_was_made_anew_is_said(engine: Engine, created: str, until: datetime | None) -> None:
    mark = Container("worker").mark()
    engine.be(f"second {created}")
    reading = Container("worker").read_since(mark)
    assert f"recreated at {created}" in reading.note
    assert (reading.gap, reading.until) == (True, until)


def test_json_has_a_time_of_its_own(engine: Engine) -> None:
    engine.write([line(1, '{"out": 1}'), line(2, "out plain")])
    assert Container("worker").tail(2).decode().splitlines() == ['{"out": 1}', line(2, "out plain")]


def test_a_container_that_is_not_there_is_said(engine: Engine) -> None:
    with pytest.raises(OSError, match="No such container: other"):
        Container("other").tail(1)


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-24T09:00:05.5+03:00",
        "2026-11-24T01:00:05.500000001-05:00",
        "2026-11-24T11:45:05.5+05:45",
        "2026-11-24T06:00:05.5Z",
    ],
)
def test_an_engine_that_tells_its_time_in_its_own_zone(engine: Engine, now: str) -> None:
    engine.tell_time(now)
    mark = Container("worker").mark()
    engine.write([line(4, "out long before"), line(5, "out before"), line(6, "out after")])
    assert Container("worker").read_since(mark).data.decode().split()[-1] == "after"
    assert b"before" not in Container("worker").read_since(mark).data


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("2026-11-24T06:00:05Z", "2026-11-24T06:00:05.000000000Z"),
        ("2026-11-24T06:00:05.123456789Z", "2026-11-24T06:00:05.123456789Z"),
        ("2026-11-24T01:30:05.1+03:00", "2026-11-23T22:30:05.100000000Z"),
        ("2026-12-31T23:30:05.1-05:30", "2027-01-01T05:00:05.100000000Z"),
    ],
)
def test_times_sort_as_text(stamp: str, utc: str) -> None:
    assert in_utc(stamp) == utc


@pytest.mark.parametrize("stamp", ["", "now", "2026-11-24T06:00:05", "1795500005"])
def test_what_is_no_time_is_refused(stamp: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        in_utc(stamp)
