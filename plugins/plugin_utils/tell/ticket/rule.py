# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing rule: what a report means for the ticket, and the sentences of the verdict. Pure.

The checklist: the ticket does not close unless Package-0, 1, 2 and 3 are all PASS. If any is FAIL, the FAIL
and its full log go into the ticket, and the root-cause analysis is done by Dev/Backend on the same ticket.
Where a package could not be collected, they are not asked: C(report/follow_up.py).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ...judge.base import FAIL, PASS
from ...keep.later import Later
from ..language import Words
from ..report import merged, translated
from ..report.follow_up import follow_up, named
from ..report.migration_decision import Choice, sentences
from .base import Comment, State
from .marker import CLOSING, NOT_CLOSED, VERDICT, Marker
from .message import Message, message

CLOSE = "close"
REOPEN = "reopen"
STAY = "stay"

# A note is one sentence; one that quotes a long line is whole in the report.
_NOTE = 1000
_QUESTION = (
    "Reset or stamp: what the migrations would create exists already. Please decide here; the facts are in "
    "the report, under Reset or stamp. Set rc_closure_decision to record it."
)

Document = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Decision:
    """What becomes of the ticket."""

    action: str  # close, reopen or stay
    sentence: str  # for the verdict
    closed: str = NOT_CLOSED  # for the verdict's marker
    outdated: bool = False  # whether a later attempt decides, so that this one leaves the ticket as it is


@dataclass(frozen=True)
class Proof:
    """What the verdict vouches for."""

    parts: int  # of the report
    report: str  # SHA-256 of the report's text, which is that of the joined parts
    locker: str  # SHA-256 of the attempt in the locker
    record: str = ""  # who signed the closing record, and its SHA-256


def decide(
    document: Document,
    state: State,
    comments: t.Sequence[Comment],
    own: Marker,
    *,
    close: bool,
    later: Later | None = None,
) -> Decision:
    """Apply the rule to a report, the ticket's state, and all of this collection's comments in any order.

    C(own) is the marker of the attempt that is posted, C(later) the newest later one in the locker, and
    C(close) whether to close the ticket if it may be closed.
    """
    whole = (comment.message.marker for comment in comments if comment.message.whole)
    verdicts = [marker for marker in whole if marker.kind == VERDICT and marker.ticket == own.ticket]
    ours = None if state.open else closed_by_us(state, verdicts)
    if document["gate"]["status"] == PASS:
        # A FAIL whose run was to collect some packages only, all of them PASS, decides nothing.
        known = [Later(one.attempt, one.status) for one in verdicts if (one.status, one.run) != (FAIL, PASS)]
        known += [later] if later else []
        decision = _passed(state, ours, close)
    elif document["run"]["status"] == FAIL:
        known = [Later(ours.attempt, ours.status)] if ours else []
        known += [later] if later and later.status == PASS else []
        decision = _failed(state, ours)
    else:
        return Decision(STAY, "The ticket stays as it is.")
    newest = max((one for one in known if one.attempt > own.attempt), default=None)
    if newest:
        sentence = f"A later attempt decides: {newest.attempt}, which is {newest.status}."
        return Decision(STAY, sentence, outdated=True)
    others = sorted({comment.message.marker.ticket for comment in comments} - {own.ticket})
    if decision.action != STAY and others:
        return Decision(
            STAY,
            f"This ticket also contains the closure of {', '.join(others)}, so whether to {decision.action} "
            "it is left to people.",
        )
    return decision


def failing(document: Document) -> list[int]:
    """Return the packages of this run that are FAIL."""
    return [number for number in document["run"]["packages"] if _package(document, number)["status"] == FAIL]


def closed_by_us(state: State, verdicts: t.Iterable[Marker]) -> Marker | None:
    """Return the marker of the verdict that closed the ticket, or None.

    A verdict that was interrupted after closing it does not contain the time.
    """
    closed = (marker for marker in verdicts if marker.closed != NOT_CLOSED)
    times = (state.closed_at, CLOSING)
    return next((marker for marker in closed if marker.closed in times or not state.closed_at), None)


