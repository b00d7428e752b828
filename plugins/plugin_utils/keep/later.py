# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a later attempt decides about a ticket."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from . import manifest


class Later(t.NamedTuple):
    """A later attempt that decides something about the ticket.

    Its status is its gate's C(PASS), the C(FAIL) of a package, or C(not reported): it was begun, and may have
    changed staging. Some packages alone that are all PASS decide nothing.
    """

    attempt: str  # its name, a time in UTC
    status: str


def status(attempt: Path) -> str:
    """Return the status of a C(Later), C('') where an attempt decides nothing.

    Raises:
        ValueError: its report cannot be read, or it is of a newer format.
    """
    manifest.refuse_newer(attempt)
    if not (attempt / "report.json").exists():
        return "not reported" if any(attempt.glob("package_*")) else ""
    file = attempt / "report.json"
    try:
        report = json.loads(file.read_text("utf-8"))
    except ValueError as exc:
        raise ValueError(f"{file} cannot be read, it is not JSON: {exc}") from exc
    gate, run = str(report["gate"]["status"]), report["run"]["status"]
    return "" if (gate, run) == ("FAIL", "PASS") else gate
