# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a ticket is to this collection, wherever it is kept."""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass

from ....module_utils._clients.rest import Answer, Document, RestClient
from ....module_utils._core.step_names import StepName
from .message import Frame, Message

# No step of the ticket is evidence.
STEP = StepName("ticket")


class TicketError(Exception):
    """The ticket does not do what was requested: one sentence that says what to do."""


class UnsureError(TicketError):
    """No answer came, so that only reading the ticket again shows whether the request was carried out."""


@dataclass(frozen=True)
class Comment:
    """One of this collection's comments, as the ticket shows it."""

    id: str
    url: str  # of its page, for people
    author: str  # for sentences
    message: Message


@dataclass(frozen=True)
class State:
    """A ticket's state."""

    open: bool
    name: str  # what the ticket calls it
    closed_at: str  # when it was closed, as the ticket writes it, or ""
    labels: tuple[str, ...]
    url: str  # of the ticket's page, for people
    unclosable: str = ""  # why it must not be closed, or ""


class Ticket(abc.ABC):
    """A ticket, whose comments are documents with a C(body). All methods raise C(TicketError)."""

    place: str  # its name for people
    frame: Frame  # how comments are written down
    characters: int  # the longest comment that it takes

    @abc.abstractmethod
    def state(self) -> State:
        """Return the state that the ticket is in now."""

    def refusal(self) -> str:
        """Return why the ticket cannot be written to, as far as it tells beforehand, or C('')."""
        return ""

    @abc.abstractmethod
    def switch(self, *, to_open: bool) -> None:
        """Close the ticket, or open it again."""

    @abc.abstractmethod
    def label(self, name: str, *, wanted: bool) -> None:
        """Add a label to the ticket, or remove it."""

    def comments(self) -> list[Comment]:
        """Return all of this collection's comments, the oldest first."""
        read = ((document, self.frame.read(document.get("body") or "")) for document in self._documents())
        return [self._comment(document, message) for document, message in read if message]

    def write(self, message: Message, comment: Comment | None = None) -> Comment:
        """Write a new comment, or an earlier one again, and return it.

        Raises:
            UnsureError: no answer came for a new one.
        """
        return self._comment(self._write(self.frame.write(message), comment), message)

    @abc.abstractmethod
    def _documents(self) -> t.Iterable[Document]:
        """Return everybody's comments, the oldest first."""

    @abc.abstractmethod
    def _write(self, body: t.Any, comment: Comment | None) -> Document:
        """Write a comment's body, and return its document."""

    @abc.abstractmethod
    def _comment(self, document: Document, message: Message) -> Comment:
        """Return what a document says of its comment."""


class IssueTicket(Ticket):
    """A ticket that is an issue behind a REST API."""

    _client: RestClient

    @abc.abstractmethod
    def _address(self, comment: Comment | None) -> tuple[str, str]:
        """Return the method and the path to write a new comment, or an earlier one again."""

    def _ask(self, method: str, path: str, **options: t.Any) -> Answer:
        """Return the answer to a request that was carried out."""
        return self._carried_out(self._client.ask(method, path, STEP, **options))

    def _write(self, body: t.Any, comment: Comment | None) -> Document:
        answer = self._client.ask(*self._address(comment), STEP, body={"body": body})
        if comment is None and answer.problem and (answer.passing or answer.status == 201):
            raise UnsureError(answer.problem)
        if comment and answer.status in (400, 403, 404) and "too long" not in answer.problem:
            raise TicketError(
                f"{answer.problem}. The comment {comment.url} of {comment.author or 'an unknown author'} "
                "begins with this closure's first line: if it is a copy by somebody else, delete it"
            )
        return self._carried_out(answer).document

    @staticmethod
    def _carried_out(answer: Answer) -> Answer:
        if answer.problem:
            raise TicketError(answer.problem)
        return answer
