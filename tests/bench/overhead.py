# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a closure's time went by while none of its steps was under way."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path


def seconds(report: Path, wall: float) -> float:
    """Return the wall time less the union of the steps' own times, in seconds."""
    packages = json.loads(report.read_text("utf-8"))["packages"].values()
    spans = sorted(
        (_time(step["started"]), _time(step["ended"])) for package in packages for step in package["steps"]
    )
    covered, until = 0.0, 0.0
    for started, ended in spans:
        covered += max(0.0, ended - max(started, until))
        until = max(until, ended)
    return wall - covered


def _time(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
