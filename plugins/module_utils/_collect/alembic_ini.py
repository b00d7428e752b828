# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which C(alembic.ini) is in force, and which others are in reach: another may have another chain."""

from __future__ import annotations

from pathlib import Path

from .._core import step_names as steps
from .._core.collector import Collector
from .._text import alembic

_NAMES = "alembic*.ini"


def collect(collector: Collector) -> None:
    """Keep it as a step, a line each. Nothing is read from the files: they may contain a password."""
    directory = Path(collector.params["directory"])
    given = alembic.config_given(collector.params["alembic"]) or collector.env.get("ALEMBIC_CONFIG")
    used = directory / (given or "alembic.ini")
    there = {path.resolve() for path in _in_reach(directory)} - {used.resolve()}
    text = alembic.config_lines(str(used) if used.is_file() else "", sorted(map(str, there)))
    collector.ended(steps.ALEMBIC_INI, f"alembic's configuration, by default {used.name}", text)


def _in_reach(directory: Path) -> list[Path]:
    """Those of the directory, of what is directly below it, and of what it is in."""
    above = [path for path in directory.parents if path != path.parent]
    return [
        path
        for place, names in [(directory, f"*/{_NAMES}"), *((one, _NAMES) for one in (directory, *above))]
        for path in place.glob(names)
    ]
