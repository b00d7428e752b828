# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a closure, once and masked, on a terminal and by lines."""

from __future__ import annotations

import re
import sys
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show.teller import Teller
from tests.terminal import Terminal
from tests.unit.plugins.plugin_utils.show.test_lines import REPORT

PACKAGES = ["package_0", "package_1"]
ATTEMPT = {
    "path": "/evidence/attempts/1",
    "release": {"ticket": "PSP-1", "candidate": "rc3", "commit": "a" * 40, "environment": "staging"},
    "masked": {"TOKEN_KIND": False},
}
STEP = {"title": "alembic heads", "kind": "command", "exit_status": 0}


class Display:
    """Ansible's, as far as it is used."""

    def __init__(self, terminal: Terminal) -> None:
        """Take where to write to."""
        self._terminal = terminal
        self.log: list[str] = []
        self.prompt = self.do_var_prompt = self.prompt_until = lambda: None

    def display(
        self,
        msg: str,
        color: str | None = None,
        stderr: bool = False,
        screen_only: bool = False,
        log_only: bool = False,
    ) -> None:
        """Write a text to the terminal, and into the log."""
        self.log += [] if screen_only else [msg]
        if not log_only:
            self._terminal.write(f"{msg}\n")


class Told:
    """A run that is told of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, in_place: bool) -> None:
        """Begin."""
        self.terminal = Terminal(120)
        monkeypatch.setattr(sys, "stdout", self.terminal)
        self.display = Display(self.terminal)
        self.teller = Teller(
            t.cast(t.Any, self.display),
            in_place=in_place,
            colours={},
            paint=lambda text, _style: text,
            progress="  … ",
        )
        self.teller.screen.begin()

    @property
    def lines(self) -> list[str]:
        """What stands there, without times and the room that is left for longer names of hosts."""
        self.teller.screen.repaint(now=True)
        narrow = [re.sub(r"(?<=[a-z\d]) {2,}", "  ", line) for line in self.terminal.lines]
        stamped = [line[11:] if line[8:9] == "Z" else line for line in narrow]
        return [line.rstrip() for line in stamped if line.strip()]

    def run(self, *, report: t.Mapping[str, t.Any] | None = None) -> None:
        """Tell of a closure, up to its report."""
        teller = self.teller
        teller.play("Everything", check=False)
        teller.opened(ATTEMPT, PACKAGES)
        teller.started("backend", "t1", "Upgrade", ["package_1"], 60)
        teller.steps(teller.ended("backend", "t1", ""), "backend", [STEP, {**STEP, "exit_status": 1}])
        teller.started("redis", "t2", "Configure it", [], 0)
        teller.done(teller.ended("redis", "t2", ""), "redis", changed=True, check=False)
        if report:
            teller.reported(report)

    def end(self, **summary: int) -> None:
        """Tell that it is over."""
        self.teller.over({"backend": summary}, check=False)
        self.teller.screen.end()


@pytest.fixture
def by_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Return a run whose output is no terminal."""
    told = Told(monkeypatch, in_place=False)
    try:
        yield told
    finally:
        told.teller.screen.end()


