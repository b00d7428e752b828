# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How comments get into a ticket: what is missing is added, what differs is edited, the rest is left.

A closure's comments in a ticket are slots, in the order of their creation. The wanted comments are laid onto
them in order, so that an interrupted posting continues where it stopped, posting again changes nothing, and
no part is there twice. A comment counts as posted only if the ticket, read again, shows it.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from .base import Comment, Ticket, TicketError, UnsureError
from .marker import VOID, Marker
from .message import Message, message

# How often the ticket is read and mended before it is given up.
_ROUNDS = 6
_STALE_PAUSE = 2.0
_VOID_TEXT = "This comment is no longer in use."


class Change(t.NamedTuple):
    """One request to make."""

    message: Message
    comment: Comment | None  # the one to edit, None to add one


@dataclass
class Pace:
    """When the next request that writes may be made, and who is told of the progress."""

    wait: t.Callable[[float], bool]  # waits for so many seconds; whether there is time left
    interval: float = 0.0  # seconds between two requests that write
    tell: t.Callable[[int, int], None] = lambda done, total: None  # changes made, and to make
    _wrote: bool = field(default=False, init=False)

    def before_write(self) -> None:
        """Wait for the turn.

        Raises:
            TicketError: the time is up.
        """
        if self._wrote and not self.wait(self.interval):
            raise TicketError(
                "posting took longer than rc_closure_ticket_limit: post again, or make the limit larger"
            )
        self._wrote = True


@dataclass
class Outcome:
    """The comments as the ticket shows them, and how many were written."""

    comments: list[Comment]
    added: int = 0
    edited: int = 0


def slots(comments: t.Iterable[Comment], marker: Marker) -> list[Comment]:
    """Return the comments of a marker's attempt, in order."""
    return [comment for comment in comments if comment.message.marker.same_attempt(marker)]


def plan(have: t.Sequence[Comment], wanted: t.Sequence[Message]) -> list[Change]:
    """Return what to do so that the slots show the wanted messages, in order, and nothing else."""
    changes = []
    for slot, want in itertools.zip_longest(have, wanted):
        text = want or _void(slot.message.marker)
        if slot is None or slot.message != text:
            changes.append(Change(text, slot))
    return changes


def post(ticket: Ticket, wanted: t.Sequence[Message], pace: Pace) -> Outcome:
    """Post the wanted messages, and return what the ticket shows of them.

    Raises:
        TicketError: they are not all there. What is there stays, and posting again continues from it.
    """
    outcome, doubt = Outcome([]), ""
    made: set[str] = set()
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


def _look(ticket: Ticket, marker: Marker, made: set[str], pace: Pace) -> list[Comment]:
    """Return the slots, once the ticket shows all comments that it accepted.

    A list may come from a copy that is a moment behind: what it lacks may be there.
    """
    for _try in range(_ROUNDS):
        have = slots(ticket.comments(), marker)
        lost = sorted(made - {comment.id for comment in have})
        if not lost or not pace.wait(_STALE_PAUSE):
            return have
    raise TicketError(
        f"{ticket.place} accepted the comment {lost[0]} and does not show it: somebody has deleted it; "
        "post again"
    )


def _carry_out(
    ticket: Ticket, changes: t.Sequence[Change], made: set[str], pace: Pace, outcome: Outcome
) -> None:
    for done, change in enumerate(changes):
        pace.tell(done, len(changes))
        pace.before_write()
        if change.comment:
            ticket.edit(change.comment, change.message)
            outcome.edited += 1
        else:
            made.add(ticket.add(change.message).id)
            outcome.added += 1


def _void(marker: Marker) -> Message:
    return message(Marker(marker.ticket, marker.release, marker.attempt, VOID), _VOID_TEXT)


def _difference(changes: t.Sequence[Change]) -> str:
    """Return the sentence for a ticket that accepted everything and still shows something else."""
    if not changes:
        return "the ticket accepted what was sent only after the last try; post again"
    want, slot = changes[0]
    own = want.marker
    part = f"part {own.number}/{own.total}" if own.number else f"the {own.kind}"
    if slot is None:
        return f"the ticket accepted {part} and does not show it; post again"
    pairs = zip(want.text, slot.message.text, strict=False)
    place = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(want.text), len(slot.message.text)))
    return f"{part} is not what was sent, from character {place + 1} on: {slot.url}"
