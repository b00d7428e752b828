# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is painted stands below all that is displayed, and nothing of it stays where it is not."""

from __future__ import annotations

import os
import threading
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show.screen import Screen
from tests.terminal import Terminal


class Display:
    """Ansible's, as far as it is used."""

    def __init__(self, stream: Terminal) -> None:
        """Take where to write to."""
        self.stream = stream
        self.log: list[str] = []

    def display(self, msg: str, *, log_only: bool = False, newline: bool = True) -> None:
        """Write a text, or only into the log."""
        self.log.append(msg)
        if not log_only:
            self.stream.write(msg + "\n" * newline)

    def warning(self, msg: str) -> None:
        """Display, as everything of Ansible's does in the end."""
        self.display(f"[WARNING]: {msg}")

    def prompt_until(self, msg: str) -> str:
        """Ask a person."""
        self.stream.write(f"{msg}? ")
        self.during = list(self.stream.lines)
        self.stream.write("yes\n")
        return "yes"

    prompt = do_var_prompt = prompt_until


class Shown:
    """A screen with what is painted on it."""

    def __init__(self, *, in_place: bool = True, wanted: t.Callable[[str], bool] = lambda text: True) -> None:
        """Begin."""
        self.terminal = Terminal(80)
        self.display = Display(self.terminal)
        self.rows = ["one", "two"]
        self.ticked = threading.Event()
        self.screen = Screen(
            t.cast(t.Any, self.display),
            t.cast(t.TextIO, self.terminal),
            redact=lambda text: text.replace("hunter2", "[masked]"),
            wanted=wanted,
            paint=self.paint if in_place else None,
            tick=self.ticked.set,
            every=3600,
        )
        self.screen.begin()

    def paint(self, width: int, height: int) -> list[tuple[str, int]]:
        """Return the rows."""
        assert (width, height) == (79, 23)  # of a stream that is no terminal
        return [(row, len(row)) for row in self.rows]


@pytest.fixture
def shown() -> Iterator[Shown]:
    """Return a screen that is painted on."""
    shown = Shown()
    try:
        yield shown
    finally:
        shown.screen.end()


def test_what_is_displayed_comes_to_stand_above(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    shown.display.display("first")
    shown.display.warning("second")
    assert shown.terminal.lines == ["first", "[WARNING]: second", "one", "two", ""]
    assert shown.terminal.odd == []


def test_fewer_lines_leave_nothing_behind(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    shown.rows = ["o"]
    shown.screen.repaint(now=True)
    assert shown.terminal.lines == ["o", ""]
    shown.rows = []
    shown.screen.repaint(now=True)
    assert shown.terminal.lines == [""]


def test_events_in_a_row_are_painted_once(shown: Shown) -> None:
    shown.screen.repaint()
    shown.rows = ["later"]
    shown.screen.repaint()
    assert shown.terminal.lines == ["one", "two", ""]


def test_everything_is_masked_in_the_log_too(shown: Shown) -> None:
    shown.display.display("\x1b[32mpassword is hunter2\x1b[0m")
    shown.display.display("hunter2", log_only=True)
    assert shown.display.log == ["password is [masked]", "[masked]"]
    assert shown.terminal.lines[0] == "password is [masked]"


def test_colours_stay_where_nothing_is_masked(shown: Shown) -> None:
    shown.display.display("\x1b[32mgreen\x1b[0m")
    assert shown.display.log == ["\x1b[32mgreen\x1b[0m"]


def test_while_a_person_is_asked_nothing_is_painted(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    assert shown.display.prompt_until("Go on") == "yes"
    assert shown.display.during == ["Go on? "]
    shown.screen.repaint(now=True)
    assert shown.terminal.lines == ["Go on? yes", "one", "two", ""]


def test_a_line_without_an_end_is_not_painted_over(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    shown.display.display("Go on? ", newline=False)
    assert shown.terminal.lines == ["Go on? "]


def test_at_the_end_it_stays_and_what_follows_is_below(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    shown.screen.end()
    shown.rows = ["other"]
    shown.screen.repaint(now=True)
    shown.display.display("after")
    assert shown.terminal.lines == ["one", "two", "after", ""]


def test_where_a_debugger_asks_it_is_painted_no_longer(shown: Shown) -> None:
    shown.screen.repaint(now=True)
    shown.screen.plain()
    shown.screen.repaint(now=True)
    assert shown.terminal.lines == [""]
    assert not shown.screen.in_place


def test_by_lines_nothing_is_painted_and_all_is_masked() -> None:
    shown = Shown(in_place=False)
    shown.screen.repaint(now=True)
    shown.display.display("hunter2")
    shown.screen.end()
    assert shown.terminal.lines == ["[masked]", ""]


def test_what_is_not_wanted_is_not_displayed() -> None:
    shown = Shown(wanted=lambda text: "progress" not in text)
    shown.display.display("progress")
    shown.screen.end()
    assert shown.display.log == []


def test_a_worker_displays_as_if_nothing_were_painted(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.screen.repaint(now=True)
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    shown.display.display("hunter2")  # it is masked where it arrives
    monkeypatch.undo()
    assert shown.display.log == ["hunter2"]
    assert shown.terminal.lines == ["one", "two", "hunter2", ""]


def test_a_terminal_that_became_narrow_is_erased_by_its_rows(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.rows = ["x" * 60, "two"]
    shown.screen.repaint(now=True)
    written: list[str] = []
    monkeypatch.setattr(shown.terminal, "write", written.append)
    monkeypatch.setattr(shown.screen, "size", lambda: (39, 23))
    monkeypatch.setattr(shown.screen, "_paint", lambda _width, _height: [])
    shown.screen.repaint(now=True)
    assert written == ["\r\x1b[3A\x1b[J"]  # 60 columns are two rows of 40


def test_it_ticks() -> None:
    ticked = threading.Event()
    terminal = Terminal()
    screen = Screen(
        t.cast(t.Any, Display(terminal)),
        t.cast(t.TextIO, terminal),
        redact=str,
        wanted=lambda text: True,
        paint=None,
        tick=ticked.set,
        every=0.01,
    )
    screen.begin()
    assert ticked.wait(30)
    screen.end()


def test_a_reader_that_is_gone_ends_the_ticking_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    def tick() -> None:
        ticked.set()
        raise BrokenPipeError

    ticked, terminal = threading.Event(), Terminal()
    screen = Screen(
        t.cast(t.Any, Display(terminal)),
        t.cast(t.TextIO, terminal),
        redact=str,
        wanted=lambda text: True,
        paint=None,
        tick=tick,
        every=0.01,
    )
    screen.begin()
    assert ticked.wait(30)
    screen.end()
    assert capsys.readouterr().err == ""
