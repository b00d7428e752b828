# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing rule, by tables: what the report and the ticket's state make of the ticket."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import HELD_BACK
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import rule
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Comment, State
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import Marker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.message import message
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.rule import (
    Choice,
    Decision,
    Later,
    Proof,
)
from tests.unit.captured import step
from tests.unit.reports import ATTEMPT, report

T1, T2 = "2026-11-24T03:00:00Z", "2026-11-25T09:30:00Z"
OPEN = State(True, "open", "", (), "https://tickets/1")
CLOSED = State(False, "closed", T1, (), "https://tickets/1")
OWN = Marker("PSP-3031", "2026.11.0-rc3", ATTEMPT, "part")
PROOF = Proof(3, "e" * 64, "f" * 64, "unsigned, SHA-256 0")
EARLIER, LATER = "20261101T000000.000000Z", "20261231T000000.000000Z"


def comment(closed: str, kind: str = "verdict", **more: str) -> Comment:
    return Comment("1", "u", "a", message(replace(OWN, kind=kind, closed=closed, **more), "text"))


def marks(*closed: str) -> list[Marker]:
    return [replace(OWN, kind="verdict", closed=one) for one in closed]


@pytest.mark.parametrize(
    ("failing", "packages", "before", "after"),
    [
        # All four PASS: closed where that is asked for, and only then.
        ((), (0, 1, 2, 3), (OPEN, [], True), ("close", "asked")),
        ((), (0, 1, 2, 3), (OPEN, [], False), ("stay", "no")),
        # Posting again after it was closed by this verdict, or by one that was cut off.
        ((), (0, 1, 2, 3), (CLOSED, [T1], True), ("stay", T1)),
        ((), (0, 1, 2, 3), (CLOSED, ["asked"], True), ("stay", "asked")),
        # Somebody else had closed it.
        ((), (0, 1, 2, 3), (CLOSED, [], True), ("stay", "no")),
        ((), (0, 1, 2, 3), (CLOSED, [T2], True), ("stay", "no")),
        # One FAIL, whichever: never closed, and opened again only where this tool had closed it.
        ((0,), (0, 1, 2, 3), (OPEN, [], True), ("stay", "no")),
        ((3,), (0, 1, 2, 3), (OPEN, [T1], True), ("stay", "no")),
        ((2,), (0, 1, 2, 3), (CLOSED, [T1], True), ("reopen", "no")),
        ((2,), (0, 1, 2, 3), (CLOSED, ["no", T1], False), ("reopen", "no")),
        ((2,), (0, 1, 2, 3), (CLOSED, ["asked"], True), ("reopen", "no")),
        ((2,), (0, 1, 2, 3), (CLOSED, ["no", T2], True), ("stay", "no")),
        ((2,), (0, 1, 2, 3), (CLOSED, [], True), ("stay", "no")),
        # Some packages only: PASS closes nothing and opens nothing, FAIL does as always.
        ((), (1,), (OPEN, [], True), ("stay", "no")),
        ((), (1,), (CLOSED, [T1], True), ("stay", "no")),
        ((1,), (1,), (CLOSED, [T1], True), ("reopen", "no")),
        ((), (), (CLOSED, [T1], True), ("reopen", "no")),
    ],
)
def test_what_becomes_of_the_ticket(
    failing: tuple[int, ...],
    packages: tuple[int, ...],
    before: tuple[State, list[str], bool],
    after: tuple[str, str],
) -> None:
    state, said, close = before
    document = report(*failing, packages=packages)
    decision = rule.decide(document, state, [comment(one) for one in said], OWN, close=close)
    assert (decision.action, decision.closed) == after
    assert rule.failing(document) == list(failing)


def test_a_state_without_a_time_is_ours_where_a_verdict_closed_it() -> None:
    timeless = State(False, "Done", "", (), "u")
    assert rule.closed_by_us(timeless, marks("no", T1)) == marks(T1)[0]
    assert rule.closed_by_us(timeless, marks("no")) is None


@pytest.mark.parametrize(
    "other",
    [
        comment(T1, "part"),
        comment(T1, ticket="PSP-9"),
        replace(comment(T1), message=replace(comment(T1).message, text="edited")),
    ],
    ids=["a part", "another ticket's verdict", "a verdict that was edited"],
)
def test_what_is_no_verdict_on_this_ticket_has_closed_nothing(other: Comment) -> None:
    assert rule.decide(report(2), CLOSED, [other], OWN, close=True).action == "stay"


PASSED, FAILED = {"status": "PASS", "run": "PASS"}, {"status": "FAIL", "run": "FAIL"}
SOME_PASSED = {"status": "FAIL", "run": "PASS"}


