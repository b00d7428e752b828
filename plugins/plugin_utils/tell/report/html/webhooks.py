# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Webhooks that were refused before the flags were set and since, held against the threshold. Not judged."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import timedelta

from .....module_utils._core import step_names
from .....module_utils._core.evidence import Evidence, parse_time
from .....module_utils._text import webhook_log
from ....judge import package_2, spike
from ....judge.base import Policy
from .axis import Axis, Span, Tick

HEIGHT = 72
_ROOM = 1.25


@dataclass(frozen=True)
class Share:
    """The refused part of a stretch's webhooks, and its bar in percent of the width."""

    name: str
    step: str
    stretch: spike.Stretch
    width: float


@dataclass(frozen=True)
class Column:
    """An interval's webhooks: heights in pixels of all, of those answered 401, and of what is below them."""

    at: str
    span: Span
    since: bool  # whether it is after the flags were set
    count: webhook_log.Count
    height: float
    refused: float
    base: float


@dataclass(frozen=True)
class Webhooks:
    """The drawing: both shares, where the threshold is, and the columns of both stretches."""

    shares: t.Sequence[Share]
    limits: t.Mapping[str, t.Any]
    limit: float  # in percent of the width
    columns: t.Sequence[Column]
    ticks: t.Sequence[Tick]
    most: int  # the webhooks of the highest column


def build(evidence: Evidence, policy: Policy) -> Webhooks:
    """Return the drawing, by the judge's own counts.

    Raises:
        MissingStepError: the webhooks since were not counted.
        KeyError: the policy has no threshold.
    """
    limits = policy["spike"]
    stretches = package_2.refused(evidence, policy)
    full = min(1.0, _ROOM * max(limits["share"], *(one.share for one in stretches)))
    places = (("Before", step_names.WEBHOOK_BASELINE), ("Since", step_names.WEBHOOK_WINDOW))
    shares = [
        Share(name, step, one, round(one.share / full * 100, 3))
        for (name, step), one in zip(places, stretches, strict=True)
    ]
    columns, ticks, most = _columns(evidence)
    return Webhooks(shares, limits, round(limits["share"] / full * 100, 3), columns, ticks, most)


def _columns(evidence: Evidence) -> tuple[list[Column], list[Tick], int]:
    """Return a column for each interval in which a webhook came, on one axis, and its ticks."""
    found = []
    for name in (step_names.WEBHOOK_BASELINE, step_names.WEBHOOK_WINDOW):
        step = evidence.get(name)
        window = webhook_log.read(step.stdout) if step and step.stdout else None
        for at, count in window.intervals if window else ():
            length = timedelta(seconds=float(window.head.get("interval_seconds", 0)) if window else 0)
            found.append((at, parse_time(at), length, name == step_names.WEBHOOK_WINDOW, count))
    if not found:
        return [], [], 0
    axis = Axis.over(moment for _at, first, length, *_more in found for moment in (first, first + length))
    # The flags are set within an interval, which both stretches have then.
    most = max(sum(count.requests for at, *_more, count in found if at == one) for one, *_more in found) or 1

    def height(count: int) -> float:
        return round(count / most * HEIGHT, 2)

    columns: list[Column] = []
    for at, first, length, since, count in found:
        base = sum(one.height for one in columns if one.at == at)
        heights = height(count.requests), height(count.status_401), base
        columns.append(Column(at, axis.span(first, first + length), since, count, *heights))
    return columns, axis.ticks(), most
