# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, criteria, failures and verdicts in words."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show import lines
from ansible_collections.psp.rc_closure.plugins.plugin_utils.show.texts import Line

AT = {"started": "2026-11-24T02:52:03.000Z", "ended": "2026-11-24T02:52:04.250Z"}
REPORT: dict[str, t.Any] = {
    "packages": {
        "package_0": {
            "title": "CI Postgres job",
            "status": "FAIL",
            "note": "The job is RED.",
            "criteria": [
                {"text": "It is the commit's", "result": "met", "reason": "run 1", "steps": ["ci_run"]},
                {"text": "It is GREEN", "result": "not_met", "reason": "job 2\nis RED", "steps": ["ci_jobs"]},
                {"text": "It is kept", "result": "not_proven", "reason": "no step", "steps": []},
                {"text": "The smoke", "result": "left_out", "reason": "by policy", "steps": ["smoke"]},
            ],
        }
    },
    "run": {"status": "FAIL"},
    "gate": {"status": "FAIL"},
    "paths": {"report.md": "/evidence/report.md"},
}


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (
            {"title": "alembic heads", "kind": "command", "exit_status": 0},
            Line("alembic heads: exit status 0"),
        ),
        ({"title": "a", "kind": "command", "exit_status": 0, **AT}, Line("a: exit status 0, 1.2 s")),
        ({"title": "a", "kind": "command", "exit_status": 3}, Line("a: exit status 3", "warning")),
        ({"title": "GET", "kind": "http", "exit_status": 404}, Line("GET: answered 404")),
        ({"title": "\\d t", "kind": "sql", "exit_status": 0}, Line("\\d t: done")),
        ({"title": "\\d t", "kind": "sql", "exit_status": 1}, Line("\\d t: failed", "warning")),
        ({"title": "log", "kind": "log", "exit_status": None}, Line("log: done")),
        (
            {"title": "a", "outcome": "timed_out", "reason": "after\n300 s"},
            Line("a: stopped at its limit (after 300 s)", "warning"),
        ),
        ({"title": "a", "outcome": "failed", "reason": ""}, Line("a: could not be carried out", "warning")),
        ({"title": "a", "outcome": "not_run", "reason": "b"}, Line("a: left out (b)", "dim")),
        ({"name": "odd", "started": "?", "ended": None}, Line("odd: done")),
        ({}, Line("a step: done")),
    ],
)
def test_a_step(record: dict[str, t.Any], line: Line) -> None:
    assert lines.step(record) == line


def test_criteria_are_told_with_what_decided_them() -> None:
    assert list(lines.criteria(REPORT)) == [
        Line("Package-0, CI Postgres job: FAIL", "failed"),
        Line("  met: It is the commit's: run 1", "ok"),
        Line("  NOT MET: It is GREEN: job 2 is RED (see ci_jobs)", "failed"),
        Line("  NOT PROVEN: It is kept: no step", "failed"),
        Line("  left out: The smoke: by policy", "warning"),
    ]


def test_on_a_terminal_those_that_are_met_are_short() -> None:
    short = list(lines.criteria(REPORT, "+"))
    assert short[1] == Line("  + It is the commit's", "ok")
    assert short[2:] == list(lines.criteria(REPORT))[2:]


def test_verdicts() -> None:
    assert list(lines.verdicts(REPORT)) == [
        Line("Package-0: FAIL. The job is RED.", "failed"),
        Line("run: FAIL", "failed"),
        Line("gate: FAIL", "failed"),
        Line("report: /evidence/report.md"),
    ]


def test_a_verdict_in_a_message_has_its_colour() -> None:
    message = "package_0: FAIL. RED\npackage_1: PASS. head\ngate: FAIL\nreport: x\n\n"
    assert [line.style for line in lines.said(message)] == ["failed", "ok", "failed", ""]
    assert lines.said("\x1b[2Jcleared") == [Line("cleared")]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"msg": "no route"}, "no route"),
        ({"msg": ["a", ["b", 3]]}, "a\nb\n3"),
        ({"censored": "hidden"}, "hidden"),
        ({"msg": ""}, "it gave no reason"),
    ],
)
def test_a_message(result: dict[str, t.Any], message: str) -> None:
    assert lines.message(result) == message


def test_details_are_what_the_message_does_not_say() -> None:
    result = {
        "msg": "m",
        "rc": 1,
        "stderr": "err",
        "stdout": "",
        "stdout_lines": ["x"],
        "_ansible_no_log": False,
    }
    assert lines.details({**result, "invocation": {"a": 1}, "changed": True}) == {"rc": 1, "stderr": "err"}


def test_a_difference_has_its_colours() -> None:
    found = lines.difference("--- before\n+++ after\n@@ -1 +1 @@\n-a\n+b\n c\n")
    assert [line.style for line in found] == ["removed", "added", "place", "removed", "added", ""]


@pytest.mark.parametrize(
    ("attempt", "shown"),
    [
        (
            {"release": {"ticket": "P-1", "candidate": "rc3", "commit": "a" * 40, "environment": "staging"}},
            "P-1, rc3, staging, commit aaaaaaaaaaaa",
        ),
        ({}, ""),
    ],
)
def test_what_an_attempt_is_for(attempt: dict[str, t.Any], shown: str) -> None:
    assert lines.opened(attempt) == shown


def test_counts() -> None:
    summary = {"changed": 2, "failures": 1, "unreachable": 0, "ignored": 0, "ok": 9}
    assert lines.counts({"a": summary, "b": {"ok": 1}}) == "a: 2 changed, 1 failed; b: nothing changed"
    assert lines.counts({"a": summary}, check=True) == "a: 2 would change, 1 failed"