@pytest.mark.parametrize(
    ("failing", "state", "said", "known", "after"),
    [
        # A PASS that is told after a later attempt, of whichever release, has failed or was never reported.
        ((), OPEN, [comment("no", attempt=LATER, **FAILED)], None, ("stay", True)),
        ((), OPEN, [comment("no", attempt=LATER, release="rc4", **FAILED)], None, ("stay", True)),
        ((), OPEN, [], Later(LATER, "FAIL"), ("stay", True)),
        ((), OPEN, [], Later(LATER, "not reported"), ("stay", True)),
        # Earlier ones decide nothing, nor do some packages alone that passed.
        ((), OPEN, [comment("no", attempt=EARLIER, **FAILED)], None, ("close", False)),
        ((), OPEN, [comment("no", attempt=LATER, **SOME_PASSED)], None, ("close", False)),
        ((), OPEN, [comment("no", attempt=LATER, ticket="PSP-9", **FAILED)], None, ("stay", False)),
        # A FAIL that is told after a later attempt has passed and closed the ticket, or passed by the locker.
        ((1,), CLOSED, [comment(T1, attempt=LATER, **PASSED)], None, ("stay", True)),
        ((1,), OPEN, [], Later(LATER, "PASS"), ("stay", True)),
        # A verdict that closed nothing may be anybody's copy: it keeps no FAIL from the ticket.
        (
            (1,),
            CLOSED,
            [comment(T1, **PASSED), comment("no", attempt=LATER, **PASSED)],
            None,
            ("reopen", False),
        ),
        ((1,), CLOSED, [comment(T1, attempt=EARLIER, **PASSED)], Later(LATER, "FAIL"), ("reopen", False)),
        ((1,), CLOSED, [comment(T1, **PASSED)], Later(LATER, "not reported"), ("reopen", False)),
    ],
)
def test_the_later_attempt_decides(
    failing: tuple[int, ...],
    state: State,
    said: list[Comment],
    known: Later | None,
    after: tuple[str, bool],
) -> None:
    action, outdated = after
    decision = rule.decide(report(*failing), state, said, OWN, close=True, later=known)
    assert (decision.action, decision.outdated) == (action, outdated)
    assert decision.action == "close" or decision.closed == "no"
    if outdated:
        assert decision.sentence.startswith(f"A later attempt decides: {LATER}, which is ")


@pytest.mark.parametrize(("failing", "state", "verb"), [((), OPEN, "close"), ((2,), CLOSED, "reopen")])
def test_a_ticket_that_holds_another_ticket_s_closure_is_left_to_people(
    failing: tuple[int, ...], state: State, verb: str
) -> None:
    said = [comment(T1), comment("no", "part", ticket="PSP-9")]
    decision = rule.decide(report(*failing), state, said, OWN, close=True)
    assert (decision.action, decision.closed) == ("stay", "no")
    assert decision.sentence == (
        f"This ticket also contains the closure of PSP-9, so whether to {verb} it is left to people."
    )


def verdict(document: t.Mapping[str, t.Any]) -> str:
    decision = rule.decide(document, OPEN, [], OWN, close=True)
    given = rule.verdict(document, OWN, decision, PROOF, "@psp/backend")
    return f"{given.marker}\n{given.lead}\n{given.text}"


def test_what_a_policy_left_out_stands_beside_the_gate() -> None:
    document = report()
    told = "Package-3: the backend runs with RECON_RUNNER=queue (it always queues)"
    given = {**document, "gate": {**document["gate"], "left_out": [told]}}
    assert f"\nLeft out by policy: {told}\n" in verdict(given)
    assert "Left out" not in verdict(document)


def test_a_pass_names_the_verdicts_and_the_digests() -> None:
    text = verdict(report())
    for part in (
        "kind=verdict status=PASS run=PASS closed=asked",
        "The closure is PASS: all four packages, for one release.",
        "Closure of 2026.11.0-rc3 on staging, commit " + "a" * 40,
        *(f"Package-{number}: PASS. This is the note of Package-{number}." for number in range(4)),
        "Gate: PASS. The ticket is closed with this verdict.",
        f"Report: 3 parts, joined SHA-256 {'e' * 64}",
        f"Locker: attempt {ATTEMPT}, SHA-256 {'f' * 64}",
        "Closing record: unsigned, SHA-256 0",
    ):
        assert part in text
    assert "@psp/backend" not in text


def test_a_fail_asks_for_the_root_cause_analysis_here() -> None:
    text = verdict(report(0, 2))
    assert "status=FAIL run=FAIL closed=no" in text
    assert "@psp/backend: Package-0 and Package-2 are FAIL." in text
    assert "Please do the root-cause analysis here, in this ticket." in text
    assert "Gate: FAIL. The ticket is open until all four packages are PASS." in text


HELD = step("role_failed", outcome="failed", exit_status=None, reason=f"{HELD_BACK}no token.")


