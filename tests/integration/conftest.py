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
LIMIT_SECONDS = 60


def twin_command(verb: str) -> None:
    """Run a verb of the twin's, and fail with what it printed where it fails."""
    done = subprocess.run(
        [sys.executable, str(TWIN), verb], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def twin() -> t.Iterator[dict[str, t.Any]]:
    """Yield the twin's C(state.json). A twin that was up before is used, and left up."""
    state = ROOT / ".twin" / "state.json"
    was_up = state.exists()
    twin_command("up")
    yield json.loads(state.read_text("utf-8"))
    if not was_up:
        twin_command("down")
