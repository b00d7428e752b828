# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a backfill, read back from what it printed, in either vocabulary of the field.

C(processed, updated, skipped), or C(scanned, created, skipped_exists, updated_forced, errors), written
C(name=1), C(name: 1) or as JSON, on one line or on lines that follow one another.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from itertools import takewhile

from .._core.evidence import Step

_TOTAL = ("processed", "scanned")
_CHANGED = ("updated", "created", "updated_forced")
_SKIPPED = ("skipped", "skipped_exists")
_WORDS = "|".join((*_TOTAL, *_CHANGED, *_SKIPPED, "errors"))
_COUNT = re.compile(rf"(?<![\w-])(?P<word>{_WORDS})[\"']?\s*[=:]\s*(?P<count>\d+)(?![\w.])")

# An exception's last line, with or without its module.
_ERROR = re.compile(r"[\w.]*(?:Error|Exception|Interrupt)\b(?::|$)|error:", re.IGNORECASE)


@dataclass(frozen=True)
class Summary:
    """What a run says of its rows, None where it is not said."""

    total: int  # rows looked at
    changed: int | None  # rows written, or in a dry run those that would be
    skipped: int | None  # rows left as they were
    errors: int | None  # rows that failed
    text: str  # the counts in the run's own words

    @property
    def unaccounted(self) -> int:
        """How many of the rows looked at appear in no other count."""
        return self.total - (self.changed or 0) - (self.skipped or 0) - (self.errors or 0)


def summary(step: Step) -> Summary | None:
    """Return the last summary on stdout, else the last on stderr, else None."""
    return _summary(step.stdout) or _summary(step.stderr)


def error(step: Step) -> str:
    """Return the line of a failed run that names its cause, or its last one."""
    lines = [line.strip() for line in step.output.splitlines() if line.strip()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines or ["it printed nothing"])[-1]


def _summary(text: str) -> Summary | None:
    lines = [{m["word"]: int(m["count"]) for m in _COUNT.finditer(line)} for line in text.splitlines()]
    start = next((n for n in reversed(range(len(lines))) if lines[n].keys() & _TOTAL), None)
    if start is None:
        return None
    counts: dict[str, int] = {}
    for found in takewhile(bool, lines[start:]):
        counts.update(found)
    return Summary(
        total=_sum(counts, _TOTAL) or 0,
        changed=_sum(counts, _CHANGED),
        skipped=_sum(counts, _SKIPPED),
        errors=counts.get("errors"),
        text=" ".join(f"{word}={count}" for word, count in counts.items()),
    )


def _sum(counts: t.Mapping[str, int], words: t.Sequence[str]) -> int | None:
    said = [counts[word] for word in words if word in counts]
    return sum(said) if said else None
