# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a FAIL is put to: those who develop the release, or those who run the closure. Pure.

The checklist: if any package is FAIL, the root-cause analysis is done by Dev/Backend on the same ticket. That
is about the release. Where a package could not be collected, such as without a token, there is nothing that
they could analyse: it is still FAIL, and the operators collect it again.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ....module_utils._core.evidence import FAILED, TIMED_OUT
from ....module_utils._core.step_names import outcomes_of
from ...judge.base import FAIL, NOT_MET, NOT_PROVEN
from ...keep.locker import HELD_BACK

Document = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class FollowUp:
    """The packages that are FAIL, each in one of these."""

    analyse: tuple[int, ...]  # what was collected says FAIL, or does not say
    collect_again: t.Mapping[int, str]  # could not be collected → why
    not_collected: tuple[int, ...]  # was not part of this run

    @property
    def sentences(self) -> list[str]:
        """What has to be done, one sentence each, in order of the packages' urgency."""
        found = []
        if self.analyse:
            found.append(f"The root-cause analysis of {named(self.analyse)} goes on in this ticket.")
        found += [
            f"Package-{number} could not be collected: {why.rstrip('.')}. Correct that, and run the closure "
            "again."
            for number, why in self.collect_again.items()
        ]
        if self.not_collected:
            found.append(
                f"Not collected in this run: {named(self.not_collected)}. The gate requires all four in one "
                "run."
            )
        return found


def follow_up(document: Document) -> FollowUp:
    """Return what a report asks for."""
    packages = {int(name[-1]): one for name, one in document["packages"].items()}
    failing = [number for number, one in packages.items() if one["status"] == FAIL]
    collected = [number for number in failing if number in document["run"]["packages"]]
    causes = {number: _uncollected(packages[number]) for number in collected}
    return FollowUp(
        tuple(number for number, why in causes.items() if not why),
        {number: why for number, why in causes.items() if why},
        tuple(number for number in failing if number not in collected),
    )


def named(packages: t.Iterable[int]) -> str:
    """Return packages as a sentence has them."""
    return " and ".join(f"Package-{number}" for number in packages)


def _uncollected(package: Document) -> str:
    """Return why a package that is FAIL could not be collected, C('') where it was.

    What is not met, or did not end in its time, may be the release's doing, whatever broke down beside it.
    """
    steps, criteria = package["steps"], package["criteria"]
    reasons = [str(step["reason"]) for step in steps if step["outcome"] == FAILED and step["reason"]]
    held_back = [reason for reason in reasons if HELD_BACK in reason]
    if held_back:
        return held_back[0]
    if any(step["outcome"] == TIMED_OUT for step in steps) or any(
        one["result"] == NOT_MET for one in criteria
    ):
        return ""
    # What is not proven for such a step quotes it.
    unproven = [str(one["reason"]) for one in criteria if one["result"] == NOT_PROVEN]
    quoted = [reason for reason in reasons if any(reason in one for one in unproven)]
    # What was about to be done, and was not, shows nothing of the release.
    taken = [step for step in steps if not outcomes_of(step["name"])]
    return next(iter(quoted), "" if taken else "nothing of it was kept")
