# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this backend's CI runs."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

INI = Path(__file__).parents[1] / "db" / "alembic-ledger.ini"


def test_the_chain_has_one_head() -> None:
    assert ScriptDirectory.from_config(Config(INI)).get_heads() == ["c1"]
