# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in a ticket: in parts, read back, and the ticket closed only after that."""

from __future__ import annotations

import base64
import json
import re
import textwrap
import typing as t
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import MASK, Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown, migration_decision
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.migration_decision import Choice
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import parts, telling
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Comment, TicketError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.message import Message
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.posting import Pace
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.telling import Order, Told
from tests.unit.captured import step
from tests.unit.plugins.plugin_utils.tell.ticket.memory_ticket import CLOSED_AT, MemoryTicket
from tests.unit.reports import ATTEMPT, report

SECRET = "s3cr3t-of-the-ticket"
LONG_SECRET = "github_0123456789abcdefghijABCDEFGHIJ012345"
AWKWARD = 'ATATT3x"F\\fGF0/Jr+token=with&all\u00e9'
FORMS = {
    "raw": AWKWARD,
    "percent": quote(AWKWARD, safe=""),
    "percent, lower case": re.sub("%..", lambda match: match[0].lower(), quote(AWKWARD, safe="")),
    "form": quote_plus(AWKWARD),
    "JSON": json.dumps(AWKWARD)[1:-1],
    "base64": base64.b64encode(AWKWARD.encode()).decode(),
    "base64 behind a user": base64.b64encode(f"user:{AWKWARD}".encode()).decode(),
    "base64 behind another": base64.b64encode(f"a.user:{AWKWARD}".encode()).decode(),
}
LABEL = "closure-failed"
LONG = {2: [step("long", stdout="".join(f"line {number}\n" for number in range(800)))]}


def order(document: dict[str, t.Any] | None = None, **more: t.Any) -> Order:
    options = {"close": True, "label": LABEL, "redact": Redactor({"token": SECRET}), **more}
    return Order(document or report(), ATTEMPT, "f" * 64, **options)


def tell(ticket: MemoryTicket, given: Order) -> Told:
    return telling.tell(ticket, given, Pace(lambda seconds: True))


def joined(ticket: MemoryTicket) -> str:
    shown = [comment.message for comment in ticket.kept if comment.message.marker.kind == "part"]
    return parts.join(parts.Part(one.text, one.marker.cut) for one in shown)


def test_a_pass_is_posted_read_back_and_closed() -> None:
    ticket = MemoryTicket()
    told = tell(ticket, order())
    assert ticket.events == [
        *("state", "list", "list", "add 1/1", "add verdict", "list"),
        *("close", "state", "edit 101 verdict", "state"),
    ]
    assert joined(ticket) == markdown.render(report())
    assert (told.action, told.state, told.added, told.changed) == ("close", "closed", 2, True)
    assert told.comments[-1].message.marker.closed == CLOSED_AT


def test_it_is_not_closed_unless_asked_for() -> None:
    ticket = MemoryTicket()
    assert tell(ticket, order(close=False)).action == "stay"
    assert ticket.now.open


def test_telling_again_changes_nothing() -> None:
    ticket = MemoryTicket()
    tell(ticket, order())
    before = list(ticket.kept)
    ticket.events.clear()
    told = tell(ticket, order())
    assert (ticket.kept, ticket.wrote(), told.changed) == (before, [], False)


def test_a_long_report_is_in_parts_that_are_the_report() -> None:
    ticket = MemoryTicket(characters=2000)
    document = report(steps=LONG)
    told = tell(ticket, order(document))
    assert len(told.comments) > 5
    assert joined(ticket) == markdown.render(document)
    assert all(ticket.frame.size(comment.message) <= 2000 for comment in ticket.kept)
    assert [row["name"] for row in told.result("posted")["comments"]][-2:] == [
        f"{len(told.comments) - 1}/{len(told.comments) - 1}",
        "verdict",
    ]


def test_a_fail_is_labelled_and_not_closed() -> None:
    ticket = MemoryTicket()
    told = tell(ticket, order(report(1)))
    assert ticket.now.open
    assert ticket.now.labels == (LABEL,)
    assert told.action == "stay"
    assert "close" not in ticket.events