def _passed(state: State, ours: Marker | None, close: bool) -> Decision:
    if ours:
        return Decision(STAY, "The ticket is closed with this verdict.", ours.closed)
    if not state.open:
        return Decision(STAY, "The ticket had been closed before, and not by this verdict.")
    if close:
        return Decision(CLOSE, "The ticket is closed with this verdict.", CLOSING)
    return Decision(STAY, "The ticket may close.")


def _failed(state: State, ours: Marker | None) -> Decision:
    if state.open or ours:
        action = STAY if state.open else REOPEN
        return Decision(action, "The ticket is open until all four packages are PASS.")
    sentence = "The ticket may not be closed, and was: not by this closure, which leaves that to people."
    return Decision(STAY, sentence)


def verdict(document: Document, own: Marker, decision: Decision, proof: Proof, analysts: str) -> Message:
    """Return the comment with the result of the closure.

    C(own) is the marker of the attempt, and C(analysts) whom to ask for the root-cause analysis, as the
    ticket addresses people.
    """
    words, told = translated.words_of(document), translated.translated(document)
    release, times = document["release"], document["attempt"]
    status, run = document["gate"]["status"], document["run"]["status"]
    lines = [
        f"Closure of {release['candidate']} on {release['environment']}, commit {release['commit']}",
        f"Collected from {times['started']} to {times['reported']} (UTC)",
        *(f"Package-{n}: {_package(told, n)['status']}. {_note(words, told, n)}" for n in range(4)),
        *merged.lines(told),
        f"Gate: {status}. {words(decision.sentence)}",
        *(f"Left out by policy: {one}" for one in told["gate"].get("left_out", [])),
        *map(words, _migration(_package(document, 1).get("reset_or_stamp") or {})),
        f"Report: {proof.parts} {'part' if proof.parts == 1 else 'parts'}, joined SHA-256 {proof.report}",
        f"Locker: attempt {own.attempt}, SHA-256 {proof.locker}",
        *([f"Closing record: {proof.record}"] if proof.record else []),
    ]
    marker = replace(own, kind=VERDICT, status=status, run=run, closed=decision.closed)
    lead = " ".join(map(words, _lead(document, decision, analysts)))
    return message(marker, "\n".join(map(words, lines)), lead)


def _lead(document: Document, decision: Decision, analysts: str) -> list[str]:
    if document["gate"]["status"] == PASS:
        return ["The closure is PASS: all four packages, for one release."]
    if not document["run"]["packages"]:
        return [
            "The closure collected nothing, which proves nothing: run it again without tags, or with those "
            "of the packages."
        ]
    numbers = failing(document)
    if not numbers:
        return [_without_all(document)]
    if decision.outdated:
        return [f"{_fail(numbers)}. A later attempt decides what becomes of the ticket."]
    asked = follow_up(document)
    analysis = (
        f"{analysts}: {_fail(asked.analyse)}. The full log is in the parts above. Please do the "
        "root-cause analysis here, in this ticket."
    )
    again = (
        f"{named(asked.collect_again)} could not be collected, which says nothing of the release: whoever "
        "runs the closure corrects what the notes below name, and runs it again."
    )
    return [*([analysis] if asked.analyse else []), *([again] if asked.collect_again else [])]


def _fail(numbers: t.Sequence[int]) -> str:
    return f"{named(numbers)} is FAIL" if len(numbers) == 1 else f"{named(numbers)} are FAIL"


def _without_all(document: Document) -> str:
    """Say what the gate lacks where no package that counts is FAIL."""
    lacking = sorted({*range(4)} - set(document["run"]["packages"]))
    names = " and ".join(f"Package-{number}" for number in lacking)
    return (
        f"The packages of this run are PASS. The gate requires all four, and {names} "
        f"{'is' if len(lacking) == 1 else 'are'} not proven in it."
    )


def _migration(section: Document) -> list[str]:
    """Return the decision on tables that exist already, or the question if it is open."""
    if section.get("decision"):
        return [f"Reset or stamp. {sentence}" for sentence in sentences(Choice(**section["decision"]))]
    return [_QUESTION] if section.get("question") else []


def _note(words: Words, document: Document, number: int) -> str:
    note = " ".join(_package(document, number)["note"].split())
    return note if len(note) <= _NOTE else words(f"{note[:_NOTE]}… (whole in the report)")


def _package(document: Document, number: int) -> Document:
    package: Document = document["packages"][f"package_{number}"]
    return package
