# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder is a ticket like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import telling
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import TicketError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.file_ticket import FileTicket
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.posting import Pace
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.telling import Order, Told
from tests.unit.captured import step
from tests.unit.reports import ATTEMPT, report


def tell(folder: Path, *failing: int, attempt: str = ATTEMPT, characters: int = 65_536) -> Told:
    steps = {0: [step("x", stdout="line\n" * 600)]}
    given = Order(report(*failing, steps=steps), attempt, "f" * 64, Redactor({}), close=True, label="bad")
    ticket = FileTicket(str(folder))
    ticket.characters = characters
    return telling.tell(ticket, given, Pace(lambda seconds: True))


def test_comments_are_numbered_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "ticket"
    told = tell(folder, characters=2000)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [*(f"{n:04d}.md" for n in range(1, len(told.comments) + 1)), "state.json"]
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]} == {0}
    assert max(len(path.read_text("utf-8")) for path in folder.glob("*.md")) <= 2001


def test_it_closes_and_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "ticket"
    assert tell(folder).state == "closed"
    assert not tell(folder).changed
    told = tell(folder, 2, attempt="20261125T000000.000000Z")
    assert (told.action, told.state) == ("reopen", "open")
    assert FileTicket(str(folder)).state().labels == ("bad",)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "ticket"
    tell(folder)
    (folder / "0003.md").write_text("mine\n", encoding="utf-8")
    tell(folder, 1, attempt="20261125T000000.000000Z")
    assert (folder / "0003.md").read_text("utf-8") == "mine\n"
    assert len(FileTicket(str(folder)).comments()) == 4


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "ticket").write_text("a file", encoding="utf-8")
    with pytest.raises(TicketError, match="cannot be written: "):
        tell(tmp_path / "ticket")


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "0001.md").write_bytes(b"\xff\xfe")
    with pytest.raises(TicketError, match="0001.md cannot be read"):
        FileTicket(str(tmp_path)).comments()
