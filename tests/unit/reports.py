# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as C(document.build()) makes them, for tests of what is done with them."""

from __future__ import annotations

import typing as t

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Release, Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import reset_or_stamp
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.document import TITLES
from tests.unit.captured import NOW, step

ATTEMPT = "20261124T025203.123000Z"
RELEASE = Release("PSP-3031", "2026.11.0-rc3", "a" * 40, "staging")


def report(
    *failing: int,
    steps: t.Mapping[int, t.Sequence[Step]] | None = None,
    packages: t.Sequence[int] = (0, 1, 2, 3),
    notes: t.Mapping[int, str] | None = None,
) -> dict[str, t.Any]:
    """Return a report in which these packages are FAIL, and those that were not collected."""
    bad = [number for number in range(4) if number in failing or number not in packages]
    policy = {"table": "reconciliation_findings"}
    decision = reset_or_stamp.section(policy, (steps or {}).get(1, []))
    shown: dict[int, dict[str, t.Any]] = {
        number: {
            "title": TITLES[number],
            "status": "FAIL" if number in bad else "PASS",
            "note": (notes or {}).get(number, f"This is the note of Package-{number}."),
            "policy": policy if number == 1 else {},
            **({"reset_or_stamp": decision} if number == 1 and decision else {}),
            "criteria": [],
            "steps": [
                {**one.as_dict(), "seconds": 0.0}
                for one in (steps or {}).get(number, [step("one", stdout="out\n")])
            ],
        }
        for number in range(4)
    }
    return {
        "schema": "psp.rc_closure/report/1",
        "release": vars(RELEASE).copy(),
        "attempt": {"started": NOW, "reported": NOW},
        "gate": {"status": "FAIL" if bad else "PASS", "reasons": []},
        "run": {
            "packages": list(packages),
            "status": "FAIL" if set(failing) & set(packages) or not packages else "PASS",
        },
        "packages": {f"package_{number}": package for number, package in shown.items()},
    }
