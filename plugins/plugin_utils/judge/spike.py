# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an event became more frequent: two Poisson rates compared by the exact conditional test.

Given how many events there were in all, those of the second stretch are binomial with the stretch's
part of the exposure, if the rates are the same (Przyborowski and Wilenski, 1940). The exposure is
the number of requests, so that more traffic alone is no spike.
"""

from __future__ import annotations

import math
import typing as t


class Stretch(t.NamedTuple):
    """How many events there were among how many requests."""

    events: int
    requests: int

    @property
    def share(self) -> float:
        """The events' part of the requests, 0 to 1."""
        return self.events / self.requests if self.requests else 0.0


def p_value(before: Stretch, after: Stretch) -> float:
    """Return how likely as many events as after are, or more, if the rate is what it was before."""
    if not before.requests or not after.events:
        return 1.0
    part, trials = after.requests / (before.requests + after.requests), before.events + after.events
    log_yes, log_no, log_all = math.log(part), math.log1p(-part), math.lgamma(trials + 1)
    upper_tail = math.fsum(
        math.exp(
            log_all - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_yes + (trials - k) * log_no
        )
        for k in range(after.events, trials + 1)
    )
    return min(1.0, upper_tail)


def ratio(before: Stretch, after: Stretch) -> float:
    """Return how many times the rate before the rate after is; infinite where there was none before."""
    if before.share == 0.0:
        return math.inf if after.events else 1.0
    return after.share / before.share
