# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments are added, edited or left, and whatever happens on the way, none is there twice."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import posting
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Comment, TicketError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import Marker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.message import Message, message
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.posting import Pace
from tests.unit.plugins.plugin_utils.tell.ticket.memory_ticket import MemoryTicket

OWN = ("PSP-1", "rc1", "20261124T025203.123000Z")


def wanted(*texts: str, attempt: str = OWN[2]) -> list[Message]:
    total = len(texts)
    return [
        message(Marker(OWN[0], OWN[1], attempt, "part", number=number, total=total, cut="border"), text)
        for number, text in enumerate(texts, 1)
    ]


def pace(waits: list[float] | None = None, left: bool = True, interval: float = 0.0) -> Pace:
    def wait(seconds: float) -> bool:
        if waits is not None:
            waits.append(seconds)
        return left

    return Pace(wait, interval)


def test_all_are_added_in_order_and_read_back() -> None:
    ticket = MemoryTicket()
    outcome = posting.post(ticket, wanted("a", "b", "c"), pace())
    assert ticket.events == ["list", "add 1/3", "add 2/3", "add 3/3", "list"]
    assert [comment.message.text for comment in outcome.comments] == ["a", "b", "c"]
    assert (len(outcome.added), outcome.edited) == (3, 0)


def test_posting_again_changes_nothing() -> None:
    ticket = MemoryTicket()
    posting.post(ticket, wanted("a", "b"), pace())
    ticket.events.clear()
    again = posting.post(ticket, wanted("a", "b"), pace())
    assert (len(again.added), again.edited) == (0, 0)
    assert ticket.events == ["list"]


def test_a_posting_that_was_cut_off_goes_on() -> None:
    ticket = MemoryTicket()
    ticket.losses = ["", "refused"]
    with pytest.raises(TicketError, match="locked"):
        posting.post(ticket, wanted("a", "b", "c"), pace())
    assert ticket.names() == ["1/3"]
    outcome = posting.post(ticket, wanted("a", "b", "c"), pace())
    assert (ticket.names(), len(outcome.added)) == (["1/3", "2/3", "3/3"], 2)


def test_another_text_is_an_edit() -> None:
    ticket = MemoryTicket()
    posting.post(ticket, wanted("a", "b", "c"), pace())
    outcome = posting.post(ticket, wanted("a", "B", "c"), pace())
    assert (len(outcome.added), outcome.edited) == (0, 1)
    assert ticket.wrote()[-1] == "edit 101 2/3"


def test_another_number_of_parts_leaves_none_over() -> None:
    ticket = MemoryTicket()
    posting.post(ticket, wanted("a", "b", "c"), pace())
    posting.post(ticket, wanted("a", "b"), pace())
    assert ticket.names() == ["1/2", "2/2", "void"]
    again = posting.post(ticket, wanted("a", "b"), pace())
    assert (len(again.added), again.edited) == (0, 0)
    posting.post(ticket, wanted("a", "b", "c", "d"), pace())
    assert ticket.names() == ["1/4", "2/4", "3/4", "4/4"]


def test_a_part_that_somebody_deleted_comes_back_in_order() -> None:
    ticket = MemoryTicket()
    posting.post(ticket, wanted("a", "b", "c"), pace())
    del ticket.kept[1]
    posting.post(ticket, wanted("a", "b", "c"), pace())
    assert [comment.message.text for comment in ticket.kept] == ["a", "b", "c"]


def test_another_attempt_has_comments_of_its_own() -> None:
    ticket = MemoryTicket()
    posting.post(ticket, wanted("a"), pace())
    posting.post(ticket, wanted("b", attempt="20261125T000000.000000Z"), pace())
    assert [comment.message.text for comment in ticket.kept] == ["a", "b"]


@pytest.mark.parametrize("loss", ["before", "after"])
def test_an_answer_that_is_lost_doubles_nothing(loss: str) -> None:
    ticket = MemoryTicket()
    ticket.losses = ["", loss]
    posting.post(ticket, wanted("a", "b", "c"), pace())
    assert ticket.names() == ["1/3", "2/3", "3/3"]


def test_a_comment_that_arrives_late_becomes_a_void() -> None:
    ticket = MemoryTicket()
    ticket.losses = ["after"]
    # Taken, though neither the answer nor the next list says so.
    ticket.stale = 2
    posting.post(ticket, wanted("a"), pace())
    assert ticket.names() == ["1/1", "void"]


def test_a_list_that_is_behind_is_waited_for() -> None:
    ticket, waits = MemoryTicket(), list[float]()
    posting.post(ticket, wanted("a"), pace())
    ticket.events.clear()

    class Behind(MemoryTicket):
        def add(self, message: Message) -> posting.Comment:
            self.stale = 2
            return super().add(message)

    behind = Behind()
    posting.post(behind, wanted("a", "b"), pace(waits))
    assert behind.names() == ["1/2", "2/2"]
    assert waits.count(posting._STALE_PAUSE) == 2


def test_a_comment_that_stays_lost_is_said() -> None:
    class Forgetful(MemoryTicket):
        def add(self, message: Message) -> posting.Comment:
            comment = super().add(message)
            self.kept.clear()
            return comment

    with pytest.raises(TicketError, match="accepted the comment 100 and does not show it"):
        posting.post(Forgetful(), wanted("a"), pace())


def test_a_server_that_never_answers_is_given_up() -> None:
    ticket = MemoryTicket()
    ticket.losses = ["before"] * 20
    with pytest.raises(TicketError, match="the connection failed"):
        posting.post(ticket, wanted("a"), pace())
    assert len(ticket.wrote()) == posting._ROUNDS


def test_what_reads_back_another_is_said_with_its_place() -> None:
    ticket = MemoryTicket()
    ticket.changes = lambda given: message(given.marker, given.text.replace("x", "y"))
    with pytest.raises(TicketError, match="part 2/2 is not what was sent, from character 3 on"):
        posting.post(ticket, wanted("aa", "bbx"), pace())


def test_requests_that_write_keep_their_distance() -> None:
    waits: list[float] = []
    posting.post(MemoryTicket(), wanted("a", "b", "c"), pace(waits, interval=1.5))
    assert waits == [1.5, 1.5]


def test_the_time_that_is_up_is_said_and_what_is_there_stays() -> None:
    ticket = MemoryTicket()
    with pytest.raises(TicketError, match="posting took longer than rc_closure_ticket_limit"):
        posting.post(ticket, wanted("a", "b"), pace(left=False, interval=1))
    assert ticket.names() == ["1/2"]


def test_progress_is_shown() -> None:
    class Watched(MemoryTicket):
        def add(self, message: Message) -> Comment:
            shown.append(given.progress)
            return super().add(message)

    shown: list[str] = []
    given = Pace(lambda seconds: True)
    posting.post(Watched(), wanted("a", "b"), given)
    assert shown == ["0 of 2 comments", "1 of 2 comments"]
