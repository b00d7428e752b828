# Copyright: (c) 2026, the psp.rc_closure contributors
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
from ...keep.later import Later
from ..report import markdown
from . import cleaning, parts, posting, rule
from . import marker as markers
from .base import Comment, Ticket, TicketError
from .marker import PART, Marker
from .message import Message, message
from .posting import Pace
from .rule import CLOSE, REOPEN, STAY, Decision, Document, Proof

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
    record: str = ""  # who signed the closing record, and its SHA-256


@dataclass(frozen=True)
class Told:
    """What was posted, or in a preview would be."""

    ticket: str  # its name for people
    url: str  # of the ticket's page
    action: str  # close, reopen or stay
    state: str  # what the ticket calls its state now
    added: int
    edited: int
    comments: tuple[Comment, ...]  # the parts, then the verdict; in a preview without ids and URLs
    report_sha256: str

    @property
    def changed(self) -> bool:
        """Whether the ticket was changed, or would be."""
        return bool(self.added or self.edited or self.action != STAY)

    def result(self, verb: str) -> dict[str, t.Any]:
        """Return what a task shows of it."""
        parts, left = len(self.comments) - 1, len(self.comments) - self.added - self.edited
        action = "" if self.action == STAY else f", {self.action} it"
        return {
            "msg": f"{verb} {parts} part{'' if parts == 1 else 's'} and the verdict to {self.ticket}: "
            f"add {self.added}, edit {self.edited}, leave {left}{action}",
            "changed": self.changed,
            **vars(self),
            "comments": [
                {
                    "kind": comment.message.marker.kind,
                    "name": comment.message.marker.name,
                    "sha256": comment.message.marker.sha256,
                    "characters": len(comment.message.text),
                    "url": comment.url,
                }
                for comment in self.comments
            ],
        }


def tell(ticket: Ticket, order: Order, pace: Pace) -> Told:
    """Post the report to the ticket, and carry out the closing rule.

    Raises:
        TicketError: not all of it could be done. What is in the ticket stays; posting again continues.
    """
    work = _Work(ticket, order)
    if work.decision.action == REOPEN:
        ticket.switch(to_open=True)
    outcome = posting.post(ticket, work.wanted, pace)
    work.read_back(outcome.comments)
    work.label()
    if work.decision.action == CLOSE:
        outcome.comments[-1] = work.close(outcome.comments[-1])
    return work.told(outcome.comments, ticket.state().name, len(outcome.added), outcome.edited)


def preview(ticket: Ticket, order: Order) -> Told:
    """Return what C(tell()) would do, without writing anything.

    Raises:
        TicketError: the ticket cannot be read.
    """
    work = _Work(ticket, order)
    _have, changes = posting.plan(work.known, work.wanted)
    edited = sum(change.comment is not None for change in changes)
    comments = [Comment("", "", "", one) for one in work.wanted]
    return work.told(comments, work.state.name, len(changes) - edited, edited)


class _Work:
    """The comments that the ticket has to show, and what else has to be done.

    Raises:
        TicketError: a comment contains a secret, or is longer than the ticket takes.
    """

    def __init__(self, ticket: Ticket, order: Order) -> None:
        self._order = order
        self._ticket = ticket
        self._document: dict[str, t.Any] = cleaning.clean(dict(order.document), order.redact)
        release = order.document["release"]
        self._marker = Marker(release["ticket"], release["candidate"], order.attempt, PART)
        self._sections = markdown.sections(self._document, tags=ticket.frame.tags)
        self._text = markdown.joined(self._sections)
        own_parts = self._parts()
        self._proof = Proof(len(own_parts), markers.digest(self._text), order.locker, order.record)
        if order.redact.shows_folded(self._text):
            raise TicketError(f"the report, with its lines joined, {_SECRET}")
        self.state, self.known = ticket.state(), ticket.comments()
        self.decision = rule.decide(
            self._document, self.state, self.known, self._marker, close=order.close, later=order.later
        )
        self.wanted = [*own_parts, self._verdict(self.decision)]

    def told(self, comments: t.Sequence[Comment], state: str, added: int, edited: int) -> Told:
        place, url, action = self._ticket.place, self.state.url, self.decision.action
        return Told(place, url, action, state, added, edited, tuple(comments), self._proof.report)

    def read_back(self, comments: t.Sequence[Comment]) -> None:
        """Join what the ticket shows and compare it with the report's text, not with what was sent."""
        shown = [comment.message for comment in comments if comment.message.marker.kind == PART]
        if parts.join(parts.Part(one.text, one.marker.cut) for one in shown) != self._text:
            raise TicketError(f"the joined parts in {self._ticket.place} are not the report; post again")

    def label(self) -> None:
        """Add the label on a FAIL, and remove it when the gate is PASS."""
        label, there = self._order.label, self._order.label in self.state.labels
        stays = there and self._document["gate"]["status"] != PASS
        wanted = bool(rule.failing(self._document)) or stays
        if label and wanted != there and not self.decision.outdated:
            self._ticket.label(label, wanted=wanted)

    def close(self, verdict: Comment) -> Comment:
        """Close the ticket, read whether it is closed, and note in the verdict since when."""
        problem, place = self.state.unclosable, self._ticket.place
        try:
            if not problem:
                self._ticket.switch(to_open=False)
        except TicketError as exc:
            problem = str(exc)
        now = self._ticket.state()
        if not now.open:
            return self._amend(verdict, replace(self.decision, closed=now.closed_at or self.decision.closed))
        problem = problem or f"{place} accepted the request and is still {now.name}"
        self._amend(verdict, rule.Decision(STAY, f"It could not be closed: {problem}."))
        raise TicketError(f"the report is in {place}, which could not be closed: {problem}")

    def _amend(self, verdict: Comment, decision: Decision) -> Comment:
        amended = self._verdict(decision)
        return verdict if amended == verdict.message else self._ticket.write(amended, verdict)

    def _verdict(self, decision: Decision) -> Message:
        said = rule.verdict(self._document, self._marker, decision, self._proof, self._order.analysts)
        text, lead = cleaning.clean([said.text, said.lead], self._order.redact)
        return self._checked(message(said.marker, text, lead))

    def _parts(self) -> list[Message]:
        frame, limit = self._ticket.frame, self._ticket.characters
        room = limit - frame.size(Message(markers.longest(self._marker), ""))
        try:
            pieces = parts.split(self._sections, frame.cost, room)
        except ValueError as exc:
            few = f"rc_closure_ticket_jira.characters is {limit}, which is too few: {exc}"
            raise TicketError(few) from exc
        return [
            self._checked(
                message(replace(self._marker, number=number, total=len(pieces), cut=piece.cut), piece.text)
            )
            for number, piece in enumerate(pieces, 1)
        ]

    def _checked(self, one: Message) -> Message:
        """Return the message if it contains no secret and is no longer than the ticket takes."""
        name = one.marker.described
        if any(cleaning.leaks(text, self._order.redact) for text in (one.text, one.lead)):
            raise TicketError(f"{name} {_SECRET}")
        size = self._ticket.frame.size(one)
        if size > self._ticket.characters:
            raise TicketError(
                f"{name} has {size} characters, more than the {self._ticket.characters} of "
                "rc_closure_ticket_jira.characters"
            )
        return one
