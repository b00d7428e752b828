# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact test against values that can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.spike import Stretch, p_value, ratio


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Stretch(0, 100), Stretch(2, 100), 0.25),
        (Stretch(1, 100), Stretch(1, 100), 0.75),
        (Stretch(0, 300), Stretch(3, 100), 1 / 64),
        (Stretch(0, 100), Stretch(0, 100), 1.0),
        (Stretch(0, 0), Stretch(50, 100), 1.0),
        (Stretch(5, 100), Stretch(0, 100), 1.0),
        # One event of two is after with chance 2 · 0.06 · 0.94, both with 0.06²: rare, but two events.
        (Stretch(0, 15667), Stretch(2, 1000), 0.0036),
    ],
)
def test_p_value(before: Stretch, after: Stretch, expected: float) -> None:
    assert p_value(before, after) == pytest.approx(expected, rel=1e-3)


def test_p_value_of_many_events_is_a_probability() -> None:
    assert 0.4 < p_value(Stretch(50_000, 10**6), Stretch(50_000, 10**6)) < 0.6
    assert p_value(Stretch(10, 10**6), Stretch(5000, 10**6)) < 1e-300


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Stretch(2, 100), Stretch(6, 100), 3.0),
        (Stretch(2, 100), Stretch(2, 50), 2.0),
        (Stretch(0, 100), Stretch(1, 100), math.inf),
        (Stretch(0, 0), Stretch(0, 0), 1.0),
        (Stretch(3, 100), Stretch(0, 0), 0.0),
    ],
)
def test_ratio(before: Stretch, after: Stretch, expected: float) -> None:
    assert ratio(before, after) == pytest.approx(expected)