@pytest.mark.parametrize(
    ("failing", "packages", "lead"),
    [
        (
            (0,),
            (0, 1, 2, 3),
            "Package-0 could not be collected, which says nothing of the release: whoever runs the closure "
            "corrects what the notes below name, and runs it again.",
        ),
        (
            (0, 2, 3),
            (0, 1, 2, 3),
            "@psp/backend: Package-2 and Package-3 are FAIL. The full log is in the parts above. Please do "
            "the root-cause analysis here, in this ticket. Package-0 could not be collected, which says "
            "nothing of the release: whoever runs the closure corrects what the notes below name, and runs "
            "it again.",
        ),
        (
            (2,),
            (2,),
            "@psp/backend: Package-2 is FAIL. The full log is in the parts above. Please do the root-cause "
            "analysis here, in this ticket.",
        ),
        (
            (),
            (2,),
            "The packages of this run are PASS. The gate requires all four, and Package-0 and Package-1 and "
            "Package-3 are not proven in it.",
        ),
        (
            (),
            (),
            "The closure collected nothing, which proves nothing: run it again without tags, or with those "
            "of the packages.",
        ),
    ],
)
def test_what_could_not_be_collected_is_not_put_to_the_developers(
    failing: tuple[int, ...], packages: tuple[int, ...], lead: str
) -> None:
    document = report(*failing, packages=packages, steps={0: [HELD]} if 0 in failing else None)
    decision = rule.decide(document, OPEN, [], OWN, close=True)
    assert rule.verdict(document, OWN, decision, PROOF, "@psp/backend").lead == lead


def test_a_verdict_in_turkish() -> None:
    note = "The CI job is GREEN is not met: run 42 had no job (1 more)."
    document = report(0, 2, packages=(0, 2, 3), steps={0: [HELD]}, notes={0: note})
    document["attempt"]["language"] = "tr"
    document["gate"]["left_out"] = ["Package-3: the POST answers queued and an id (it always queues)"]
    assert verdict(document).splitlines()[1:] == [
        "@psp/backend: Paket-2 FAIL. Tam log yukarıdaki parçalarda. Lütfen kök neden analizini (RCA) burada, "
        "bu ticket üzerinden yapın. Paket-0 toplanamadı, bu da sürüm hakkında bir şey söylemez: kapanışı "
        "çalıştıran kişi aşağıdaki notlarda belirtileni düzeltir ve yeniden çalıştırır.",
        f"2026.11.0-rc3 kapanışı, ortam staging, commit {'a' * 40}",
        "Toplandığı aralık: 2026-11-24T02:52:03.123Z – 2026-11-24T02:52:03.123Z (UTC)",
        "Paket-0: FAIL. Karşılanmadı: CI job'ı GREEN: run 42 had no job (ve 1 kriter daha).",
        *(
            f"Paket-{number}: {status}. This is the note of Package-{number}."
            for number, status in ((1, "FAIL"), (2, "FAIL"), (3, "PASS"))
        ),
        "Kapı: FAIL. Dört paketin tümü PASS olana kadar ticket açık kalır.",
        "Politika gereği kapsam dışı: Paket-3: POST, queued ve bir id ile yanıt veriyor (it always queues)",
        f"Rapor: 3 parça, birleşik SHA-256 {'e' * 64}",
        f"Kanıt kasası: deneme {ATTEMPT}, SHA-256 {'f' * 64}",
        "Kapanış kaydı: unsigned, SHA-256 0",
    ]


def test_a_partial_pass_asks_nobody() -> None:
    text = verdict(report(packages=(1,)))
    assert "status=FAIL run=PASS" in text
    assert "@psp/backend" not in text
    assert (
        "The gate requires all four, and Package-0 and Package-2 and Package-3 are not proven in it." in text
    )


def test_nothing_collected_is_said() -> None:
    assert "The closure collected nothing" in verdict(report(packages=()))


def test_a_ticket_that_others_closed_is_left_to_people() -> None:
    decision = rule.decide(report(1), CLOSED, [], OWN, close=True)
    assert decision == Decision(
        "stay", "The ticket may not be closed, and was: not by this closure, which leaves that to people."
    )


def test_the_question_is_put_and_its_answer_recorded() -> None:
    document = report(1)
    document["packages"]["package_1"]["reset_or_stamp"] = section = {"question": True, "decision": None}
    asked = verdict(document)
    assert "Reset or stamp: what the migrations would create exists already. Please decide here" in asked
    section["decision"] = vars(Choice("stamp", "A. Operator", "the table is ours", T2))
    answered = verdict(document)
    assert f"Reset or stamp. Decided: stamp, by A. Operator, recorded {T2}: the table is ours" in answered
    assert "turns nothing into PASS" in answered
    assert "status=FAIL" in answered
    assert "Please decide here" not in answered


def test_a_fail_that_is_outdated_asks_nobody() -> None:
    decision = rule.decide(report(1), OPEN, [], OWN, close=True, later=Later(LATER, "PASS"))
    lead = rule.verdict(report(1), OWN, decision, PROOF, "@psp/backend").lead
    assert lead == "Package-1 is FAIL. A later attempt decides what becomes of the ticket."


def test_a_long_note_is_cut_in_the_verdict_and_said_to_be() -> None:
    text = verdict(report(0, notes={0: "x " * 5000}))
    assert "… (whole in the report)" in text
    assert len(text) < 4000
