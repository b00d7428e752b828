# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that an earlier attempt collected, as a report shows them: whose, and whether they count."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ....module_utils._core.evidence import Evidence
from ....module_utils._text.merging import Change, Merge, Offered
from ...judge import merging
from ...judge.base import FAIL, Policy, Verdict
from ...keep.locker import Attempt

Kept = t.Mapping[int, tuple[Evidence, Policy]]


@dataclass(frozen=True)
class Taken:
    """A package of an earlier attempt."""

    offered: Offered
    reason: str  # why it does not count, C('') where it does
    changes: tuple[Change, ...]  # what was about to change, after it, what it is about

    @property
    def counts(self) -> bool:
        """Whether its verdict is the gate's."""
        return not self.reason

    @property
    def kept(self) -> tuple[Evidence, Policy]:
        """What the judge reads."""
        return self.offered.evidence, self.offered.policy

    @property
    def folder(self) -> str:
        """Where its attempt is, from that of the report."""
        return f"../{self.offered.candidate.attempt}/"

    def section(self) -> dict[str, t.Any]:
        """Return its entry in the report."""
        candidate = self.offered.candidate
        first, last = merging.collected(self.offered.evidence)
        return {
            "attempt": candidate.attempt,
            "commit": candidate.commit,
            "collected": {"from": first, "to": last},
            "counts": self.counts,
            "reason": self.reason,
            "report": f"{self.folder}report.md" if candidate.sha256 else "",
            "url": candidate.url,
            "sha256": candidate.sha256,
            "since": list(map(str, self.changes)),
        }


def weigh(attempt: Attempt, own: Kept, merge: Merge | None, offered: t.Sequence[Offered]) -> dict[int, Taken]:
    """Return package → what is taken of it, and whether it counts."""
    if merge is None:
        return {}
    merging_one = merging.Own(attempt.started, attempt.release, attempt.staging, own)
    refused = merging.refusals(merging_one, merge, offered)
    return {
        one.candidate.package: Taken(
            one,
            refused.get(one.candidate.package, ""),
            tuple(merging.changes(merging_one, one.candidate)),
        )
        for one in offered
    }


def counted(verdict: Verdict, taken: Taken | None) -> Verdict:
    """Return the verdict, FAIL where the evidence does not count."""
    if taken is None or taken.counts:
        return verdict
    name = taken.offered.candidate.attempt
    note = f"Not proven: what the attempt {name} collected does not count, for {taken.reason}."
    return replace(verdict, status=FAIL, note=note)


def lines(document: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield a line for each package that is an earlier attempt's: which, when, where, and what came after."""
    for name, package in document["packages"].items():
        found = package.get("merged")
        if not found:
            continue
        when = found["collected"]
        said = [f"Package-{name[-1]} is of the attempt {found['attempt']}"]
        said += [f"collected from {when['from']} to {when['to']} (UTC)"] if when["to"] else []
        said += [f"report {found['report']}"] if found["report"] else []
        said += [f"ticket {found['url']}"] if found["url"] else []
        said += [f"SHA-256 {found['sha256']}"] if found["sha256"] else []
        said += ["which does not count"] if not found["counts"] else []
        since = f"; since then: {'; '.join(found['since'])}" if found["since"] else ""
        yield f"{', '.join(said)}{since}"