def test_a_later_fail_opens_what_was_closed_and_a_later_pass_takes_the_label_away() -> None:
    ticket = MemoryTicket()
    tell(ticket, order())
    told = tell(ticket, replace(order(report(2)), attempt="20261125T000000.000000Z"))
    assert (told.action, ticket.now.open, ticket.now.labels) == ("reopen", True, (LABEL,))
    tell(ticket, replace(order(), attempt="20261126T000000.000000Z"))
    assert (ticket.now.open, ticket.now.labels) == (False, ())
    assert ticket.names() == ["1/1", "verdict"] * 3


def test_what_somebody_else_closed_stays_closed() -> None:
    ticket = MemoryTicket()
    ticket.now = replace(ticket.now, open=False, name="closed", closed_at=CLOSED_AT)
    told = tell(ticket, order(report(2)))
    assert (told.action, ticket.now.open) == ("stay", False)
    assert "leaves that to people" in ticket.kept[-1].message.text


def test_without_a_label_none_is_given() -> None:
    ticket = MemoryTicket()
    tell(ticket, order(report(1), label=""))
    assert ticket.now.labels == ()


def test_a_part_that_reads_back_another_keeps_the_ticket_open() -> None:
    class Lossy(MemoryTicket):
        def comments(self) -> list[Comment]:
            return [replace(one, message=_shortened(one.message)) for one in super().comments()]

    ticket = Lossy()
    with pytest.raises(TicketError, match="part 1/1 is not what was sent"):
        tell(ticket, order())
    assert ticket.now.open
    assert "close" not in ticket.events


def _shortened(message: Message) -> Message:
    return replace(message, text=message.text[:-1]) if message.marker.kind == "part" else message


def test_a_ticket_that_will_not_close_says_so_in_the_verdict() -> None:
    ticket = MemoryTicket()
    ticket.refuses = "lost"
    with pytest.raises(TicketError, match="the report is in psp/backend#1, which could not be closed: lost"):
        tell(ticket, order())
    verdict = ticket.kept[-1].message
    assert verdict.marker.closed == "no"
    assert "It could not be closed: lost." in verdict.text
    ticket.refuses = ""
    assert tell(ticket, order()).state == "closed"
    assert ticket.names() == ["1/1", "verdict"]


def test_an_answer_to_closing_that_is_lost_is_no_failure() -> None:
    ticket = MemoryTicket()
    ticket.refuses = "the connection failed"
    assert tell(ticket, order()).state == "closed"
    assert ticket.kept[-1].message.marker.closed == CLOSED_AT


def test_a_pull_request_is_not_closed() -> None:
    ticket = MemoryTicket()
    ticket.now = replace(ticket.now, unclosable="it is a pull request")
    with pytest.raises(TicketError, match="could not be closed: it is a pull request"):
        tell(ticket, order())
    assert ticket.now.open


def test_everything_passes_the_redactor() -> None:
    ticket = MemoryTicket()
    decided = migration_decision.step(Choice("reset", f"x {SECRET}", f"y {SECRET}"))
    shown = step("x", stdout=f"a {SECRET}\n", command=f"y {SECRET}", reason=SECRET)
    dirty = report(1, steps={1: [shown, decided]})
    dirty["packages"]["package_1"]["note"] = f"note {SECRET}"
    tell(ticket, order(dirty, analysts=f"@{SECRET}"))
    assert SECRET not in str(ticket.kept)
    assert "Decided: reset, by x [masked:token]" in ticket.kept[-1].message.text


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("before", range(1500, 2100, 75))
def test_no_form_of_a_secret_gets_through_not_even_across_two_parts(form: str, before: int) -> None:
    ticket = MemoryTicket(characters=2000)
    dirty = report(1, steps={1: [step("x", stdout=f"{'x' * before} {form} {'y' * 2000}\n")]})
    tell(ticket, order(dirty, redact=Redactor({"token": AWKWARD})))
    text = joined(ticket)
    # Of base64, what stands at a mask's sides depends on what stood beside the secret.
    assert not any(form[n : n + 12] in text for n in range(len(form) - 11))
    assert MASK in text


