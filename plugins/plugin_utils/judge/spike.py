# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an event became more frequent: two Poisson rates compared by the exact conditional test.

Given how many events there were in all, those of the second stretch are binomial with the stretch's
part of the exposure, if the rates are the same (Przyborowski and Wilenski, 1940). The exposure is
the number of requests, so that more traffic alone is no spike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """How many events there were among how many requests."""

    events: int
    requests: int

    @property
    def share(self) -> float:
        """The events' part of the requests, 0 to 1."""
        return self.events / self.requests if self.requests else 0.0


def p_value(before: Stretch, after: Stretch) -> float:
    """Return how likely as many events as after are, or more, if the rate is what it was before."""
    exposure = before.requests + after.requests
    if not before.requests or not after.events:
        return 1.0
    part = after.requests / exposure
    return min(1.0, _upper_tail(after.events, before.events + after.events, part))


def ratio(before: Stretch, after: Stretch) -> float:
    """Return how many times the rate before the rate after is; infinite where there was none before."""
    if before.share == 0.0:
        return math.inf if after.events else 1.0
    return after.share / before.share


def _upper_tail(least: int, trials: int, chance: float) -> float:
    """Return P(X >= least) of a binomial X; chance is above 0 and below 1."""
    log_yes, log_no = math.log(chance), math.log1p(-chance)
    log_all = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            log_all - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_yes + (trials - k) * log_no
        )
        for k in range(least, trials + 1)
    )
