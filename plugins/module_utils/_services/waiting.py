# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for something to be ready, with a limit."""

from __future__ import annotations

import time
import typing as t

POLL_SECONDS = 0.2


def until_ready(problem: t.Callable[[], str], limit: float) -> str:
    """Ask what the problem is until there is none; return C(''), or the problem after C(limit) seconds."""
    deadline = time.monotonic() + limit
    while found := problem():
        if time.monotonic() >= deadline:
            return found
        time.sleep(POLL_SECONDS)
    return ""
