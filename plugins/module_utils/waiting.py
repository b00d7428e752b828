# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for something to be ready, with a limit."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from . import log_source

POLL_SECONDS = 0.2
_TOLD_LINES = 15


def until_ready(problem: t.Callable[[], str], limit: float) -> str:
    """Ask what the problem is until there is none; return C(''), or the problem after C(limit) seconds."""
    deadline = time.monotonic() + limit
    while found := problem():
        if time.monotonic() >= deadline:
            return found
        time.sleep(POLL_SECONDS)
    return ""


def last_lines(path: str | None) -> str:
    """Return the end of a log, which mostly tells why its service is not ready, or C('')."""
    if not path or not Path(path).is_file():
        return ""
    data = log_source.last_lines_before(path, lambda data: data.count(b"\n") > _TOLD_LINES, 256 * 1024)
    lines = data.decode("utf-8", "backslashreplace").splitlines()[-_TOLD_LINES:]
    return f"\nThe end of {path}:\n" + "\n".join(lines) if lines else ""
