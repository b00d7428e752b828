# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report posted to a ticket: its parts in order, the verdict, and what the closing rule requires.

The ticket is closed only after all comments were read again and every part was there, and the joined parts
were the report's text.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ....module_utils._core.redaction import Redactor
from ...judge.base import PASS
from ..report import markdown
from ..report.migration_decision import Choice
from . import cleaning, parts, posting, rule
from . import marker as markers
from .base import Comment, Ticket, TicketError
from .marker import NOT_CLOSED, PART, VERDICT, Marker
from .message import Message, message
from .posting import Pace
from .rule import CLOSE, REOPEN, STAY, Decision, Document, Later, Proof

_SECRET = (
    "still contains what looks like a secret after masking, so nothing of it was sent: find it in the "
    "report, mask it where it comes from, and post again"
)


@dataclass(frozen=True)
class Order:
    """What to post."""

    document: Document  # the report
    attempt: str  # its name in the locker
    locker: str  # SHA-256 of the attempt in the locker
    redact: Redactor
    close: bool = False  # whether to close the ticket if it may be closed
    label: str = ""  # of a ticket with a FAIL
    analysts: str = "Dev/Backend"  # whom to ask for the root-cause analysis, as the ticket addresses people
    later: Later | None = None  # the newest later attempt in the locker


@dataclass(frozen=True)
class Told:
    """What was posted, or in a preview would be."""

    messages: tuple[Message, ...]  # the parts, then the verdict
    comments: tuple[Comment, ...]  # the same as the ticket shows them; empty in a preview
    action: str  # close, reopen or stay
    state: str  # what the ticket calls its state now
    url: str  # of the ticket's page
    added: int
    edited: int
    report: str  # SHA-256 of the report's text

    @property
    def changed(self) -> bool:
        """Whether the ticket was changed, or would be."""
        return bool(self.added or self.edited or self.action != STAY)


def tell(ticket: Ticket, order: Order, pace: Pace) -> Told:
    """Post the report to the ticket, and carry out the closing rule.

    Raises:
        TicketError: not all of it could be done. What is in the ticket stays; posting again continues.
    """
    work = _Work(ticket, order)
    if work.decision.action == REOPEN:
        ticket.reopen()
    outcome = posting.post(ticket, work.wanted, pace)
    work.read_back(outcome.comments)
    work.label()
    if work.decision.action == CLOSE:
        outcome.comments[-1] = work.close(outcome.comments[-1])
    shown = [comment.message for comment in outcome.comments]
    name = ticket.state().name
    return work.told(shown, outcome.comments, name, added=outcome.added, edited=outcome.edited)


def preview(ticket: Ticket, order: Order) -> Told:
    """Return what C(tell()) would do, without writing anything.

    Raises:
        TicketError: the ticket cannot be read.
    """
    work = _Work(ticket, order)
    changes = posting.plan(posting.slots(work.known, work.wanted[0].marker), work.wanted)
    edited = sum(change.comment is not None for change in changes)
    return work.told(work.wanted, (), work.state.name, added=len(changes) - edited, edited=edited)


