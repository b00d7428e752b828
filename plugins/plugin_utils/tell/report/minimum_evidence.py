# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's minimum evidence, and the steps that are it: what a reader has to find at once. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._core import step_names as steps


class Item(t.NamedTuple):
    """One thing that the checklist wants to see, and the steps that show it, each where it was taken."""

    text: str
    steps: tuple[str, ...]


# By the package's number, in the checklist's order.
ITEMS: t.Mapping[int, tuple[Item, ...]] = {
    0: (
        Item("the job's result and its link", (steps.CI_JOBS,)),
        Item("the job's log", (steps.CI_JOB_LOG,)),
    ),
    1: (
        Item("alembic current", (steps.ALEMBIC_CURRENT,)),
        Item("alembic history", (steps.ALEMBIC_HISTORY,)),
        Item("alembic upgrade head", (steps.ALEMBIC_UPGRADE,)),
        Item("the table's description", (steps.DESCRIBE_TABLE,)),
        Item("its UNIQUE constraints", (steps.UNIQUE_CONSTRAINTS,)),
    ),
    2: (
        Item("proof that the flags are set", (steps.FLAGS_RUNNING, steps.FLAGS_PROCESSES)),
        Item("both outputs of the backfill", (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN)),
        Item("the log of the E2E smoke", (steps.E2E_SMOKE,)),
        Item(
            "proof of a 401 spike or of none",
            (steps.WEBHOOK_BASELINE, steps.WEBHOOK_WINDOW, steps.WEBHOOK_401_LINES),
        ),
    ),
    3: (
        Item("the healthcheck of Redis", (steps.REDIS_PING, steps.REDIS_HOST_PING)),
        Item("the first lines of the worker's log", (steps.WORKER_START_LOG,)),
        Item("the POST's answer", (steps.RECON_POST,)),
        Item("the run in the worker's log", (steps.RECON_WORKER_LOG,)),
        Item("the GET's answers", (steps.RECON_LIFECYCLE, steps.RECON_GET)),
    ),
}
NAMES = frozenset(name for items in ITEMS.values() for item in items for name in item.steps)
