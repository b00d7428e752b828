# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin, brought up once for all that is tested against it."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TWIN = ROOT / "tests" / "twin" / "twin.py"
STATE = ROOT / ".twin" / "state.json"
LIMIT_SECONDS = 60


def twin_command(verb: str) -> None:
    """Run a verb of the twin's, and fail with what it printed where it fails."""
    done = subprocess.run(
        [sys.executable, str(TWIN), verb], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def _twin_session() -> t.Iterator[None]:
    was_up = STATE.exists()
    yield
    if not was_up:
        twin_command("down")


@pytest.fixture(scope="module")
def twin(_twin_session: None) -> dict[str, t.Any]:
    """Return the twin's C(state.json). A twin that was up before is used, and left up."""
    twin_command("up")
    return read_state()


@pytest.fixture(scope="module")
def fresh_twin(_twin_session: None) -> dict[str, t.Any]:
    """Return the state of a twin that has just been reset, behind the release."""
    twin_command("reset")
    return read_state()


def read_state() -> dict[str, t.Any]:
    """Return C(.twin/state.json)."""
    state: dict[str, t.Any] = json.loads(STATE.read_text("utf-8"))
    return state
