# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured output of the real tools, as the steps and the evidence that judges read."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    COMMAND,
    ENDED,
    TIMED_OUT,
    Evidence,
    Release,
    Step,
)

FIXTURES = Path(__file__).parent / "fixtures"
NOW = "2026-11-24T02:52:03.123Z"
RELEASE = Release("PSP-3031", "2026.11.0-rc3", "a" * 40, "staging")


def step(name: str, **more: t.Any) -> Step:
    """Return a step that ended well, but for what is given."""
    given = {"title": name, "kind": COMMAND, "command": name, "host": "backend", "exit_status": 0}
    return Step(**{"name": name, "started": NOW, "ended": NOW, **given, **more})


def captured(name: str, file: str, **more: t.Any) -> Step:
    """Return the step of that name with the streams and status of C(fixtures/<file>).

    A status with words behind it was a command stopped at its limit.
    """
    path = FIXTURES / file
    status, *stopped = path.with_suffix(".rc").read_text("utf-8").split(maxsplit=1)
    outcome = (
        {"outcome": TIMED_OUT, "reason": "stopped at its limit of 4 s"} if stopped else {"outcome": ENDED}
    )
    return step(
        name,
        stdout=path.with_suffix(".stdout").read_text("utf-8"),
        stderr=path.with_suffix(".stderr").read_text("utf-8"),
        exit_status=int(status),
        **{**outcome, **more},
    )


def evidence(package: int, steps: t.Iterable[Step | None]) -> Evidence:
    """Return the evidence of a package; None stands for a step that was not kept."""
    return Evidence(package, RELEASE, tuple(s for s in steps if s is not None))
