# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step of the end-to-end smoke."""

from __future__ import annotations

import typing as t

from .._core.collector import Collector
from .._core.step_names import E2E_SMOKE
from .._text import playwright


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the step and return C(changed) and the summary's C(counts)."""
    argv = collector.params["argv"]
    if collector.check_mode:
        collector.leave_out(argv, E2E_SMOKE, "check mode: the smoke works on the system that it tests")
        return {"changed": False, "counts": {}}
    step = collector.add(collector.run(argv, E2E_SMOKE))
    return {"changed": True, "counts": playwright.summary(step)}
