# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever order Python gives to sets, the verdicts on captured closures come out the same, to the letter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[5]
SEEDS = ("0", "1", "20261124")
DERIVE = """
import conftest
from tests.unit.captured import FIXTURES
from tests.unit.plugins.plugin_utils.judge.test_package_3 import verdict
for path in sorted((FIXTURES / "package_3").glob("*.json")):
    print(path.stem, verdict(path.stem))
"""


def test_verdicts_do_not_depend_on_the_hash_seed() -> None:
    derived = [
        subprocess.run(
            [sys.executable, "-c", DERIVE],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in SEEDS
    ]
    assert derived[0].count("Verdict(") > 10
    assert set(derived) == {derived[0]}
