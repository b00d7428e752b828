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


def until_ready(problem: t.Callable[[], str], limit: float) -> str:
    """Ask what the problem is until there is none; return C(''), or the problem after C(limit) seconds."""
    deadline = time.monotonic() + limit
    while found := problem():
        if time.monotonic() >= deadline:
            return found
        time.sleep(POLL_SECONDS)
    return ""


def last_line(path: str | None) -> str:
    """Return the last line of a log, which mostly tells why its service is not ready, after a semicolon."""
    if not path or not Path(path).is_file():
        return ""
    data = log_source.last_lines_before(path, lambda data: data.count(b"\n") > 1, 64 * 1024)
    line = data.decode("utf-8", "backslashreplace").strip().split("\n")[-1].strip()
    return f"; the last line of {path} is: {line}" if line else ""
