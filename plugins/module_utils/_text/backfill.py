# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a backfill, read back from what it printed, in either vocabulary of the field.

C(processed, updated, skipped), or C(scanned, created, skipped_exists, updated_forced, errors), written
C(name=1), C(name: 1) or as JSON, on one line or on lines that follow one another.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace
from itertools import takewhile

from .._core.evidence import Step

_TOTAL = ("processed", "scanned")
_CHANGED = ("updated", "created", "updated_forced")
_SKIPPED = ("skipped", "skipped_exists")
# What counts errors, by whatever name: C(error_count), C(rows_failed), C(exceptions).
_ERRORS = (
    r"(?:(?:num|number of|total|rows?|records?|items)[ _]?)?(?:errors?|errored|failed|failures?|exceptions?)"
    r"(?:[ _]?(?:count|total|rows|records|items|encountered))?"
)
# What a project may call them otherwise.
_KNOWN = {"total": "processed", "changed": "updated", "skipped": "skipped", "errors": "errors"}
_WORDS = "|".join((*_TOTAL, *_CHANGED, *_SKIPPED, _ERRORS))
# C(1,200) is one number; a time's or a version's first part is none.
_COUNT = re.compile(
    rf"(?<![\w-])(?P<word>{_WORDS})[\"']?\s*[=:]\s*"
    r"(?P<count>\d{1,3}(?:,\d{3})+(?!,?\d)|\d+)(?!\w|[-.:]\d|,\s*\d+\s*(?:,|$))",
    re.IGNORECASE,
)
# Errors that a summary lists in place of their number.
_LISTED = re.compile(rf"\b{_ERRORS}[\"']?\s*[=:]\s*(?:\[\s*[^\]\s]|\{{[^}}]*[1-9])", re.IGNORECASE)

# An exception's last line, with or without its module.
_ERROR = re.compile(r"[\w.]*(?:Error|Exception|Interrupt)\b(?::|$)|error:", re.IGNORECASE)


# What says that something went wrong, and what says that nothing did.
_FAILURE = re.compile(
    r"\b(?:errors?|fail(?:ed|ure|ures|s)?|rollback|roll(?:ed|ing) back|exceptions?|abort(?:ed|ing)?|"
    r"fatal|critical|traceback|could not|cannot|unable to|timed out|denied)\b"
)
_NO_FAILURE = re.compile(
    r"\b(?:no|0|without(?: any)?) (?:(?:rows?|records?|items) )?(?:errors?|failures?|exceptions?|failed)\b|"
    rf"\b{_ERRORS}[\"']?\s*[=:]\s*(?:0|none|\[\])(?!\.?\d|,\s*\d+\s*(?:,|$))"
)
# An application in debug mode prints all SQL, and that a session gives its connection back.
_ECHO = re.compile(r"\bsqlalchemy\.(?:engine|pool)\b")
_ROLLBACK = re.compile(r"\brollback\b|\broll(?:ed|ing) back\b")
_SEVERE = re.compile(r"\b(?:ERROR|CRITICAL|FATAL)\b|^[\w.]*(?:Error|Exception)\b")
# How Postgres and its poolers refuse what a session that may only read, or a guard on it, asks of them.
_REFUSED = ("read-only transaction", "unsupported startup parameter")


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

    def continues(self, other: Summary) -> bool:
        """Whether the other can be of the same run, earlier or in part: in no count above this one."""
        pairs = [
            (mine, theirs)
            for mine, theirs in zip(self._counts, other._counts)
            if mine is not None and theirs is not None
        ]
        if self.total == other.total:
            return all(mine == theirs for mine, theirs in pairs)
        return all(mine >= theirs for mine, theirs in pairs)

    @property
    def _counts(self) -> tuple[int | None, ...]:
        return (self.total, self.changed, self.skipped, self.errors)


