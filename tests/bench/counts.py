# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a closure consists of: tasks run, modules started, and its dearest tasks."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

CALLBACKS = Path(__file__).parent / "callback"
DEAREST = 5


def variables(file: Path) -> dict[str, str]:
    """Return the variables with which a run of Ansible writes its counts to the file."""
    return {
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "counted",
        "BENCH_COUNTS": str(file),
    }


@dataclass(frozen=True)
class Counts:
    """What C(callback/counted.py) wrote: a task counts once for each host, C(seconds) are by task."""

    tasks: int
    skipped: int
    modules: int
    seconds: t.Sequence[tuple[str, float]]

    def lines(self) -> list[str]:
        """Return them as lines of C(name: value), then the dearest tasks."""
        dearest = sorted(self.seconds, key=lambda one: -one[1])[:DEAREST]
        return [
            f"tasks_run: {self.tasks}",
            f"tasks_skipped: {self.skipped}",
            f"modules_started: {self.modules}",
            "dearest_tasks:",
            *(f"  {seconds:5.1f} s  {name}" for name, seconds in dearest),
        ]


def read(file: Path) -> Counts:
    """Return the counts that a run wrote."""
    return Counts(**json.loads(file.read_text("utf-8")))
