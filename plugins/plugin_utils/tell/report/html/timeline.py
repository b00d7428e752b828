# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All steps of a closure on one axis, a row for each host."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .....module_utils._core.evidence import Evidence, parse_time
from ....judge import clocks
from .axis import Axis, Span, Tick
from .view import Package, ShownStep

_LABEL, _LANE, _GAP = 22, 16, 12


@dataclass(frozen=True)
class Bar:
    """A step as it is drawn."""

    step: ShownStep
    span: Span
    y: int


@dataclass(frozen=True)
class Row:
    """A host: where its label's base line is, and its bars."""

    host: str
    y: int
    bars: t.Sequence[Bar]


@dataclass(frozen=True)
class Timeline:
    """The drawing: its height in pixels, its ticks and rows, and when it begins."""

    start: str
    height: int
    ticks: t.Sequence[Tick]
    rows: t.Sequence[Row]


Placed = tuple[ShownStep, datetime, datetime]


def build(packages: t.Sequence[Package], evidence: t.Mapping[int, Evidence]) -> Timeline | None:
    """Return the drawing; None where no step was kept. Times of hosts are on the controller's clock."""
    placed = sorted(
        (_placed(step, evidence[package.number]) for package in packages for step in package.steps),
        key=lambda one: one[1],
    )
    if not placed:
        return None
    axis = Axis.over(moment for one in placed for moment in one[1:])
    rows, y = [], 0
    for host in dict.fromkeys(_host(step) for step, _start, _end in placed):
        lanes = _lanes(axis, [one for one in placed if _host(one[0]) == host])
        top = y + _LABEL
        bars = [Bar(step, span, top + n * _LANE) for n, lane in enumerate(lanes) for step, span in lane]
        rows.append(Row(host, y + _LABEL - 7, bars))
        y = top + len(lanes) * _LANE + _GAP
    start = axis.start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Timeline(start, y, axis.ticks(), rows)


def _host(step: ShownStep) -> str:
    """Return the inventory's name, without the machine's own behind it: intents have the first alone."""
    return str(step.of["host"]).partition(" (")[0]


def _placed(step: ShownStep, evidence: Evidence) -> Placed:
    ahead = clocks.of(evidence, step.of["host"]).ahead
    return step, parse_time(step.of["started"]) - ahead, parse_time(step.of["ended"]) - ahead


def _lanes(axis: Axis, placed: t.Sequence[Placed]) -> list[list[tuple[ShownStep, Span]]]:
    """Return the bars of a host in as few lanes as keep them apart."""
    lanes: list[list[tuple[ShownStep, Span]]] = []
    for step, first, last in placed:
        span = axis.span(first, last)
        free = next((lane for lane in lanes if lane[-1][1].right <= span.x), None)
        if free is None:
            lanes.append(free := [])
        free.append((step, span))
    return lanes