def in_known_words(step: Step, words: t.Mapping[str, t.Sequence[str]]) -> Step:
    """Return a run's step with the counts that have words of their own in this module's.

    C(words) has those of C(total), C(changed), C(skipped) and C(errors).
    """
    stdout, stderr = step.stdout, step.stderr
    for own, known in ((own, known) for count, known in _KNOWN.items() for own in words.get(count) or ()):
        pattern = re.compile(rf"(?<![\w-]){re.escape(own)}(?=[\"']?\s*[=:]\s*\d)", re.IGNORECASE)
        stdout, stderr = pattern.sub(known, stdout), pattern.sub(known, stderr)
    return replace(step, stdout=stdout, stderr=stderr)


def summary(step: Step) -> Summary | None:
    """Return the last summary on stdout, else the last on stderr, else None."""
    found = _summaries(step.stdout) or _summaries(step.stderr)
    return found[-1][0] if found else None


def contradiction(step: Step) -> str:
    """Return the summary that C(summary()) contradicts, in its own words, or C('').

    Those of a run under way, and those of its batches, count less in everything, on whichever stream.
    """
    last = summary(step)
    others = [found for text in (step.stdout, step.stderr) for found, _end in _summaries(text)]
    return next((other.text for other in others if last and not last.continues(other)), "")


def failure(step: Step, *, rolls_back: bool = False) -> str:
    """Return the first line after a summary that speaks of a failure, or a line of one that lists errors.

    The other stream has no place in the order: there, a line must be severe by its level or its form. With
    C(rolls_back), as in a dry run, a rollback is no failure.
    """
    streams = (step.stdout, step.stderr)
    found = [_summaries(text) for text in streams]
    for text, summaries in zip(streams, found):
        lines, end = text.splitlines(), summaries[-1][1] if summaries else 0
        told = [line for line in lines[:end] if _COUNT.search(line) and _LISTED.search(line)]
        told += [
            line
            for line in lines[end:]
            if _speaks_of_failure(line, rolls_back) and (summaries or _SEVERE.search(line))
        ]
        if told:
            return told[0].strip()
    return ""


def ended_well(step: Step) -> bool:
    """Whether a run ended with status 0, without errors, and nothing that it asked was refused."""
    found = summary(step)
    refused = any(words in step.output for words in _REFUSED)
    return step.ok and not refused and not (found and found.errors)


def error(step: Step) -> str:
    """Return the line of a failed run that names its cause, or its last one."""
    lines = [line.strip() for line in step.output.splitlines() if line.strip()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines or ["it printed nothing"])[-1]


def _summaries(text: str) -> list[tuple[Summary, int]]:
    """Return each summary of a stream, and the number of the line after it."""
    lines = [
        {m["word"].lower(): _number(m["count"]) for m in _COUNT.finditer(line)} for line in text.splitlines()
    ]
    starts = [n for n, counts in enumerate(lines) if counts.keys() & set(_TOTAL)]
    found = []
    for start, until in zip(starts, [*starts[1:], len(lines)]):
        counts: dict[str, int] = {}
        several = list(takewhile(bool, lines[start:until]))
        for more in several:
            counts.update(more)
        found.append((_summary(counts), start + len(several)))
    return found


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))


def _summary(counts: t.Mapping[str, int]) -> Summary:
    return Summary(
        total=_sum(counts, _TOTAL) or 0,
        changed=_sum(counts, _CHANGED),
        skipped=_sum(counts, _SKIPPED),
        errors=_sum(counts, [word for word in counts if re.fullmatch(_ERRORS, word)]),
        text=" ".join(f"{word}={count}" for word, count in counts.items()),
    )


def _speaks_of_failure(line: str, rolls_back: bool) -> bool:
    if _ECHO.search(line):
        return False
    rest = _NO_FAILURE.sub("", line.lower())
    return bool(_FAILURE.search(_ROLLBACK.sub("", rest) if rolls_back else rest))


def _sum(counts: t.Mapping[str, int], words: t.Sequence[str]) -> int | None:
    said = [counts[word] for word in words if word in counts]
    return sum(said) if said else None
