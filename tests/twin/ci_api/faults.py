# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: `etc/ci_faults.json` below the twin, read at each request.

    {"fail_tests": true}          a test is added that fails, so the job is red
    {"skip_job": true}            the job with the tests is skipped; the run is a success
    {"other_commit": "<sha>"}     the run is of another commit
    {"queue_forever": true}       no runner picks the run up
    {"cancelled": true}           somebody cancels the run while its tests run
    {"startup_failure": true}     the workflow file is invalid: a run without jobs
    {"run_conclusion": "stale"}   a run that ends like this, without jobs
    {"job_conclusion": "neutral"} the job with the tests ends like this, without a step, and so does the run
    {"matrix": "failure"}         a matrix makes two jobs of the one with the tests; the second ends like this
    {"rate_limit": {"requests": 3, "status": 403, "retry_after": 1}}
                                  so many requests are refused from now on; retry_after in seconds.
                                  With "primary": true it is the limit of the hour that is used up: no
                                  Retry-After, but X-RateLimit-Remaining 0 and when it begins anew
    {"archived": true}            the repository is archived: nothing can be written
    {"read_only": true}           the token may look, and not dispatch
    {"expired_logs": true}        410 for the logs of jobs
    {"run_details": "ignored"}    a server that does not know return_run_details and answers 204;
                                  "refused": one that answers 400

Those up to `matrix` apply to runs that are started while the file says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RateLimit:
    """Refuse so many `requests` with `status`, and name `retry_after` (seconds) where it is set.

    `primary`: it is the limit of the hour, and not one on how fast requests come.
    """

    requests: int = 0
    status: int = 403
    retry_after: int | None = 1
    primary: bool = False


@dataclass(frozen=True)
class Faults:
    """What is to go wrong. `version` changes whenever the file does."""

    version: int = 0
    fail_tests: bool = False
    skip_job: bool = False
    other_commit: str = ""
    queue_forever: bool = False
    cancelled: bool = False
    startup_failure: bool = False
    run_conclusion: str = ""
    job_conclusion: str = ""
    matrix: str = ""
    expired_logs: bool = False
    archived: bool = False
    read_only: bool = False
    run_details: str = ""
    rate_limit: RateLimit = field(default_factory=RateLimit)

    @classmethod
    def read(cls, path: Path) -> Faults:
        """The faults that the file asks for; none where there is no file."""
        try:
            version, text = path.stat().st_mtime_ns, path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls()
        given: dict[str, Any] = json.loads(text or "{}")
        rate_limit = RateLimit(**given.pop("rate_limit", {}))
        return cls(version=version, rate_limit=rate_limit, **given)
