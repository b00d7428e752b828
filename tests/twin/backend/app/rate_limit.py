# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of requests per client and minute; beyond it, 429 without a word about when to return."""

from __future__ import annotations

import time
from collections import Counter

from app.errors import ApiError


class MinuteLimit:
    """Counts in the memory of the process, so a restart forgives."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._seen: Counter[str] = Counter()

    def count(self, client: str) -> None:
        """Count one request of `client`; raises the 429 where the minute holds too many."""
        now = int(time.monotonic() // 60)
        if now != self._minute:
            self._minute = now
            self._seen.clear()
        self._seen[client] += 1
        if self._seen[client] > self._per_minute:
            raise ApiError(429, "RATE_LIMITED", "too many requests this minute")
