# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist as a terminal shows it while it fills. Pure."""

from __future__ import annotations

import typing as t

from .board import Board, Running, Section
from .texts import Line, between, clock, fit


class Marks(t.NamedTuple):
    """What stands before a section, and where a text was cut off.

    Attributes:
        so_far: nothing is under way, and more may come.
    """

    done: str
    failed: str
    at_work: str
    so_far: str
    to_come: str
    more: str


SYMBOLS = Marks("✔", "✖", "●", "◌", "○", "…")
LETTERS = Marks("+", "!", "*", "~", "-", "...")


def marks(encoding: str | None) -> Marks:
    """Return the symbols, or letters where the encoding has none of them."""
    try:
        "".join(SYMBOLS).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return LETTERS
    return SYMBOLS


def panel(board: Board, now: float, width: int, height: int, signs: Marks) -> list[Line]:
    """Return the lines, none wider than C(width), and no more of them than C(height).

    Where there is little room, sections with nothing under way give way, the oldest first.
    """
    groups = [_section(board, section, now, width, signs) for section in board.sections.values()]
    idle = [group for group in groups if len(group) == 1]
    while idle and sum(map(len, groups)) >= height:
        groups.remove(idle.pop(0))
    head = Line(between(board.head, clock(now - board.began), width, signs.more), "head")
    lines = [head, *(line for group in groups for line in group)]
    return lines[:height] if board.sections else []


def _section(board: Board, section: Section, now: float, width: int, signs: Marks) -> list[Line]:
    tasks = [task for task in board.running.values() if task.section == section.name]
    took = clock(section.ended - section.began) if section.began is not None and section.done else ""
    failed = f", {section.failed} failed" if section.failed else ""
    count = f"{section.done} done{failed}" if section.done else ""
    mark, style = _state(board, section, signs, at_work=bool(tasks))
    right = ", ".join(filter(None, [count, "" if tasks else took]))
    head = Line(between(f"  {mark} {section.name}", right, width, signs.more), style)
    return [head, *(_task(task, now, width, signs) for task in tasks)]


def _state(board: Board, section: Section, signs: Marks, *, at_work: bool) -> tuple[str, str]:
    """Return the mark of a section and its style. No package is done before it was judged."""
    if at_work:
        return signs.at_work, "changed"
    if section.began is None:
        return signs.to_come, "dim"
    if section.failed:
        return signs.failed, "failed"
    open_yet = section.name == board.play or section.name in board.packages
    return (signs.so_far, "changed") if open_yet else (signs.done, "ok")


def _task(task: Running, now: float, width: int, signs: Marks) -> Line:
    note = f" ({task.note})" if task.note else ""
    left = f"      {task.host}: {task.what}{note}"
    return Line(fit(between(left, task.time(now, clock), width, signs.more), width, signs.more))
