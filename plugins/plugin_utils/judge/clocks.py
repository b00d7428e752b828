# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times of several hosts, on one clock: the controller's."""

from __future__ import annotations

import re
import typing as t
from datetime import timedelta

from ...module_utils._core.evidence import Evidence, parse_time
from ...module_utils._core.step_names import HOST_CLOCK

_OFF = re.compile(r"at least (?P<least>[\d.]+) s (?P<how>behind|ahead of) .* at most (?P<most>[\d.]+) s")
CONTROLLER = ""


class Moment(t.NamedTuple):
    """When something was, by the clock of a host."""

    host: str
    at: str  # RFC 3339


class Off(t.NamedTuple):
    """How far a clock is ahead of the controller's: the middle of what is possible, and the half of that."""

    ahead: timedelta = timedelta()
    give: timedelta = timedelta()


def of(evidence: Evidence, host: str) -> Off:
    """Return how far a host's clock was last measured to be ahead; 0 where it was not off."""
    found = Off()
    for step in evidence.steps:
        if step.name == HOST_CLOCK and _name(step.host) == _name(host):
            found = _read(step.stdout) or found
    return found


def of_steps(evidence: Evidence, name: str) -> list[Off]:
    """Return each clock of the hosts of the steps of a name; one that is right where there is none."""
    hosts = dict.fromkeys(step.host for step in evidence.steps if step.name == name)
    return list(dict.fromkeys(of(evidence, host) for host in hosts)) or [Off()]


def is_after(evidence: Evidence, one: Moment, other: Moment) -> bool:
    """Whether one moment is certainly after another."""
    mine, theirs = of(evidence, one.host), of(evidence, other.host)
    apart = (parse_time(one.at) - mine.ahead) - (parse_time(other.at) - theirs.ahead)
    # Nothing is uncertain between two moments of one clock.
    return apart > (mine.give + theirs.give if _name(one.host) != _name(other.host) else timedelta())


def _read(said: str) -> Off | None:
    match = _OFF.search(said)
    if match is None:
        return None
    least, most = float(match["least"]), float(match["most"])
    middle = timedelta(seconds=(least + most) / 2)
    return Off(middle if match["how"] == "ahead of" else -middle, timedelta(seconds=(most - least) / 2))


def _name(host: str) -> str:
    """Return the inventory's name of a host, without the machine's own behind it."""
    return host.partition(" (")[0]