def test_a_secret_that_is_folded_over_lines_is_masked_on_each() -> None:
    ticket = MemoryTicket()
    lines = textwrap.wrap(base64.b64encode(f"closure:{LONG_SECRET}".encode()).decode(), 28)
    dirty = report(1, steps={1: [step("x", stdout="\n".join(lines))]})
    tell(ticket, order(dirty, redact=Redactor({"t": LONG_SECRET})))
    text = joined(ticket)
    assert not any(line[n : n + 12] in text for line in lines[1:] for n in range(len(line) - 11))
    assert "[masked:t]\n[masked:t]" in text


def test_a_pass_that_is_told_after_a_later_fail_changes_nothing_but_its_own_comments() -> None:
    ticket = MemoryTicket()
    tell(ticket, replace(order(report(2)), attempt="20261125T000000.000000Z"))
    told = tell(ticket, order())
    assert (told.action, ticket.now.open, ticket.now.labels) == ("stay", True, (LABEL,))
    assert "A later attempt decides: 20261125T000000.000000Z, which is FAIL." in ticket.kept[-1].message.text


def test_a_fail_that_is_told_after_a_later_pass_neither_labels_nor_opens() -> None:
    ticket = MemoryTicket()
    tell(ticket, replace(order(), attempt="20261125T000000.000000Z"))
    told = tell(ticket, order(report(2)))
    assert (told.action, ticket.now.open, ticket.now.labels) == ("stay", False, ())


def test_what_somebody_edited_is_put_right_before_anything_is_closed() -> None:
    ticket = MemoryTicket(characters=2000)
    tell(ticket, order(report(steps=LONG), close=False))
    edited = ticket.kept[1]
    ticket.kept[1] = replace(
        edited, message=replace(edited.message, text=edited.message.text.replace("e", "3"))
    )
    told = tell(ticket, order(report(steps=LONG)))
    assert (told.action, told.edited) == ("close", 2)
    assert joined(ticket) == markdown.render(report(steps=LONG))


def test_a_secret_that_shows_only_when_it_is_rendered_is_not_sent() -> None:
    class Blind(Redactor):
        """Sees nothing in a text by itself, only between a code block's borders."""

        def __call__(self, text: str) -> str:
            return super().__call__(text) if text.startswith("\n") else text

    ticket = MemoryTicket()
    dirty = report(steps={0: [step("x", stdout=f"a {SECRET}\n")]})
    with pytest.raises(TicketError, match="part 1/1 still contains what looks like a secret after masking"):
        tell(ticket, order(dirty, redact=Blind({"token": SECRET})))
    assert ticket.wrote() == []


@pytest.mark.parametrize("characters", [10, 215])
def test_a_limit_that_is_too_small_is_said(characters: int) -> None:
    with pytest.raises(TicketError, match=f"jira.characters is {characters}, which is too few"):
        tell(MemoryTicket(characters), order())


def test_a_verdict_that_is_too_long_is_said() -> None:
    with pytest.raises(TicketError, match="the verdict has .* characters, more than the 900"):
        tell(MemoryTicket(900), order())


def test_a_preview_says_what_would_be_done_and_does_nothing() -> None:
    ticket = MemoryTicket()
    told = telling.preview(ticket, order())
    assert ticket.wrote() == []
    assert (told.action, told.added, told.edited, told.changed) == ("close", 2, 0, True)
    assert [row["url"] for row in told.result("would post")["comments"]] == ["", ""]
    tell(ticket, order())
    assert not telling.preview(ticket, order()).changed


def test_control_characters_are_shown() -> None:
    ticket = MemoryTicket()
    tell(ticket, order(report(steps={0: [step("x", stdout="\x1b[31mred\r\n")]})))
    assert "\u241b[31mred\u240d\n" in joined(ticket)
