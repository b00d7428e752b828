# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alembic.ini is in force, and which others are near."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import alembic_ini
from ansible_collections.psp.rc_closure.plugins.modules import alembic_evidence
from tests.unit.collecting import collector


@pytest.mark.parametrize(
    ("files", "command", "want"),
    [
        (["alembic.ini"], "alembic", "in force: {}/alembic.ini\n"),
        (
            ["alembic.ini", "../alembic.ini"],
            "alembic",
            "in force: {}/alembic.ini\nin reach: {up}/alembic.ini\n",
        ),
        (
            ["alembic.ini", "alembic-ledger.ini", "jobs/alembic.ini", "jobs/deep/alembic.ini", "setup.ini"],
            "alembic -c alembic-ledger.ini",
            "in force: {}/alembic-ledger.ini\nin reach: {}/alembic.ini\nin reach: {}/jobs/alembic.ini\n",
        ),
        (
            ["alembic.ini", "../etc/alembic.ini"],
            "../etc/alembic.ini|alembic",
            "in force: {}/../etc/alembic.ini\nin reach: {}/alembic.ini\n",
        ),
        (["../alembic.ini"], "alembic", "in force: none that exists\nin reach: {up}/alembic.ini\n"),
        ([], "alembic", "in force: none that exists\n"),
    ],
)
def test_what_is_in_force_and_in_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], command: str, want: str
) -> None:
    env, _mark, alembic = command.rpartition("|")
    directory = tmp_path / "app" / "backend"
    directory.mkdir(parents=True)
    for file in files:
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text("", "utf-8")
    taken = collector(alembic_evidence.ARGUMENT_SPEC, directory=str(directory), alembic=alembic.split())
    monkeypatch.setitem(taken.env, "ALEMBIC_CONFIG", env)
    alembic_ini.collect(taken)
    assert [step.name for step in taken.steps] == ["alembic_ini"]
    assert taken.steps[0].stdout == want.format(*[directory] * 3, up=directory.parent)
