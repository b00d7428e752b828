# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test that makes a run red: fault `fail_tests` puts it beside the backend's own tests."""

from __future__ import annotations

import os

from sqlalchemy import create_engine, inspect


def test_findings_name_the_player() -> None:
    engine = create_engine(os.environ["SYNC_DATABASE_URL"])
    columns = [column["name"] for column in inspect(engine).get_columns("reconciliation_findings")]
    engine.dispose()
    assert "player_id" in columns, "a finding must name the player it is about"
