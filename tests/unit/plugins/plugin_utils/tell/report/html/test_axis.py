# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time axis: moments in percent, and ticks that a reader can count by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html.axis import Axis, Span

START = datetime(2026, 11, 24, 3, 55, tzinfo=UTC)


def axis(seconds: float) -> Axis:
    return Axis.over([START + timedelta(seconds=seconds), START])


@pytest.mark.parametrize(("seconds", "place"), [(-1, 0), (0, 0), (2.5, 25), (10, 100), (99, 100)])
def test_a_moment_is_on_the_axis(seconds: float, place: float) -> None:
    assert axis(10).at(START + timedelta(seconds=seconds)) == place


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [(2, 5, Span(20, 30)), (3, 3, Span(30, 0.4)), (10, 10, Span(99.6, 0.4))],
)
def test_a_bar_can_be_seen_and_stays_on_the_axis(first: float, last: float, span: Span) -> None:
    moments = [START + timedelta(seconds=one) for one in (first, last)]
    assert axis(10).span(moments[0], moments[1]) == span


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (0, ["0.000 s", "0.001 s"]),
        (0.04, ["0.00 s", "0.01 s", "0.02 s", "0.03 s", "0.04 s"]),
        (2.2, ["0.0 s", "0.5 s", "1.0 s", "1.5 s", "2.0 s"]),
        (9, ["0 s", "2 s", "4 s", "6 s", "8 s"]),
        (142, ["0 s", "30 s", "60 s", "90 s", "120 s"]),
        (600, ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min"]),
        (8 * 3600, ["0 h", "2 h", "4 h", "6 h", "8 h"]),
    ],
)
def test_ticks_are_at_round_numbers(seconds: float, labels: list[str]) -> None:
    ticks = axis(seconds).ticks()
    assert [tick.label for tick in ticks] == labels
    assert all(0 <= tick.x <= 100 for tick in ticks)
