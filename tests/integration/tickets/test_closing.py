# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing rule on real workflows: closed on PASS alone, and opened again where a later package fails."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import TicketError
from tests.integration.tickets.conftest import Service
from tests.integration.tickets.jira_stand_in import WORKFLOW, Transition
from tests.unit.reports import report

LATER = "20261125T000000.000000Z"
LABEL = "closure-failed"


def verdicts(service: Service) -> list[str]:
    return [
        comment.message.text
        for comment in service.ticket().comments()
        if comment.message.marker.kind == "verdict"
    ]


def test_a_pass_closes_where_that_is_asked_for(service: Service) -> None:
    assert service.tell(report()).action == "stay"
    assert service.ticket().state().open
    told = service.tell(report(), close=True)
    state = service.ticket().state()
    assert (told.action, state.open, told.state) == ("close", False, state.name)
    assert told.comments[-1].message.marker.closed == state.closed_at != ""
    assert "SHA-256 " + "f" * 64 in verdicts(service)[0]
    again = service.tell(report(), close=True)
    assert (again.changed, len(verdicts(service))) == (False, 1)


def test_a_fail_closes_nothing_and_asks_for_the_analysis(service: Service) -> None:
    told = service.tell(report(2), close=True, analysts="@psp/backend")
    state = service.ticket().state()
    assert (told.action, state.open, state.labels) == ("stay", True, (LABEL,))
    lead = told.comments[-1].message.lead
    assert lead.startswith("@psp/backend: Package-2 is FAIL.")
    assert "root-cause analysis here, in this ticket" in lead


def test_a_later_fail_opens_it_again_and_a_later_pass_closes_it(service: Service) -> None:
    service.tell(report(), close=True)
    assert service.tell(report(3, packages=(3,)), attempt=LATER).action == "reopen"
    state = service.ticket().state()
    assert (state.open, state.labels) == (True, (LABEL,))
    service.tell(report(), attempt="20261126T000000.000000Z", close=True)
    state = service.ticket().state()
    assert (state.open, state.labels) == (False, ())


def test_what_people_closed_is_left_to_people(service: Service) -> None:
    service.ticket().switch(to_open=False)
    assert service.tell(report(1), close=True).action == "stay"
    assert not service.ticket().state().open
    assert "leaves that to people" in verdicts(service)[0]


def test_jira_is_closed_with_a_resolution_where_it_wants_one(jira: Service) -> None:
    jira.memory.workflow = (Transition("21", "Finish", "To Do", "Done", wants_resolution=True),)
    with pytest.raises(
        TicketError, match=r"Finish of PSP-3031 requires resolution: set rc_closure_ticket_jira.resolution"
    ):
        jira.tell(report(), close=True)
    jira.options["resolution"] = "Fixed"
    jira.tell(report(), close=True)
    assert (jira.memory.status, jira.memory.resolution) == ("Done", "Fixed")


def test_jira_s_transition_is_named_where_there_are_several(jira: Service) -> None:
    more = Transition("22", "Reject", "To Do", "Won't Do")
    jira.memory.workflow = (*WORKFLOW, more, Transition("32", "Reopen", "Won't Do", "To Do"))
    with pytest.raises(
        TicketError,
        match="PSP-3031 offers several transitions to close it, of .*Finish .to Done., Reject .to Won't Do.: "
        "name one in rc_closure_ticket_jira.close_transition",
    ):
        jira.tell(report(), close=True)
    assert "could not be closed: PSP-3031 offers several" in verdicts(jira)[0]
    jira.options["close_transition"] = "won't do"
    assert jira.tell(report(), close=True).state == "Won't Do"


def test_an_answer_to_closing_that_is_lost_is_no_failure(jira: Service) -> None:
    jira.memory.faults.cut_transition = True
    assert jira.tell(report(), close=True).state == "Done"
    assert len(verdicts(jira)) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"close_transition": "Ship"},
            r"rc_closure_ticket_jira.close_transition is Ship, which the status of PSP-3031 does not offer; "
            r"it offers Start \(to In Progress\), Finish \(to Done\)",
        ),
        ({"close_transition": "Finish"}, "the workflow does not allow this transition"),
    ],
)
def test_an_invalid_transition_is_named(jira: Service, options: dict[str, str], sentence: str) -> None:
    jira.memory.faults.transitions_stuck = True
    jira.options.update(options)
    with pytest.raises(TicketError, match=sentence):
        jira.tell(report(), close=True)
    assert jira.memory.status == "To Do"
    assert "could not be closed" in verdicts(jira)[0]


def test_a_pull_request_takes_the_report_and_is_not_closed(github: Service) -> None:
    github.memory.get(1).is_pull_request = True
    with pytest.raises(TicketError, match="could not be closed: it is a pull request, not an issue"):
        github.tell(report(), close=True)
    assert github.memory.get(1).open
    assert len(verdicts(github)) == 1
