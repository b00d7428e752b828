# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report brought into a ticket: its parts in order, the verdict after them, and what the rule asks for.

The ticket is closed only after it was asked for all comments again and showed every part; the parts' join
is then the report's text, by its digest.
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
from .base import Comment, State, Ticket, TicketError
from .marker import NOT_CLOSED, PART, VERDICT, Marker
from .message import Message, message
from .posting import Pace
from .rule import CLOSE, REOPEN, STAY, Decision, Document, Later, Proof

_SECRET = (
    "still holds what looks like a secret after masking, so nothing of it was sent: look for it in the "
    "report, mask it where it comes from, and post again"
)


@dataclass(frozen=True)
class Order:
    """What is to be told.

    Attributes:
        document: the report.
        attempt: the attempt's name in the locker.
        locker: the SHA-256 of the attempt in the locker.
        redact: masks secrets.
        close: whether the ticket is to be closed where it may be.
        label: the label of a ticket with a FAIL; C('') for none.
        analysts: whom to ask for the root-cause analysis, as the ticket addresses people.
        later: the newest later attempt that the locker knows of.
    """

    document: Document
    attempt: str
    locker: str
    redact: Redactor
    close: bool = False
    label: str = ""
    analysts: str = "Dev/Backend"
    later: Later | None = None


@dataclass(frozen=True)
class Told:
    """What came of it.

    Attributes:
        messages: the comments that the ticket shows, or in a preview is to show: the parts, then the verdict.
        comments: the same as the ticket shows them; empty in a preview.
        action: C(close), C(reopen) or C(stay).
        state: the ticket's name for the state that it is in now.
        url: where people read the ticket.
        added: how many comments were, or are to be, added.
        edited: how many were, or are to be, edited.
        report: the SHA-256 of the report's text.
    """

    messages: tuple[Message, ...]
    comments: tuple[Comment, ...]
    action: str
    state: str
    url: str
    added: int
    edited: int
    report: str

    @property
    def changed(self) -> bool:
        """Whether the ticket was changed, or is to be."""
        return bool(self.added or self.edited or self.action != STAY)


def tell(ticket: Ticket, order: Order, pace: Pace) -> Told:
    """Bring the report into the ticket, and carry the closing rule out.

    Raises:
        TicketError: something of it could not be done. What is in the ticket stays; telling again goes on.
    """
    telling = _Telling(ticket, order, pace)
    return telling.carry_out()


def preview(ticket: Ticket, order: Order) -> Told:
    """Return what C(tell()) would do, without writing anything.

    Raises:
        TicketError: the ticket cannot be read.
    """
    pieces = _Pieces(ticket, order)
    state, known = ticket.state(), ticket.comments()
    decision = pieces.decide(state, known)
    wanted = [*pieces.parts, pieces.verdict(decision)]
    changes = posting.plan(posting.slots(known, wanted[0].marker), wanted)
    edited = [change for change in changes if change.kind == posting.EDIT]
    return Told(
        messages=tuple(wanted),
        comments=(),
        action=decision.action,
        state=state.name,
        url=state.url,
        added=len(changes) - len(edited),
        edited=len(edited),
        report=pieces.proof.report,
    )