class _Work:
    """The comments that the ticket has to show, and what else has to be done.

    Raises:
        TicketError: a comment contains a secret, or is longer than the ticket takes.
    """

    def __init__(self, ticket: Ticket, order: Order) -> None:
        self._order = order
        self._ticket = ticket
        self.document: Document = cleaning.clean(dict(order.document), order.redact)
        release = order.document["release"]
        self.marker = Marker(release["ticket"], release["candidate"], order.attempt, PART)
        sections = markdown.sections(self.document)
        self.text = markdown.SEPARATOR.join(sections) + "\n"
        own_parts = self._parts(sections)
        self.proof = Proof(len(own_parts), markers.digest(self.text), order.locker)
        for part in own_parts:
            self._check(part)
        if order.redact.shows_folded(self.text):
            raise TicketError(f"the report, with its lines joined, {_SECRET}")
        self.state, self.known = ticket.state(), ticket.comments()
        self.decision = rule.decide(
            self.document, self.state, self.known, self.marker, close=order.close, later=order.later
        )
        self.wanted = [*own_parts, self.verdict(self.decision)]

    def told(
        self,
        messages: t.Sequence[Message],
        comments: t.Sequence[Comment],
        state: str,
        **counts: int,
    ) -> Told:
        """Return the result."""
        return Told(
            messages=tuple(messages),
            comments=tuple(comments),
            action=self.decision.action,
            state=state,
            url=self.state.url,
            report=self.proof.report,
            **counts,
        )

    def verdict(self, decision: Decision) -> Message:
        """Return the comment after the parts.

        Raises:
            TicketError: it contains a secret, or is longer than the ticket takes.
        """
        section = self.document["packages"]["package_1"].get("reset_or_stamp") or {}
        verdict = rule.verdict(
            self.document,
            self.marker,
            replace(decision, sentence=self._clean(decision.sentence)),
            self.proof,
            analysts=self._clean(self._order.analysts),
            choice=Choice(**section["decision"]) if section.get("decision") else None,
            question=bool(section.get("question")),
        )
        self._check(verdict)
        return verdict

    def read_back(self, comments: t.Sequence[Comment]) -> None:
        """Join what the ticket shows and compare it with the report's text, not with what was sent."""
        shown = [comment.message for comment in comments if comment.message.marker.kind == PART]
        joined = parts.join(parts.Part(one.text, one.marker.cut) for one in shown)
        if joined != self.text or not all(one.whole for one in shown):
            raise TicketError(f"the joined parts in {self._ticket.place} are not the report; post again")

    def label(self) -> None:
        """Add the label on a FAIL, and remove it when the gate is PASS."""
        label, there = self._order.label, self._order.label in self.state.labels
        if not label or self.decision.outdated:
            return
        if self.decision.failing and not there:
            self._ticket.label(label, wanted=True)
        if self.document["gate"]["status"] == PASS and there:
            self._ticket.label(label, wanted=False)

    def close(self, verdict: Comment) -> Comment:
        """Close the ticket, read whether it is closed, and note in the verdict since when."""
        problem, place = self.state.unclosable, self._ticket.place
        try:
            if not problem:
                self._ticket.close()
        except TicketError as exc:
            problem = str(exc)
        now = self._ticket.state()
        if not now.open:
            return self._amend(verdict, replace(self.decision, closed=now.closed_at or self.decision.closed))
        problem = problem or f"{place} accepted the request and is still {now.name}"
        sentence = f"It could not be closed: {problem}."
        self._amend(verdict, replace(self.decision, closed=NOT_CLOSED, sentence=sentence))
        raise TicketError(f"the report is in {place}, which could not be closed: {problem}")

    def _amend(self, verdict: Comment, decision: Decision) -> Comment:
        amended = self.verdict(decision)
        return verdict if amended == verdict.message else self._ticket.edit(verdict, amended)

    def _clean(self, text: str) -> str:
        return str(cleaning.clean(text, self._order.redact))

    def _parts(self, sections: t.Sequence[str]) -> list[Message]:
        frame, limit = self._ticket.frame, self._ticket.characters
        room = limit - frame.size(Message(markers.longest(self.marker), ""))
        try:
            pieces = parts.split(sections, frame.cost, room)
        except ValueError as exc:
            raise TicketError(f"rc_closure_ticket_characters is {limit}, which is too few: {exc}") from exc
        total = len(pieces)
        return [
            message(replace(self.marker, number=number, total=total, cut=piece.cut), piece.text)
            for number, piece in enumerate(pieces, 1)
        ]

    def _check(self, one: Message) -> None:
        name = f"part {one.marker.number}/{one.marker.total}" if one.marker.number else "the verdict"
        if any(cleaning.leaks(text, self._order.redact) for text in (one.text, one.lead)):
            raise TicketError(f"{name} {_SECRET}")
        size = self._ticket.frame.size(one)
        if size > self._ticket.characters:
            raise TicketError(
                f"{name} has {size} characters, more than the {self._ticket.characters} of "
                "rc_closure_ticket_characters"
            )


def summary(told: Told) -> list[dict[str, t.Any]]:
    """Return for each comment what a task shows of it."""
    urls = [comment.url for comment in told.comments] or [""] * len(told.messages)
    return [
        {
            "kind": one.marker.kind,
            "name": VERDICT if one.marker.kind == VERDICT else f"{one.marker.number}/{one.marker.total}",
            "sha256": one.marker.sha256,
            "characters": len(one.text),
            "url": url,
        }
        for one, url in zip(told.messages, urls, strict=True)
    ]
