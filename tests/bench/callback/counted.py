# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback for Ansible that counts: tasks, modules started, and the seconds of each task.

At the end it writes them as JSON to the file that the variable C(BENCH_COUNTS) names; see C(counts.py).
"""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: counted
type: aggregate
short_description: Count tasks and modules
description: Counts tasks and modules, and times tasks.
"""


class CallbackModule(CallbackBase):
    """Counts by task and host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "counted"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Count modules where they are started: in workers, which are forks of this process."""
        super().__init__()
        self._file = Path(os.environ["BENCH_COUNTS"])
        self._modules = self._file.with_suffix(".modules")
        self._modules.write_bytes(b"")
        self._run = self._skipped = 0
        self._spans: dict[str, tuple[str, float, float]] = {}
        execute = ActionBase._execute_module

        def counted(action: ActionBase, *args: t.Any, **kwargs: t.Any) -> t.Any:
            # One byte, appended: nothing that two workers could tear.
            with self._modules.open("ab") as modules:
                modules.write(b".")
            return execute(action, *args, **kwargs)

        ActionBase._execute_module = counted

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        """A task begins on a host."""
        now = time.monotonic()
        self._spans.setdefault(task._uuid, (task.get_name(), now, now))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task ended well."""
        self._run += 1
        self._ended(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self.v2_runner_on_ok(result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """A task's condition was false."""
        self._skipped += 1
        self._ended(result)

    def _ended(self, result: t.Any) -> None:
        name, started, _ended = self._spans[result._task._uuid]
        self._spans[result._task._uuid] = (name, started, time.monotonic())

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Write it all down."""
        counts = {
            "tasks": self._run,
            "skipped": self._skipped,
            "modules": self._modules.stat().st_size,
            "seconds": [(name, ended - started) for name, started, ended in self._spans.values()],
        }
        self._file.write_text(json.dumps(counts), "utf-8")