class _Pieces:
    """The comments that the ticket is to show.

    Raises:
        TicketError: one of them shows a secret, or is longer than the ticket takes.
    """

    def __init__(self, ticket: Ticket, order: Order) -> None:
        self._order = order
        self._ticket = ticket
        self.document: Document = cleaning.clean(dict(order.document), order.redact)
        release = order.document["release"]
        self.marker = Marker(release["ticket"], release["candidate"], order.attempt, PART)
        sections = markdown.sections(self.document)
        self.text = markdown.SEPARATOR.join(sections) + "\n"
        self.parts = self._parts(sections)
        self.proof = Proof(len(self.parts), markers.digest(self.text), order.locker)
        section = self.document["packages"]["package_1"].get("reset_or_stamp") or {}
        self._question = bool(section.get("question"))
        self._choice = Choice(**section["decision"]) if section.get("decision") else None
        for part in self.parts:
            self._check(part)
        if order.redact.shows_folded(self.text):
            raise TicketError(f"the report, with its lines joined, {_SECRET}")

    def decide(self, state: State, known: t.Sequence[Comment]) -> Decision:
        """Apply the closing rule to what the ticket shows."""
        order = self._order
        return rule.decide(self.document, state, known, self.marker, close=order.close, later=order.later)

    def verdict(self, decision: Decision) -> Message:
        """Return the comment behind the parts.

        Raises:
            TicketError: it shows a secret, or is longer than the ticket takes.
        """
        verdict = rule.verdict(
            self.document,
            self.marker,
            replace(decision, sentence=self._clean(decision.sentence)),
            self.proof,
            analysts=self._clean(self._order.analysts),
            choice=self._choice,
            question=self._question,
        )
        self._check(verdict)
        return verdict

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
                f"{name} has {size} characters, of the {self._ticket.characters} of "
                "rc_closure_ticket_characters"
            )


class _Telling:
    """One go at it."""

    def __init__(self, ticket: Ticket, order: Order, pace: Pace) -> None:
        self._ticket = ticket
        self._order = order
        self._pace = pace
        self._pieces = _Pieces(ticket, order)

    def carry_out(self) -> Told:
        state, known = self._ticket.state(), self._ticket.comments()
        decision = self._pieces.decide(state, known)
        wanted = [*self._pieces.parts, self._pieces.verdict(decision)]
        if decision.action == REOPEN:
            self._ticket.reopen()
        outcome = posting.post(self._ticket, wanted, self._pace)
        self._read_back(outcome.comments)
        self._label(decision, state)
        if decision.action == CLOSE:
            outcome.comments[-1] = self._close(decision, state, outcome.comments[-1])
        return Told(
            messages=tuple(comment.message for comment in outcome.comments),
            comments=tuple(outcome.comments),
            action=decision.action,
            state=self._ticket.state().name,
            url=state.url,
            added=outcome.added,
            edited=outcome.edited,
            report=self._pieces.proof.report,
        )

    def _read_back(self, comments: t.Sequence[Comment]) -> None:
        """Join what the ticket shows, and hold it against the report: by its text, not by what was sent."""
        shown = [comment.message for comment in comments if comment.message.marker.kind == PART]
        joined = parts.join(parts.Part(one.text, one.marker.cut) for one in shown)
        if joined != self._pieces.text or not all(one.whole for one in shown):
            raise TicketError(f"the parts in {self._ticket.place}, joined, are not the report; post again")

    def _label(self, decision: Decision, state: State) -> None:
        label, passed = self._order.label, self._pieces.document["gate"]["status"] == PASS
        if decision.outdated:
            return
        if label and decision.failing and label not in state.labels:
            self._ticket.label(label, wanted=True)
        if label and passed and label in state.labels:
            self._ticket.label(label, wanted=False)

    def _close(self, decision: Decision, before: State, verdict: Comment) -> Comment:
        """Close, look whether it is closed, and note in the verdict since when."""
        problem = before.unclosable
        try:
            if not problem:
                self._ticket.close()
        except TicketError as exc:
            problem = str(exc)
        now = self._ticket.state()
        if now.open:
            problem = problem or f"{self._ticket.place} took it and is still {now.name}"
            self._amend(
                verdict, replace(decision, closed=NOT_CLOSED, sentence=f"It could not be closed: {problem}.")
            )
            raise TicketError(f"the report is in {self._ticket.place}, which could not be closed: {problem}")
        return self._amend(verdict, replace(decision, closed=now.closed_at or decision.closed))

    def _amend(self, verdict: Comment, decision: Decision) -> Comment:
        amended = self._pieces.verdict(decision)
        return verdict if amended == verdict.message else self._ticket.edit(verdict, amended)


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
