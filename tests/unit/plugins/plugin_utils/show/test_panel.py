# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist on a terminal: what is under way, what is to come, and no mark that nothing has earned."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show import panel
from ansible_collections.psp.rc_closure.plugins.plugin_utils.show.board import Board
from ansible_collections.psp.rc_closure.plugins.plugin_utils.show.texts import columns

PACKAGES = ["package_0", "package_1", "package_2", "package_3"]


@pytest.fixture
def board() -> Board:
    """Return a closure between its attempt's opening and its report."""
    board = Board(0.0, head="PSP-1234, 2026.11.0-rc3", play="Preflight")
    board.started(("backend", "check"), "Check the variables", PACKAGES[1:2], 0)
    board.count(board.ended(("backend", "check"), 9).section, "Check the variables")
    board.play = "Package-1, while CI runs"
    board.open(PACKAGES)
    board.started(("ci", "wait"), "Wait for CI", ["package_0"], 10, limit=1800)
    board.started(("backend", "upgrade"), "Upgrade", ["package_1"], 10)
    board.count(board.ended(("backend", "upgrade"), 15).section, "alembic upgrade head")
    return board


def shown(board: Board, width: int = 60, height: int = 24) -> list[str]:
    """Return the panel's lines at second 70."""
    return [line.text for line in panel.panel(board, 70, width, height, panel.LETTERS)]


def test_it_fills(board: Board) -> None:
    assert shown(board) == [
        "PSP-1234, 2026.11.0-rc3                                 1:10",
        "  + Preflight                                   1 done, 0:09",
        "  * Package-0",
        "      ci: Wait for CI                      1:00, limit 30:00",
        "  ~ Package-1                                   1 done, 0:05",
        "  - Package-2",
        "  - Package-3",
    ]


def test_what_failed_is_marked_and_what_it_says_of_itself_is_shown(board: Board) -> None:
    board.count("Package-1", "it", failed=True)
    board.running["ci", "wait"].note = "3 of 20 tries failed"
    assert "  ! Package-1                         2 done, 1 failed, 0:05" in shown(board)
    assert "      ci: Wait for CI (3 of 20 tries failed)" in shown(board, width=80)[3]


def test_a_task_of_several_packages_is_of_the_first_that_is_collected() -> None:
    board = Board(0.0, play="Rollout")
    board.open(["package_3"])
    board.started(("backend", "restart"), "Restart", ["package_2", "package_3"], 0)
    board.started(("backend", "other"), "Other", ["package_2"], 0)
    assert {one.what: one.section for one in board.running.values()} == {
        "Restart": "Package-3",
        "Other": "Rollout",
    }


@pytest.mark.parametrize("width", [20, 33, 80, 200])
@pytest.mark.parametrize("height", [3, 5, 24])
def test_it_fits(board: Board, width: int, height: int) -> None:
    board.running["ci", "wait"].what = "日本語 " * 30
    lines = shown(board, width, height)
    assert len(lines) <= height
    assert all(columns(line) <= width for line in lines)


def test_where_there_is_little_room_what_is_under_way_comes_first(board: Board) -> None:
    assert [line.split()[0] for line in shown(board, height=3)] == ["PSP-1234,", "*", "ci:"]
    assert [line.split()[1] for line in shown(board, height=5)[1:]] == [
        "Package-0",
        "Wait",
        "Package-2",
        "Package-3",
    ]


def test_nothing_is_shown_of_nothing() -> None:
    assert panel.panel(Board(0.0, head="a run"), 5, 80, 24, panel.LETTERS) == []


def test_what_waits_long_is_told_of_every_so_often(board: Board) -> None:
    assert board.waiting(39, 30) == []
    assert [one.what for one in board.waiting(40, 30)] == ["Wait for CI"]
    assert board.waiting(69, 30) == []
    assert [one.what for one in board.waiting(70, 30)] == ["Wait for CI"]


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("utf-8", panel.SYMBOLS), ("ascii", panel.LETTERS), ("latin-1", panel.LETTERS), (None, panel.LETTERS)],
)
def test_symbols_are_those_that_the_encoding_has(encoding: str | None, marks: panel.Marks) -> None:
    assert panel.marks(encoding) == marks
