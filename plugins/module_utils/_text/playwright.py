# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Playwright prints, read back: which tests ran from which file, and the summary at the end.

Only what this run printed is read. A C(test-results/.last-run.json) may be an older run's.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._core.evidence import Step

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# ✓ and ✘ are ok and x on a terminal without Unicode. A line begins with the test's number.
_TEST = re.compile(
    r"^\s+(?P<mark>✓|✔|ok|✘|✗|x|-)\s+\d+\s+(?:\[[^\]]+\] › )?"
    r"(?P<file>[^\s›]+?):\d+:\d+ › (?P<title>.*)$"
)
_TAIL = re.compile(r"(?: \((?:[\d.]+(?:ms|s|m|h)|retry #\d+)\))+$")
_COUNT = re.compile(
    r"^  (?P<count>\d+) (?P<outcome>passed|failed|interrupted|flaky|skipped|did not run)(?: \([^)]*\))?$"
)
_ERRORS = re.compile(r"^  (?P<count>\d+) errors? (?:was|were) not a part of any test")
_ERROR = re.compile(r"\w*Error: ")
# What yarn says itself, whatever the command was.
_YARN = re.compile(
    r"yarn run v|\$ |info Visit |Done in |warning From Yarn |error Command failed with exit code"
)
_DETAIL = re.compile(r"^    \S")


@dataclass(frozen=True)
class Attempt:
    """One line of the list reporter: a test's attempt.

    Attributes:
        file: as printed, from the working directory or from the tests' root.
        title: the test's title.
        mark: C(passed), C(failed) or C(skipped), as it ended, wished for or not.
    """

    file: str
    title: str
    mark: str


def attempts(step: Step) -> list[Attempt]:
    """Return what the list reporter printed, one for each attempt of each test."""
    found = (_TEST.match(line) for line in _lines(step.stdout))
    return [Attempt(m["file"], _TAIL.sub("", m["title"]), _mark(m["mark"])) for m in found if m]


def summary(step: Step) -> dict[str, int]:
    """Return the counts of the summary, by outcome; empty where there is none.

    The last block of counts is taken: a test may print lines that look like one.
    """
    lines = _lines(step.stdout)
    last = next((n for n in reversed(range(len(lines))) if _counted(lines[n])), None)
    if last is None:
        return {}
    counts: dict[str, int] = {}
    for line in reversed(lines[: last + 1]):
        counted = _counted(line)
        if counted:
            counts.setdefault(*counted)
        elif not _DETAIL.match(line):
            break
    return dict(reversed(counts.items()))


def failure(step: Step) -> str:
    """Return the block of the first failed test, C('') where none failed."""
    lines = _lines(step.stdout)
    start = next((n for n, line in enumerate(lines) if line.startswith("  1) ")), None)
    if start is None:
        return ""
    rest = lines[start + 1 :]
    end = next((n for n, line in enumerate(rest) if line.startswith("  2) ") or _counted(line)), len(rest))
    return "\n".join([lines[start], *rest[:end]]).rstrip()


def error(step: Step) -> str:
    """Return the line that says why no test could run, or C('')."""
    lines = [line.strip() for line in (*_lines(step.stdout), *_lines(step.stderr))]
    named = [line for line in lines if _ERROR.match(line)]
    last = [line for line in lines if line and not _YARN.match(line)]
    return named[0] if named else "".join(last[-1:])


def is_same_file(printed: str, wanted: str) -> bool:
    """Whether a printed file is the wanted one; it may be relative to the tests' root instead."""
    printed, wanted = printed.replace("\\", "/"), wanted.removeprefix("./")
    return printed == wanted or wanted.endswith(f"/{printed}")


def _counted(line: str) -> tuple[str, int] | None:
    if match := _COUNT.match(line):
        return match["outcome"], int(match["count"])
    if match := _ERRORS.match(line):
        return "error", int(match["count"])
    return None


def _mark(mark: str) -> str:
    if mark in ("✓", "✔", "ok"):
        return "passed"
    return "skipped" if mark == "-" else "failed"


def _lines(text: str) -> t.Sequence[str]:
    return [line.rstrip() for line in _ANSI.sub("", text).splitlines()]
