# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alembic's smoke, one step down and up again: what is read of its SQL before it is carried out. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._core.evidence import Step
from ...module_utils._core.step_names import (
    ALEMBIC_DOWNGRADE_PREVIEW,
    ALEMBIC_HISTORY,
    ALEMBIC_REUPGRADE_PREVIEW,
)
from ...module_utils._text import alembic
from ..sql import reversible
from . import controller

UNSEEN = "its SQL cannot be shown beforehand, so it cannot be known to lose nothing"


def stage(steps: t.Iterable[Step]) -> dict[str, t.Any]:
    """Return the options of C(alembic_evidence) for the smoke, after the steps of the upgrade.

    The way up is read as the way down is: what was written in between meets it.
    """
    shown = {step.name: step for step in steps}
    previews = [shown.get(name) for name in (ALEMBIC_DOWNGRADE_PREVIEW, ALEMBIC_REUPGRADE_PREVIEW)]
    sql = [step.stdout for step in previews if step and step.ok]
    refusal = _refusal(sql, complete=len(sql) == len(previews))
    tables = [] if refusal else dict.fromkeys(table for text in sql for table in reversible.rebuilt(text))
    history = shown.get(ALEMBIC_HISTORY)
    return {
        "stage": "smoke",
        "smoke_refusal": refusal,
        "smoke_tables": list(tables),
        "smoke_revisions": sorted(alembic.known(history.stdout)) if history else [],
    }


def _refusal(sql: t.Sequence[str], *, complete: bool) -> str:
    """Return why the smoke is not carried out, or C('')."""
    if not complete:
        return UNSEEN
    for lacking in controller.lacking("sqlglot"):
        return f"its SQL cannot be read: {lacking}"
    statement = next(filter(None, map(reversible.refused, sql)), "")
    return statement and f"it could lose data ({statement})"
