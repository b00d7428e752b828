# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was meant tells the run that came of it from all others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import parse_time
from ansible_collections.psp.rc_closure.plugins.module_utils._text.ci_intent import Intent
from tests.unit.plugins.module_utils._clients.fake_github import AFTER, BEFORE, intent, run

MARKER = "20261124T025200.1Z"
MEANT = Intent.from_dict(intent())


def test_it_is_read_back_as_it_was_written() -> None:
    assert Intent.from_dict(json.loads(MEANT.as_text())) == MEANT


@pytest.mark.parametrize("data", [{}, {"workflow": "seven"}, intent(known=None)])
def test_what_is_no_intent(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Intent.from_dict(data)


# what the run is, what the intent is, whether it must have come soon, why it is not it
TABLE: list[tuple[dict[str, Any], dict[str, Any], bool, str]] = [
    ({}, {}, False, ""),
    ({}, {}, True, ""),
    ({"created_at": "2026-11-24T02:52:00Z"}, {}, True, ""),
    ({"created_at": "2026-11-24T02:54:00Z"}, {}, True, ""),
    ({"created_at": "2026-11-24T02:54:01Z"}, {}, True, "it was created later than the dispatch"),
    ({"created_at": "2026-11-24T02:54:01Z"}, {}, False, ""),
    ({"created_at": BEFORE}, {}, False, "it was there before the dispatch"),
    ({"created_at": "2026-11-24T02:51:59Z"}, {}, False, "it was there before the dispatch"),
    ({"id": 41}, {}, False, "it was there before the dispatch"),
    ({"id": 41}, {"moment": ""}, False, "it was there before the dispatch"),
    ({"created_at": BEFORE}, {"moment": ""}, True, ""),
    ({"event": "push"}, {}, False, "it was started by push, not by a dispatch"),
    ({}, {"marker": MARKER}, True, f"its title does not show the marker {MARKER}"),
    ({"display_title": f"tests {MARKER}"}, {"marker": MARKER}, False, ""),
    ({"display_title": MARKER, "created_at": "2026-11-24T09:00:00Z"}, {"marker": MARKER}, True, ""),
]


@pytest.mark.parametrize(("changes", "meant", "timely", "reason"), TABLE)
def test_which_run_may_have_come_of_it(
    changes: dict[str, Any], meant: dict[str, Any], reason: str, *, timely: bool
) -> None:
    why_not = replace(MEANT, **meant).why_not(run(**changes), timely=timely)
    assert why_not.startswith(reason)
    assert bool(why_not) == bool(reason)


@pytest.mark.parametrize(
    ("moment", "meant", "over"),
    [
        (AFTER, {}, False),
        ("2026-11-24T02:54:00Z", {}, False),
        ("2026-11-24T02:54:01Z", {}, True),
        ("2026-11-24T02:54:01Z", {"moment": ""}, False),
    ],
)
def test_when_nothing_more_can_come_of_it(moment: str, meant: dict[str, Any], *, over: bool) -> None:
    found = replace(MEANT, **meant)
    assert found.is_over(parse_time(moment)) is over
    assert not found.is_over(None)
