# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the end-to-end smoke: its command, and the report that this very run writes."""

from __future__ import annotations

import os
import tempfile
import typing as t
from contextlib import contextmanager
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
    with _own_file() as file:
        env = dict.fromkeys(REPORT_VARIABLES, str(file))
        collector.add(collector.run(argv, E2E_SMOKE, env=env))
        return {"changed": True, "counts": _keep(collector, file)}


@contextmanager
def _own_file() -> t.Iterator[Path]:
    """Return where this run alone writes: it is not masked yet, so that it has no name where that can be."""
    with tempfile.TemporaryFile() as file:
        nameless = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        if nameless.exists():
            yield nameless
            return
    with tempfile.TemporaryDirectory(prefix="rc_closure_") as folder:
        yield Path(folder, "report.json")


def _keep(collector: Collector, file: Path) -> dict[str, int]:
    """Keep the report, or why there is none; return its counts."""
    try:
        text = file.read_text("utf-8") if file.exists() else ""
        if not text:
            reason = "the command wrote no JSON report: its last arguments must reach Playwright"
            collector.failed(E2E_REPORT, str(file), reason)
            return {}
        return playwright.read(collector.ended(E2E_REPORT, str(file), text).stdout).counts
    except ValueError:
        pass  # What was written is kept, and is for the judge to read.
    return {}
