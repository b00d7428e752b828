# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket in memory, with what a real one does at times: lists that are behind, answers that are lost."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import (
    Comment,
    State,
    Ticket,
    TicketError,
    UnsureError,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.message import MarkdownFrame, Message

CLOSED_AT = "2026-11-24T03:00:00Z"


class MemoryTicket(Ticket):
    """Keeps its comments as messages; C(events) says what was done to it."""

    def __init__(self, characters: int = 65_536) -> None:
        self.place = "psp/backend#1"
        self.frame = MarkdownFrame()
        self.characters = characters
        self.kept: list[Comment] = []
        self.now = State(True, "open", "", (), "https://tickets/1")
        self.events: list[str] = []
        self.losses: list[str] = []
        self.stale = 0
        self.changes: t.Callable[[Message], Message] = lambda message: message
        self.refuses = ""

    def state(self) -> State:
        self.events.append("state")
        return self.now

    def comments(self) -> list[Comment]:
        self.events.append("list")
        if self.stale:
            self.stale -= 1
            return self.kept[:-1]
        return list(self.kept)

    def write(self, message: Message, comment: Comment | None = None) -> Comment:
        return self.edit(comment, message) if comment else self.add(message)

    def add(self, message: Message) -> Comment:
        self.events.append(f"add {message.marker.name}")
        loss = self.losses.pop(0) if self.losses else ""
        if loss == "refused":
            raise TicketError("403: locked")
        if loss == "before":
            raise UnsureError("the connection failed")
        number = str(100 + len(self.kept))
        comment = Comment(number, f"https://tickets/1#{number}", "closure", self.changes(message))
        self.kept.append(comment)
        if loss == "after":
            raise UnsureError("the connection failed")
        return comment

    def edit(self, comment: Comment, message: Message) -> Comment:
        self.events.append(f"edit {comment.id} {message.marker.name}")
        edited = replace(comment, message=self.changes(message))
        self.kept = [edited if one.id == comment.id else one for one in self.kept]
        return edited

    def switch(self, *, to_open: bool) -> None:
        self.events.append("reopen" if to_open else "close")
        if to_open:
            self.now = replace(self.now, open=True, name="open", closed_at="")
            return
        if self.refuses != "lost":
            self.now = replace(self.now, open=False, name="closed", closed_at=CLOSED_AT)
        if self.refuses:
            raise TicketError(self.refuses)

    def label(self, name: str, *, wanted: bool) -> None:
        self.events.append(f"{'label' if wanted else 'unlabel'} {name}")
        others = tuple(label for label in self.now.labels if label != name)
        self.now = replace(self.now, labels=(*others, name) if wanted else others)

    def names(self) -> list[str]:
        """Return what the comments are, in order."""
        return [comment.message.marker.name for comment in self.kept]

    def wrote(self) -> list[str]:
        """Return what was done that changes the ticket."""
        return [event for event in self.events if event not in ("state", "list")]

    # It keeps messages as they are.

    def _documents(self) -> t.Iterable[t.Any]:
        raise NotImplementedError

    def _write(self, body: t.Any, comment: Comment | None) -> t.Any:
        raise NotImplementedError

    def _comment(self, document: t.Any, message: Message) -> Comment:
        raise NotImplementedError