@pytest.fixture
def in_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Return a run on a terminal."""
    told = Told(monkeypatch, in_place=True)
    try:
        yield told
    finally:
        told.teller.screen.end()


def test_by_lines_each_step_and_each_criterion_has_its_line(by_lines: Told) -> None:
    by_lines.run(report=REPORT)
    by_lines.end(changed=1)
    assert by_lines.lines == [
        "== Everything",
        "attempt of PSP-1, rc3, staging, commit aaaaaaaaaaaa; evidence: /evidence/attempts/1",
        "backend  Package-1: alembic heads: exit status 0",
        "backend  Package-1: alembic heads: exit status 1",
        "redis  Configure it: changed",
        "Package-0, CI Postgres job: FAIL",
        "  met: It is the commit's: run 1",
        "  NOT MET: It is GREEN: job 2 is RED (see ci_jobs)",
        "  NOT PROVEN: It is kept: no step",
        "  left out: The smoke: by policy",
        "Package-0: FAIL. The job is RED.",
        "run: FAIL",
        "gate: FAIL",
        "report: /evidence/report.md",
        "ended after 0:00; backend: 1 changed",
    ]
    assert [line[8:11] for line in by_lines.terminal.lines if line] == ["Z  "] * 15


def test_in_place_what_went_well_is_only_painted_and_in_the_log(in_place: Told) -> None:
    in_place.run()
    assert in_place.lines == [
        "backend  Package-1: alembic heads: exit status 1",
        "PSP-1, rc3, staging, commit aaaaaaaaaaaa  0:00",
        "  ○ Package-0",
        "  ◌ Package-1  2 done, 0:00",
        "  ◌ Everything  1 done, 0:00",
    ]
    assert any(line.endswith("Configure it: changed") for line in in_place.display.log)


def test_in_place_the_verdict_is_the_last_that_stands(in_place: Told) -> None:
    in_place.run(report=REPORT)
    in_place.end(failures=1)
    assert in_place.lines[-11:] == [
        "  ◌ Everything  1 done, 0:00",
        "Package-0, CI Postgres job: FAIL",
        "  ✔ It is the commit's",
        "  NOT MET: It is GREEN: job 2 is RED (see ci_jobs)",
        "  NOT PROVEN: It is kept: no step",
        "  left out: The smoke: by policy",
        "Package-0: FAIL. The job is RED.",
        "run: FAIL",
        "gate: FAIL",
        "report: /evidence/report.md",
        "ended after 0:00; backend: 1 failed",
    ]


def test_verdicts_that_the_gate_told_are_not_told_again(by_lines: Told) -> None:
    by_lines.run(report=REPORT)
    ended = by_lines.teller.ended("ci", "gate", "Hold the gate")
    by_lines.teller.failed(ended, "ci", "gate: FAIL\nreport: /evidence/report.md", "")
    by_lines.end(failures=1)
    assert by_lines.lines[-4:] == [
        "ci  FAILED: Hold the gate",
        "    gate: FAIL",
        "    report: /evidence/report.md",
        "ended after 0:00; backend: 1 failed",
    ]


def test_a_failure_is_told_in_full(by_lines: Told) -> None:
    ended = by_lines.teller.ended("a", "t", "Do it")
    by_lines.teller.failed(ended, "a", "it broke\nin two", "rc: 3", item=" (item b)")
    assert by_lines.lines == ["a  FAILED: Do it (item b)", "    it broke", "    in two", "    rc: 3"]


def test_a_failure_that_is_taken_care_of_is_told_as_that(by_lines: Told) -> None:
    ended = by_lines.teller.ended("a", "t", "Do it")
    by_lines.teller.failed(ended, "a", "it broke\nin two", "rc: 3", spared="ignored")
    assert by_lines.lines == ["a  Do it: ignored: it broke in two"]
    assert by_lines.teller.board.sections[""].failed == 0


def test_what_is_said_is_masked_and_steers_no_terminal(by_lines: Told) -> None:
    ended = by_lines.teller.ended("a", "t", "Say it")
    by_lines.teller.said(ended, "password=hunter2hunter2\n\x1b[2Jcleared\n", "a")
    by_lines.teller.said(ended, "one line", "a")
    by_lines.teller.difference("Write it", "a", "-old\n+API_TOKEN=hunter2hunter2\n")
    assert by_lines.lines == [
        "a  Say it:",
        "    password=[masked:password]",
        "    cleared",
        "a  one line",
        "a  Write it: difference",
        "-old",
        "+API_TOKEN=[masked:api_token]",
    ]


def test_what_is_no_secret_against_its_name_is_shown(by_lines: Told) -> None:
    by_lines.teller.opened(ATTEMPT, PACKAGES)
    by_lines.teller.tell("TOKEN_KIND=shortlived1 OTHER_TOKEN=shortlived1")
    assert by_lines.lines[-1] == "TOKEN_KIND=shortlived1 OTHER_TOKEN=[masked:other_token]"


def test_what_the_panel_shows_is_masked(in_place: Told) -> None:
    in_place.teller.play("A play", check=False)
    in_place.teller.started("a", "t", "Log in with password=hunter2hunter2", [], 0)
    assert "Log in with password=[masked:password]" in in_place.lines[-1]


def test_actions_own_progress_is_shown_beside_their_task(in_place: Told) -> None:
    in_place.teller.started("a", "t", "Take the lock", [], 0)
    in_place.display.display("  … e2e_evidence on a: 15 s")
    assert in_place.lines[-1].strip() == "a: Take the lock  0:00"
    in_place.display.display("  … the staging's lock: is who has it still at work?: 15 s")
    assert "a: Take the lock (the staging's lock: is who has it still at work?)" in in_place.lines[-1]
    assert in_place.display.log == []


def test_by_lines_what_takes_long_is_told_of(by_lines: Told) -> None:
    by_lines.teller.started("a", "t", "Wait", [], 90)
    by_lines.teller.retried("a", "t", "2 of 5 tries failed")
    by_lines.teller.retried("a", "other", "of nothing")
    by_lines.teller.board.running["a", "t"].since -= 61
    by_lines.teller.board.running["a", "t"].shown -= 61
    by_lines.teller._tick()
    by_lines.teller._tick()
    assert by_lines.lines == ["a  ... Wait (2 of 5 tries failed): 1:01, limit 1:30"]


def test_in_check_mode_nothing_was_changed(by_lines: Told) -> None:
    teller = by_lines.teller
    teller.play("Everything", check=True)
    teller.opened({}, PACKAGES)
    teller.started("a", "t", "Write it", [], 0)
    teller.done(teller.ended("a", "t", ""), "a", changed=True, check=True)
    teller.over({"a": {"changed": 1}}, check=True)
    assert by_lines.lines == [
        "== Everything (check mode)",
        "no attempt is opened: in check mode nothing is kept",
        "a  Write it: would change",
        "check mode, ended after 0:00; a: 1 would change",
    ]
