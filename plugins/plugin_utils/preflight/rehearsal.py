# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run in check mode shows of a collector: what it would run, and what would fail. Pure."""

from __future__ import annotations

import textwrap
import typing as t

from ...module_utils._core.evidence import NOT_RUN, Step
from ...module_utils._core.step_names import (
    ALEMBIC_CURRENT,
    ALEMBIC_HEADS,
    ALEMBIC_HISTORY,
    ALEMBIC_UPGRADE_PREVIEW,
)
from . import asked

_CHECK_MODE = "check mode: "
# They ask what the run itself sets up, which may not answer yet.
_OF_SERVICES = ("feature_flags_evidence", "recon_run_lifecycle", "redis_evidence", "service_process")
_ALEMBIC = (ALEMBIC_CURRENT, ALEMBIC_HEADS, ALEMBIC_HISTORY)


def lines(host: str, steps: t.Sequence[Step]) -> list[str]:
    """Return what the host would run, a line each, and the SQL of the migrations."""
    shown: list[str] = []
    for step in steps:
        if step.outcome == NOT_RUN and step.reason.startswith(_CHECK_MODE):
            would = f"{host} would run: {step.command}"
            shown += [would] if would not in shown else []
        elif step.name == ALEMBIC_UPGRADE_PREVIEW:
            sql = step.stdout.strip() or "its SQL cannot be shown beforehand"
            shown += [f"{host}: {step.command}", *textwrap.indent(sql, "    ").splitlines()]
    return shown


def problems(module: str, steps: t.Sequence[Step]) -> list[str]:
    """Return a sentence for each thing of a collector's that would fail."""
    if module in _OF_SERVICES:
        return []
    failed = [step for step in steps if step.name in _ALEMBIC and step.exit_status]
    endings = [f"{step.command} ended with {step.exit_status}: {_last(step.stderr)}" for step in failed]
    return endings + asked.problems([step for step in steps if step not in failed])


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it wrote no error")
