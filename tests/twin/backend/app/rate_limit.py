# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of requests per client and minute; beyond it, 429 without a word about when to return."""

from __future__ import annotations

import time
from collections import Counter

from app.errors import ApiError
from app.settings import settings

_seen: Counter[str] = Counter()
_minute = 0


def count(client: str) -> None:
    """Count one request of `client`; raises the 429 when the current minute holds too many."""
    global _minute  # noqa: PLW0603
    now = int(time.monotonic() // 60)
    if now != _minute:
        _minute = now
        _seen.clear()
    _seen[client] += 1
    if _seen[client] > settings.rate_limit_per_minute:
        raise ApiError(429, "RATE_LIMITED", "too many requests this minute")
