# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing rule: what a report means for the ticket, and the sentences of the verdict. Pure.

The checklist: the ticket does not close unless Package-0, 1, 2 and 3 are all PASS. If any is FAIL, the FAIL
and its full log go into the ticket, and the root-cause analysis is done by Dev/Backend on the same ticket.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ...judge.base import FAIL, PASS
from ..report import migration_decision
from ..report.migration_decision import Choice
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
    """What becomes of the ticket."""

    action: str  # close, reopen or stay
    closed: str  # for the verdict's marker
    sentence: str  # for the verdict
    failing: tuple[int, ...] = ()  # the packages of this run that are FAIL
    outdated: bool = False  # whether a later attempt decides, so that this one leaves the ticket as it is


@dataclass(frozen=True)
class Later:
    """An attempt later than the one that is posted."""

    attempt: str  # its name, a time in UTC
    what: str  # PASS, FAIL, or what else is known of it


@dataclass(frozen=True)
class Proof:
    """What the verdict vouches for."""

    parts: int  # of the report
    report: str  # SHA-256 of the report's text, which is that of the joined parts
    locker: str  # SHA-256 of the attempt in the locker


def decide(
    document: Document,
    state: State,
    comments: t.Sequence[Comment],
    own: Marker,
    *,
    close: bool,
    later: Later | None = None,
) -> Decision:
    """Apply the rule to all of this collection's comments in the ticket.

    Args:
        document: the report.
        state: the ticket's.
        comments: in any order.
        own: the marker of the attempt that is posted.
        close: whether to close the ticket if it may be closed.
        later: the newest later attempt in the locker.
    """
    failing = tuple(n for n in document["run"]["packages"] if _package(document, n)["status"] == FAIL)
    verdicts = [comment.message.marker for comment in comments if _is_verdict(comment, own.ticket)]
    ours = None if state.open else closed_by_us(state, verdicts)
    if document["gate"]["status"] == PASS:
        after = _newest(later, _later_verdict(verdicts, own))
        decision = _outdated(after, ()) if after else _passed(state, ours, close)
    elif failing or not document["run"]["packages"]:
        after = _newest(later if later and later.what == PASS else None, _later_closing(ours, own))
        decision = _outdated(after, failing) if after else _failed(state, ours, failing)
    else:
        decision = Decision(STAY, NOT_CLOSED, "The ticket stays as it is.")
    return _shared(decision, comments, own)


def closed_by_us(state: State, verdicts: t.Iterable[Marker]) -> Marker | None:
    """Return the marker of the verdict that closed the ticket, or None.

    A verdict that was interrupted after closing it does not contain the time.
    """
    for marker in verdicts:
        known = marker.closed == state.closed_at or not state.closed_at or marker.closed == CLOSING
        if marker.closed != NOT_CLOSED and known:
            return marker
    return None


def _is_verdict(comment: Comment, ticket: str) -> bool:
    """Whether it is a verdict on this ticket, and unedited."""
    own = comment.message.marker
    return own.kind == VERDICT and own.ticket == ticket and comment.message.whole


def _later_verdict(verdicts: t.Sequence[Marker], own: Marker) -> Later | None:
    """Return the newest later verdict that is a PASS of all packages or a FAIL; its locker may be another."""
    deciding = [
        one for one in verdicts if one.attempt > own.attempt and (one.status, one.run) != (FAIL, PASS)
    ]
    return _newest(*(Later(one.attempt, one.status) for one in deciding))


def _later_closing(ours: Marker | None, own: Marker) -> Later | None:
    """Return the later verdict that closed the ticket."""
    return Later(ours.attempt, ours.status) if ours and ours.attempt > own.attempt else None


def _newest(*known: Later | None) -> Later | None:
    return max((one for one in known if one), key=lambda one: one.attempt, default=None)


def _outdated(after: Later, failing: tuple[int, ...]) -> Decision:
    sentence = f"A later attempt decides: {after.attempt}, which is {after.what}."
    return Decision(STAY, NOT_CLOSED, sentence, failing, outdated=True)


def _shared(decision: Decision, comments: t.Sequence[Comment], own: Marker) -> Decision:
    """Leave a ticket that contains the closure of another one to people: it may be the wrong one."""
    others = sorted({comment.message.marker.ticket for comment in comments} - {own.ticket})
    if decision.action == STAY or not others:
        return decision
    sentence = (
        f"This ticket also contains the closure of {', '.join(others)}, so whether to {decision.action} it "
        "is left to people."
    )
    return replace(decision, action=STAY, closed=NOT_CLOSED, sentence=sentence)


def _passed(state: State, ours: Marker | None, close: bool) -> Decision:
    if ours:
        return Decision(STAY, ours.closed, "The ticket is closed with this verdict.")
    if not state.open:
        return Decision(STAY, NOT_CLOSED, "The ticket had been closed before, and not by this verdict.")
    if close:
        return Decision(CLOSE, CLOSING, "The ticket is closed with this verdict.")
    return Decision(STAY, NOT_CLOSED, "The ticket may close.")


def _failed(state: State, ours: Marker | None, failing: tuple[int, ...]) -> Decision:
    if state.open or ours:
        stays = "The ticket is open until all four packages are PASS."
        return Decision(STAY if state.open else REOPEN, NOT_CLOSED, stays, failing)
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
    """Return the comment with the result of the closure.

    Args:
        document: the report.
        marker: of the attempt.
        decision: what becomes of the ticket.
        proof: what the verdict vouches for.
        analysts: whom to ask for the root-cause analysis, as the ticket addresses people.
        choice: the operator's decision on tables that exist already.
        question: whether that is open.
    """
    status, run = document["gate"]["status"], document["run"]["status"]
    own = Marker(
        marker.ticket, marker.release, marker.attempt, VERDICT, status=status, run=run, closed=decision.closed
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
        return "The packages of this run are PASS. The gate requires all four in one run."
    failing = " and ".join(f"Package-{number}" for number in decision.failing)
    said = f"{failing} {'is' if len(decision.failing) == 1 else 'are'} FAIL"
    if decision.outdated:
        return f"{said}. A later attempt decides what becomes of the ticket."
    return (
        f"{analysts}: {said}. The full log is in the parts above. Please do the root-cause analysis here, in "
        "this ticket."
    )


def _migration(choice: Choice | None, question: bool) -> list[str]:
    asked = (
        "Reset or stamp: what the migrations would create exists already. Please decide here; the facts are "
        "in the report, under Reset or stamp. Set rc_closure_decision to record it."
    )
    if choice is None:
        return [asked] if question else []
    return [f"Reset or stamp. {sentence}" for sentence in migration_decision.sentences(choice)]


def _note(document: Document, number: int) -> str:
    note = " ".join(_package(document, number)["note"].split())
    return note if len(note) <= _NOTE else f"{note[:_NOTE]}… (whole in the report)"


def _package(document: Document, number: int) -> t.Mapping[str, t.Any]:
    package: t.Mapping[str, t.Any] = document["packages"][f"package_{number}"]
    return package
