# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured output of the real tools, as the steps and the evidence that judges read.

A captured case is one file, C(fixtures/<tool>/<case>.txt):

    status: 1
    --- stdout
    what came on stdout, byte for byte
    --- stderr (no newline at end)
    what came on stderr, whose last line has no newline

C(status: -15, stopped) was stopped at its limit; C(status: none) is no command's.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
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

_STATUS = re.compile(r"status: (?P<status>-?\d+|none)(?P<stopped>, stopped)?\Z")
_CASE = re.compile(
    r"(?P<head>.*?)\n--- stdout(?P<open_out> \(no newline at end\))?\n(?P<stdout>.*?)"
    r"^--- stderr(?P<open_err> \(no newline at end\))?\n(?P<stderr>.*)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Case:
    """A command's status, None for what is no command's, whether it was stopped, and both streams."""

    status: int | None
    stopped: bool
    stdout: str
    stderr: str


def read_case(file: str) -> Case:
    """Return the case of C(fixtures/<file>.txt).

    Raises:
        ValueError: the file is not in the form above.
    """
    return parse((FIXTURES / f"{file}.txt").read_bytes().decode())


def parse(text: str) -> Case:
    """Read the text of a case.

    Raises:
        ValueError: the text is not in the form above.
    """
    found = _CASE.fullmatch(text)
    status = _STATUS.match(found["head"]) if found else None
    if found is None or status is None:
        raise ValueError(f"this is not a captured case: {text[:80]!r}")
    return Case(
        status=None if status["status"] == "none" else int(status["status"]),
        stopped=bool(status["stopped"]),
        stdout=found["stdout"][: -1 if found["open_out"] else None],
        stderr=found["stderr"][: -1 if found["open_err"] else None],
    )


def step(name: str, **more: t.Any) -> Step:
    """Return a step that ended well, but for what is given."""
    given = {"title": name, "kind": COMMAND, "command": name, "host": "backend", "exit_status": 0}
    return Step(**{"name": name, "started": NOW, "ended": NOW, **given, **more})


def captured(name: str, file: str, **more: t.Any) -> Step:
    """Return the step of that name with the streams and the status of a case."""
    found = read_case(file)
    reason = "stopped at its limit of 4 s" if found.stopped else ""
    given: dict[str, t.Any] = {
        "stdout": found.stdout,
        "stderr": found.stderr,
        "exit_status": found.status,
        "outcome": TIMED_OUT if found.stopped else ENDED,
        "reason": reason,
    }
    return step(name, **{**given, **more})


def evidence(package: int, steps: t.Iterable[Step | None]) -> Evidence:
    """Return the evidence of a package; None stands for a step that was not kept."""
    return Evidence(package, RELEASE, tuple(s for s in steps if s is not None))
