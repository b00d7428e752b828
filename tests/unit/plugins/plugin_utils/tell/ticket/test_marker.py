# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A marker comes back from its line, and no other line is one."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import marker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import Marker

OWN = ("PSP-3031", "2026.11.0-rc3+1", "20261124T025203.123000Z")


@pytest.mark.parametrize(
    "given",
    [
        Marker(*OWN, "part", number=3, total=17, cut="fence-line", sha256="a" * 64),
        Marker(*OWN, "verdict", status="FAIL", run="PASS", sha256="b" * 64),
        Marker(*OWN, "verdict", status="PASS", closed="2026-11-24T03:00:00.000+0000"),
        Marker(*OWN, "void"),
    ],
)
def test_a_marker_comes_back(given: Marker) -> None:
    assert marker.parse(str(given)) == given
    assert given.kind != "part" or len(str(given)) <= len(str(marker.longest(given)))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "rc-closure/2 ticket=a",
        "rc-closure/1",
        "> rc-closure/1 ticket=a release=b attempt=c kind=part",
    ],
)
def test_no_other_line_is_one(line: str) -> None:
    assert marker.parse(line) is None


def test_a_number_that_is_none_is_no_marker() -> None:
    assert marker.parse(str(Marker(*OWN, "part", number=1, total=2)).replace("part=1/2", "part=x/y")) is None


def test_a_line_with_a_word_more_is_no_marker() -> None:
    assert marker.parse(f"{Marker(*OWN, 'void')} and this: closed") is None
    assert marker.parse(str(Marker(*OWN, "void")).replace(" kind", "  kind")) is None


def test_attempts_are_told_apart() -> None:
    one = Marker(*OWN, "part")
    assert one.same_attempt(Marker(*OWN, "verdict"))
    assert not one.same_attempt(Marker("PSP-3031", "2026.11.0-rc3+1", "20261125T000000.000000Z", "part"))
