# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the end-to-end smoke: its command, and the report that this very run writes."""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path

from .._core.collector import Collector
from .._core.step_names import E2E_REPORT, E2E_SMOKE
from .._text import playwright

# Playwright's variables for where its JSON reporter writes; the second is that of versions before 1.45.
REPORT_VARIABLES = ("PLAYWRIGHT_JSON_OUTPUT_FILE", "PLAYWRIGHT_JSON_OUTPUT_NAME")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed) and C(counts), how many tests had each outcome."""
    argv = [*collector.params["argv"], *collector.params["report_argv"]]
    if collector.check_mode:
        collector.leave_out(argv, E2E_SMOKE, "check mode: the smoke works on the system that it tests")
        return {"changed": False, "counts": {}}
    # A folder of its own: what lies in it was written by this run.
    with tempfile.TemporaryDirectory(prefix="rc_closure_") as folder:
        file = Path(folder, "report.json")
        env = dict.fromkeys(REPORT_VARIABLES, str(file))
        collector.add(collector.run(argv, E2E_SMOKE, env=env))
        return {"changed": True, "counts": _keep(collector, file)}


def _keep(collector: Collector, file: Path) -> dict[str, int]:
    """Keep the report, or why there is none; return its counts."""
    try:
        step = collector.ended(E2E_REPORT, str(file), file.read_text("utf-8"))
        return playwright.read(step.stdout).counts
    except OSError:
        reason = "the command wrote no JSON report: its last arguments must reach Playwright"
        collector.failed(E2E_REPORT, str(file), reason)
    except ValueError:
        pass  # What was written is kept, and is for the judge to read.
    return {}
