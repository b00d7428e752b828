# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a ticket is to this collection, whoever keeps it."""

from __future__ import annotations

import abc
from dataclasses import dataclass

from .message import Frame, Message


class TicketError(Exception):
    """The ticket does not do what was asked of it: one sentence that says what to mend."""


class UnsureError(TicketError):
    """No answer came, so what was asked for may have been done or not: only looking again tells."""


@dataclass(frozen=True)
class Comment:
    """One of this collection's comments, as the ticket shows it.

    Attributes:
        id: the ticket's own.
        url: where people read it.
        author: who wrote it, for sentences.
        message: what it says.
    """

    id: str
    url: str
    author: str
    message: Message


@dataclass(frozen=True)
class State:
    """A ticket's state.

    Attributes:
        open: whether it is open.
        name: what the ticket calls it.
        closed_at: when it was closed, as the ticket writes it, or C('').
        labels: its labels.
        url: where people read the ticket.
        unclosable: why it must not be closed, or C('').
    """

    open: bool
    name: str
    closed_at: str
    labels: tuple[str, ...]
    url: str
    unclosable: str = ""


class Ticket(abc.ABC):
    """A ticket. All methods raise C(TicketError).

    Attributes:
        place: what people call the ticket, for sentences.
        frame: how comments are written down.
        characters: the longest comment that it takes.
    """

    place: str
    frame: Frame
    characters: int

    @abc.abstractmethod
    def state(self) -> State:
        """Return the state that the ticket is in now."""

    @abc.abstractmethod
    def comments(self) -> list[Comment]:
        """Return all of this collection's comments, the oldest first."""

    @abc.abstractmethod
    def add(self, message: Message) -> Comment:
        """Write a comment.

        Raises:
            UnsureError: no answer came.
        """

    @abc.abstractmethod
    def edit(self, comment: Comment, message: Message) -> Comment:
        """Give a comment another text."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the ticket."""

    @abc.abstractmethod
    def reopen(self) -> None:
        """Open the ticket again."""

    @abc.abstractmethod
    def label(self, name: str, *, wanted: bool) -> None:
        """Give the ticket a label, or take it away."""
