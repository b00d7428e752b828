# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports in tickets: complete, in order, each part once, whatever happens on the way."""

from __future__ import annotations

import hashlib
import itertools
import json
import signal
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import cleaning, parts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Ticket, TicketError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import PART, VERDICT
from tests.integration.tickets.conftest import Service, big_report
from tests.unit.reports import report

ROOT = Path(__file__).parents[3]
KILL_SECONDS = 60


def text_of(document: dict[str, t.Any], ticket: Ticket) -> str:
    """Return the report as a ticket holds it."""
    return markdown.render(cleaning.clean(document, str), tags=ticket.frame.tags)


def joined(ticket: Ticket) -> str:
    """Ask the ticket for its parts, in the order of their creation, and join them."""
    shown = [one.message for one in ticket.comments() if one.message.marker.kind == PART]
    numbers = [one.marker.number for one in shown]
    assert numbers == list(range(1, len(shown) + 1))
    assert {one.marker.total for one in shown} == {len(shown)}
    assert all(one.whole for one in shown)
    return parts.join(parts.Part(one.text, one.marker.cut) for one in shown)


def kinds(ticket: Ticket) -> list[str]:
    return [comment.message.marker.kind for comment in ticket.comments()]


def test_five_megabytes_in_order_and_read_back_identical(
    service: Service, five_megabytes: dict[str, t.Any]
) -> None:
    told = service.tell(five_megabytes)
    ticket = service.ticket()
    text = joined(ticket)
    assert len(text) > 5_000_000
    assert text == text_of(five_megabytes, ticket)
    assert told.report_sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert kinds(ticket)[-1] == VERDICT
    assert told.added == len(told.comments)


def test_posting_again_changes_nothing(service: Service) -> None:
    document = big_report(0.2)
    first = service.tell(document)
    before = [comment.message for comment in service.ticket().comments()]
    again = service.tell(document)
    assert (again.changed, again.added, again.edited) == (False, 0, 0)
    assert [comment.message for comment in service.ticket().comments()] == before
    assert again.report_sha256 == first.report_sha256


def test_another_report_of_the_same_attempt_is_brought_up_to_date(service: Service) -> None:
    service.tell(big_report(0.2))
    shorter = big_report(0.1)
    told = service.tell(shorter)
    assert told.added == 0
    assert joined(service.ticket()) == text_of(shorter, service.ticket())
    assert kinds(service.ticket()).count(VERDICT) == 1


def test_another_attempt_stands_beside_the_first(service: Service) -> None:
    service.tell(report(1))
    service.tell(report(), attempt="20261125T000000.000000Z")
    assert kinds(service.ticket()) == [PART, VERDICT, PART, VERDICT]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_connection_that_is_cut_doubles_nothing(service: Service, cut: str) -> None:
    service.memory.faults.cut = cut
    document = big_report(0.1)
    service.tell(document)
    assert joined(service.ticket()) == text_of(document, service.ticket())
    assert kinds(service.ticket()).count("void") == 0


def test_people_s_comments_in_between_are_left_alone(jira: Service, github: Service) -> None:
    github.tell(report())
    github.memory.add_comment(1, "Looks good to me.\n\n> `rc-closure/1 ticket=PSP-3031`")
    github.tell(report(1), attempt="20261125T000000.000000Z")
    assert [comment.body[:5] for comment in github.memory.get(1).comments][2] == "Looks"
    body = {"type": "doc", "version": 1, "content": []} if jira.memory.cloud else "Looks good to me."
    jira.memory.comments.append({"id": "1", "author": {}, "body": body})
    jira.tell(report())
    assert jira.memory.comments[0]["body"] == body


def test_a_list_that_is_behind_is_waited_for(github: Service) -> None:
    github.memory.faults.stale = 3
    github.tell(big_report(0.1))
    assert joined(github.ticket()) == text_of(big_report(0.1), github.ticket())


def test_a_server_that_drops_blanks_changes_no_text(github: Service) -> None:
    github.memory.faults.trims = True
    document = report()
    github.tell(document)
    assert joined(github.ticket()) == text_of(document, github.ticket())


