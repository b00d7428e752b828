# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How comments get into a ticket: what is missing is added, what differs is edited, the rest is left.

A closure's comments in a ticket are slots, in the order of their creation. The wanted comments are laid onto
them in order, so that an interrupted posting continues where it stopped, posting again changes nothing, and
no part is there twice. A comment counts as posted only if the ticket, read again, shows it.
"""

from __future__ import annotations

import itertools
import os
import typing as t
from dataclasses import dataclass, field

from .base import Comment, Ticket, TicketError, UnsureError
from .marker import VOID, Marker
from .message import Message, message

# How often the ticket is read, and mended or waited for, before it is given up.
_ROUNDS = 10
_STALE_PAUSE = 2.0


class Change(t.NamedTuple):
    """One request to make."""

    message: Message
    comment: Comment | None  # the one to edit, None to add one


@dataclass
class Pace:
    """When the next request that writes may be made, and how far the posting is."""

    wait: t.Callable[[float], bool]  # waits for so many seconds; whether there is time left
    interval: float = 0.0  # seconds between two requests that write
    progress: str = "reading its comments"  # for people


@dataclass
class Outcome:
    """The comments as the ticket shows them, and how many were written."""

    comments: list[Comment] = field(default_factory=list)
    added: list[str] = field(default_factory=list)  # their ids
    edited: int = 0


def plan(comments: t.Iterable[Comment], wanted: t.Sequence[Message]) -> tuple[list[Comment], list[Change]]:
    """Return an attempt's comments, in order, and the changes that make them the wanted ones."""
    own = wanted[0].marker
    have = [comment for comment in comments if comment.message.marker.same_attempt(own)]
    void = message(Marker(own.ticket, own.release, own.attempt, VOID), "This comment is no longer in use.")
    pairs = (Change(want or void, slot) for slot, want in itertools.zip_longest(have, wanted))
    return have, [one for one in pairs if not one.comment or one.comment.message != one.message]


def post(ticket: Ticket, wanted: t.Sequence[Message], pace: Pace) -> Outcome:
    """Post the wanted messages, and return what the ticket shows of them.

    Raises:
        TicketError: they are not all there. What is there stays, and posting again continues from it.
    """
    outcome, problem = Outcome(), ""
    for number in range(_ROUNDS):
        if number > 1 and not pace.wait(_STALE_PAUSE):
            break
        have, changes = plan(ticket.comments(), wanted)
        lost = sorted({*outcome.added} - {comment.id for comment in have})
        if lost:
            # A list may come from a copy that is a moment behind: what it lacks may be there.
            problem = (
                f"{ticket.place} accepted the comment {lost[0]} and does not show it: somebody has deleted "
                "it; post again"
            )
            continue
        if not changes:
            outcome.comments = have[: len(wanted)]
            return outcome
        problem = _difference(changes[0])
        try:
            _carry_out(ticket, changes, pace, outcome)
        except UnsureError as exc:
            problem = str(exc)
            pace.wait(_STALE_PAUSE)
    raise TicketError(problem)


def _carry_out(ticket: Ticket, changes: t.Sequence[Change], pace: Pace, outcome: Outcome) -> None:
    for done, change in enumerate(changes):
        pace.progress = f"{done} of {len(changes)} comments"
        if (outcome.added or outcome.edited) and not pace.wait(pace.interval):
            raise TicketError(
                "posting took longer than rc_closure_ticket_limit: post again, or make the limit larger"
            )
        written = ticket.write(change.message, change.comment)
        if change.comment:
            outcome.edited += 1
        else:
            outcome.added.append(written.id)


def _difference(change: Change) -> str:
    """Return the sentence for a ticket that accepted everything and still shows something else."""
    want, slot = change
    part = want.marker.described
    if slot is None:
        return f"the ticket accepted {part} and does not show it; post again"
    same = len(os.path.commonprefix([want.text, slot.message.text]))
    return f"{part} is not what was sent, from character {same + 1} on: {slot.url}"
