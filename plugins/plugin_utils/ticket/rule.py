# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing rule: what a report means for the ticket, and the words that say so. Pure.

The checklist: the ticket does not close unless Package-0, 1, 2 and 3 are all PASS. If any is FAIL, the FAIL
and its full log go into the ticket, and the root-cause analysis is done by Dev/Backend on the same ticket.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..judge.base import FAIL, PASS
from .base import Comment, State
from .marker import CLOSING, NOT_CLOSED, VERDICT, Marker
from .message import Message, message

CLOSE = "close"
REOPEN = "reopen"
STAY = "stay"

# A note is one sentence; one that quotes a long line is whole in the report.
_NOTE = 1000

Document = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Decision:
    """What is to become of the ticket.

    Attributes:
        action: C(close), C(reopen) or C(stay).
        closed: what the verdict's marker says of it.
        sentence: what the verdict says of it.
        failing: the packages of this run that are FAIL.
    """

    action: str
    closed: str
    sentence: str
    failing: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """The operator's decision on tables that exist already.

    Attributes:
        what: C(reset) or C(stamp).
        by: who decided.
        reason: why.
    """

    what: str
    by: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """What the verdict vouches for.

    Attributes:
        parts: how many parts the report has.
        report: the SHA-256 of the report's text, as the parts give it when they are joined.
        locker: the SHA-256 of the attempt in the locker.
    """

    parts: int
    report: str
    locker: str


def decide(document: Document, state: State, comments: t.Iterable[Comment], *, close: bool) -> Decision:
    """Apply the rule.

    Args:
        document: the report.
        state: the ticket's.
        comments: all of this collection's in the ticket.
        close: whether the ticket is to be closed where it may be.
    """
    failing = tuple(n for n in document["run"]["packages"] if _package(document, n)["status"] == FAIL)
    ours = "" if state.open else closed_by_us(state, comments)
    if document["gate"]["status"] == PASS:
        return _passed(state, ours, close)
    if failing or not document["run"]["packages"]:
        return _failed(state, ours, failing)
    return Decision(STAY, NOT_CLOSED, "The ticket stays as it is.", ())


def closed_by_us(state: State, comments: t.Iterable[Comment]) -> str:
    """Return what the verdict that closed the ticket says of when, or C('') where no verdict did.

    One that was to close it and was cut off after that knows no time.
    """
    for comment in comments:
        marker = comment.message.marker
        known = marker.closed == state.closed_at or not state.closed_at or marker.closed == CLOSING
        if marker.kind == VERDICT and marker.closed != NOT_CLOSED and known:
            return marker.closed
    return ""


def _passed(state: State, ours: str, close: bool) -> Decision:
    if ours:
        return Decision(STAY, ours, "The ticket is closed with this verdict.", ())
    if not state.open:
        return Decision(STAY, NOT_CLOSED, "The ticket had been closed before, and not by this verdict.", ())
    if close:
        return Decision(CLOSE, CLOSING, "The ticket is closed with this verdict.", ())
    return Decision(STAY, NOT_CLOSED, "The ticket may close.", ())


def _failed(state: State, ours: str, failing: tuple[int, ...]) -> Decision:
    stays = "The ticket is open until all four packages are PASS."
    if state.open:
        return Decision(STAY, NOT_CLOSED, stays, failing)
    if ours:
        return Decision(REOPEN, NOT_CLOSED, stays, failing)
    sentence = "The ticket may not be closed, and was: not by this closure, which leaves that to people."
    return Decision(STAY, NOT_CLOSED, sentence, failing)


def verdict(
    document: Document,
    marker: Marker,
    decision: Decision,
    proof: Proof,
    *,
    analysts: str,
    choice: Choice | None = None,
    question: bool = False,
) -> Message:
    """Return the comment that says what came of the closure.

    Args:
        document: the report.
        marker: of the attempt.
        decision: what becomes of the ticket.
        proof: what the verdict vouches for.
        analysts: whom to ask for the root-cause analysis, as the ticket addresses people.
        choice: the operator's decision on tables that exist already.
        question: whether that is to be decided.
    """
    status = document["gate"]["status"]
    own = Marker(
        marker.ticket, marker.release, marker.attempt, VERDICT, status=status, closed=decision.closed
    )
    lines = [
        *_head(document),
        *(f"Package-{n}: {_package(document, n)['status']}. {_note(document, n)}" for n in range(4)),
        f"Gate: {status}. {decision.sentence}",
        *_migration(choice, question),
        f"Report: {proof.parts} {'part' if proof.parts == 1 else 'parts'}, joined SHA-256 {proof.report}",
        f"Locker: attempt {marker.attempt}, SHA-256 {proof.locker}",
    ]
    return message(own, "\n".join(lines), _lead(document, decision, analysts))


def _head(document: Document) -> list[str]:
    release = document["release"]
    return [
        f"Closure of {release['candidate']} on {release['environment']}, commit {release['commit']}",
        f"Collected from {document['attempt']['started']} to {document['attempt']['reported']} (UTC)",
    ]


def _lead(document: Document, decision: Decision, analysts: str) -> str:
    if document["gate"]["status"] == PASS:
        return "The closure is PASS: all four packages, for one release."
    if not document["run"]["packages"]:
        return "The closure collected nothing, which proves nothing."
    if not decision.failing:
        return "The packages of this run are PASS. The gate wants all four in one run."
    failing = " and ".join(f"Package-{number}" for number in decision.failing)
    return (
        f"{analysts}: {failing} {'is' if len(decision.failing) == 1 else 'are'} FAIL. The full log is in the "
        "parts above. Please do the root-cause analysis here, in this ticket."
    )


def _migration(choice: Choice | None, question: bool) -> list[str]:
    asked = (
        "Reset or stamp: what the migrations would make is there already. Please decide here; what to decide "
        "by is in the report, under Reset or stamp. Set package_1_migration_decision to record it."
    )
    if choice is None:
        return [asked] if question else []
    return [
        f"Reset or stamp: {choice.what}, decided by {_line(choice.by)}: {_line(choice.reason)}",
        "That decision turns nothing into PASS: Package-1 is judged by what the next run shows.",
    ]


def _note(document: Document, number: int) -> str:
    note = _line(_package(document, number)["note"])
    return note if len(note) <= _NOTE else f"{note[:_NOTE]}… (whole in the report)"


def _line(text: str) -> str:
    return " ".join(text.split())


def _package(document: Document, number: int) -> t.Mapping[str, t.Any]:
    package: t.Mapping[str, t.Any] = document["packages"][f"package_{number}"]
    return package