def test_a_server_that_changes_outputs_is_found_out(github: Service) -> None:
    github.memory.faults.trims = True
    document = report(1)
    document["packages"]["package_1"]["steps"][0]["stdout"] = "blanks at the end   \n"
    with pytest.raises(TicketError, match="part 1/1 is not what was sent, from character"):
        github.tell(document)
    assert github.memory.get(1).open


def test_line_ends_that_jira_changes_are_no_difference(jira: Service) -> None:
    jira.memory.faults.carriage_returns = True
    document = big_report(0.1)
    jira.tell(document)
    assert joined(jira.ticket()) == text_of(document, jira.ticket())


@pytest.mark.parametrize(("status", "after"), [(403, 1), (429, 7), (403, None)])
def test_a_secondary_rate_limit_is_waited_for(github: Service, status: int, after: int | None) -> None:
    refusal = github.memory.faults.refusal
    refusal.times, refusal.status, refusal.retry_after = 2, status, after
    github.tell(report())
    assert github.pauses == [after or 60] * 2
    assert kinds(github.ticket()) == [PART, VERDICT]


@pytest.mark.parametrize("status", [429, 503])
def test_jira_s_rate_limit_is_waited_for(jira: Service, status: int) -> None:
    jira.memory.faults.refusals = [status, status]
    jira.tell(report())
    assert jira.pauses == [1, 1]
    assert kinds(jira.ticket()) == [PART, VERDICT]


PROGRAM = """
import json, sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder(paths=[sys.argv[1]])._install()
sys.path.insert(0, sys.argv[2])
from tests.integration.tickets.conftest import Service
given = json.loads(sys.stdin.read())
service = Service(given["url"], None, given["options"], [])
service.tell(given["document"], close=True)
"""


def start(service: Service, document: dict[str, t.Any]) -> subprocess.Popen[bytes]:
    """Post in a process of its own, which can be killed."""
    paths = [str(ROOT / "playbooks" / "collections"), str(ROOT)]
    argv = [sys.executable, "-c", PROGRAM, *paths]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=ROOT)
    assert process.stdin
    given = {"url": service.url, "options": service.options, "document": document}
    process.stdin.write(json.dumps(given).encode())
    process.stdin.close()
    return process


def kill_at_write(
    service: Service, number: int, document: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill a posting while its request of that number is under way: the server still carries it out."""
    reached, release = threading.Event(), threading.Event()
    count = itertools.count(1)
    name = "write" if "repository" in service.options else "refuse"
    write = getattr(service.memory, name)

    def hold() -> None:
        if next(count) == number:
            reached.set()
            assert release.wait(KILL_SECONDS)
        write()

    with monkeypatch.context() as patched:
        patched.setattr(service.memory, name, hold)
        process = start(service, document)
        assert reached.wait(KILL_SECONDS)
        process.send_signal(signal.SIGKILL)
        assert process.wait(KILL_SECONDS) == -signal.SIGKILL
        release.set()


@pytest.mark.parametrize("number", [1, 2, 8])
def test_a_killed_posting_started_again_ends_with_the_same_parts(
    service: Service, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = big_report(0.4)
    kill_at_write(service, number, document, monkeypatch)
    told = service.tell(document)
    assert joined(service.ticket()) == text_of(document, service.ticket())
    assert kinds(service.ticket()) == [*[PART] * (len(told.comments) - 1), VERDICT]
    assert len(told.comments) - told.added in (number - 1, number)


@pytest.mark.parametrize("number", [2, 3, 4], ids=["at the verdict", "at closing", "at noting when"])
def test_a_posting_killed_around_the_closing_ends_closed_with_one_verdict(
    service: Service, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at_write(service, number, report(), monkeypatch)
    told = service.tell(report(), close=True)
    assert kinds(service.ticket()) == [PART, VERDICT]
    state = service.ticket().state()
    assert not state.open
    assert told.comments[-1].message.marker.closed in ("asked", state.closed_at)
    # A later failure finds the ticket closed by this tool, wherever it was cut off.
    assert service.tell(report(2), attempt="20261125T000000.000000Z").action == "reopen"
