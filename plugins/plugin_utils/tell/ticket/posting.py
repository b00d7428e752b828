# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How comments come into a ticket: what is missing is added, what differs is edited, what is right is left.

A closure's comments in a ticket are slots, in the order of their creation. The wanted comments are laid onto
them in order; so a posting that was cut off goes on where it ended, one that comes again changes nothing,
and no part is there twice. What was done is believed only where the ticket, asked again, shows it.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from .base import Comment, Ticket, TicketError, UnsureError
from .marker import VOID, Marker
from .message import Message, message

ADD = "add"
EDIT = "edit"
# How often is looked and mended before the ticket is given up.
_ROUNDS = 6
_STALE_PAUSE = 2.0
_VOID_TEXT = "This comment is no longer in use."


@dataclass(frozen=True)
class Change:
    """One request to make: C(comment) is the one to edit, None for one to add."""

    message: Message
    comment: Comment | None

    @property
    def kind(self) -> str:
        """C(add) or C(edit)."""
        return EDIT if self.comment else ADD


@dataclass
class Pace:
    """When the next request that writes may be made, and what is told meanwhile.

    Attributes:
        wait: waits for so many seconds, and returns whether there is time left.
        interval: seconds between two requests that write.
        tell: is told how many of how many changes are made.
    """

    wait: t.Callable[[float], bool]
    interval: float = 0.0
    tell: t.Callable[[int, int], None] = lambda done, total: None
    _wrote: bool = field(default=False, init=False)

    def before_write(self) -> None:
        """Wait for the turn.

        Raises:
            TicketError: the time is up.
        """
        if self._wrote and not self.wait(self.interval):
            raise TicketError("the time that posting may take is up")
        self._wrote = True


@dataclass
class Outcome:
    """What came of a posting: the comments as the ticket shows them, and how many were written."""

    comments: list[Comment]
    added: int = 0
    edited: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.added or self.edited)


def slots(comments: t.Iterable[Comment], marker: Marker) -> list[Comment]:
    """Return the comments of a marker's attempt, in order."""
    return [comment for comment in comments if comment.message.marker.same_attempt(marker)]


def plan(have: t.Sequence[Comment], wanted: t.Sequence[Message]) -> list[Change]:
    """Return what is to be done so that the slots show the wanted messages, in order, and nothing else."""
    changes = []
    for slot, want in itertools.zip_longest(have, wanted):
        text = want or _void(slot.message.marker)
        if slot is None or slot.message != text:
            changes.append(Change(text, slot))
    return changes


def post(ticket: Ticket, wanted: t.Sequence[Message], pace: Pace) -> Outcome:
    """Bring the wanted messages into the ticket, and return what it shows of them.

    Raises:
        TicketError: they are not all there. What is there stays, and posting again goes on from it.
    """
    outcome, doubt = Outcome([]), ""
    made: dict[str, Comment] = {}
    for number in range(_ROUNDS):
        if number > 1:
            pace.wait(_STALE_PAUSE)
        have = _look(ticket, wanted[0].marker, made, pace)
        changes = plan(have, wanted)
        if not changes:
            outcome.comments = have[: len(wanted)]
            return outcome
        try:
            _carry_out(ticket, changes, made, pace, outcome)
            doubt = ""
        except UnsureError as exc:
            doubt = str(exc)
            if not pace.wait(_STALE_PAUSE):
                break
    raise TicketError(doubt or _difference(plan(slots(ticket.comments(), wanted[0].marker), wanted)))


def _look(ticket: Ticket, marker: Marker, made: t.Mapping[str, Comment], pace: Pace) -> list[Comment]:
    """Return the slots, once the ticket shows all comments that it said it has taken.

    A list may come from a copy that is a moment behind; what is missing in it is not missing.
    """
    for _try in range(_ROUNDS):
        have = slots(ticket.comments(), marker)
        if made.keys() <= {comment.id for comment in have} or not pace.wait(_STALE_PAUSE):
            return have
    lost = sorted(made.keys() - {comment.id for comment in have})
    raise TicketError(
        f"{ticket.place} took the comment {lost[0]}, and does not show it: somebody has deleted it"
    )


def _carry_out(
    ticket: Ticket, changes: t.Sequence[Change], made: dict[str, Comment], pace: Pace, outcome: Outcome
) -> None:
    for done, change in enumerate(changes):
        pace.tell(done, len(changes))
        pace.before_write()
        if change.comment:
            ticket.edit(change.comment, change.message)
            outcome.edited += 1
        else:
            comment = ticket.add(change.message)
            made[comment.id] = comment
            outcome.added += 1


def _void(marker: Marker) -> Message:
    return message(Marker(marker.ticket, marker.release, marker.attempt, VOID), _VOID_TEXT)


def _difference(changes: t.Sequence[Change]) -> str:
    """Return the sentence for a ticket that took everything and still shows something else."""
    if not changes:
        return "the ticket took what was sent only after it was given up; post again"
    want, slot = changes[0].message, changes[0].comment
    part = (
        f"part {want.marker.number}/{want.marker.total}" if want.marker.number else f"the {want.marker.kind}"
    )
    if slot is None:
        return f"{part} was taken by the ticket and is not shown by it"
    pairs = zip(want.text, slot.message.text, strict=False)
    place = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(want.text), len(slot.message.text)))
    return f"{part} reads back another than it was sent, from character {place + 1} on: {slot.url}"
