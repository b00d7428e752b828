# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collectors' code, packed for their hosts beside the run.

Ansible packs a module with all that it imports when a task first needs it, a quarter of a second each, while
the task's host waits.
"""

from __future__ import annotations

import os
import typing as t
from contextlib import suppress

from . import watch

# In the order in which a closure comes to them.
MODULES = (
    "closure_attempt",
    "alembic_evidence",
    "ci_run_dispatch",
    "pg_unique_constraint",
    "webhook_401_evidence",
    "env_file",
    "service_process",
    "redis_evidence",
    "feature_flags_evidence",
    "backfill_evidence",
    "e2e_evidence",
    "recon_run_lifecycle",
    "ci_run_evidence",
)


def begin(pack: t.Callable[[str], object], run: int) -> None:
    """Fork a process that packs the modules while the process C(run), Ansible's own, lives; and return.

    C(pack) packs one, by its full name. What goes wrong here goes wrong again in the task, which reports it.
    """
    if os.fork():
        return
    try:
        watch.detach()
        for name in MODULES:
            if watch.lives(run):
                with suppress(Exception):
                    pack(f"psp.rc_closure.{name}")
    finally:
        os._exit(0)
