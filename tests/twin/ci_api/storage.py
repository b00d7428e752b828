# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The blob storage that logs are fetched from: an address with a signature opens one log for a while."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from pathlib import Path

VALID_SECONDS = 60


class Storage:
    """Logs below one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = secrets.token_bytes(32)

    def path(self, job_id: int) -> Path:
        """Where a job's log is."""
        return self._directory / f"{job_id}.txt"

    def query(self, job_id: int) -> dict[str, str]:
        """The query that opens the log of a job for the next minute."""
        expires = str(int(time.time()) + VALID_SECONDS)
        return {"se": expires, "sig": self._signature(job_id, expires)}

    def opens(self, job_id: int, expires: str, signature: str) -> bool:
        """Is it the query that was given out, and in time?"""
        expected = self._signature(job_id, expires)
        in_time = expires.isdigit() and int(expires) >= time.time()
        return in_time and hmac.compare_digest(signature.encode(), expected.encode())

    def _signature(self, job_id: int, expires: str) -> str:
        message = f"{job_id}\n{expires}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
