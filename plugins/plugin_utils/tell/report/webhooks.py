# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The webhooks that were refused, before the flags and since, against what counts as a spike. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ....module_utils._core.evidence import Evidence, Release, Step
from ...judge import package_2, spike
from ...judge.base import MissingStepError


@dataclass(frozen=True)
class Refused:
    """What Package-2's judge counted."""

    before: spike.Stretch
    since: spike.Stretch
    limits: t.Mapping[str, t.Any]  # the policy's

    @property
    def threshold(self) -> str:
        """The sentence that says from where on it is a spike."""
        limits = self.limits
        chance = spike.p_value(self.before, self.since)
        return (
            f"A spike is at least {limits['floor']} refused webhooks, more than {limits['share']:.1%} "
            f"of all or {limits['rate_ratio']} times the share before with p below {limits['p_value']}; "
            f"here, p is {chance:.2g}."
        )


def refused(package: t.Mapping[str, t.Any], release: t.Mapping[str, str]) -> Refused | None:
    """Return what a report's Package-2 shows of it, or None where its steps do not."""
    steps = tuple(map(Step.from_dict, package["steps"]))
    limits = package["policy"].get("spike")
    try:
        counted = package_2.refused(Evidence(2, Release(**release), steps), package["policy"])
    except (MissingStepError, KeyError):
        return None
    return Refused(*counted, limits) if limits else None
