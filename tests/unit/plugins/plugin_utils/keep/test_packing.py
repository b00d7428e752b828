# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules are packed beside the run while it lives; one that cannot be keeps none from the others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import packing

ROOT = Path(__file__).parents[5]


def _begin(folder: Path, run: int) -> list[str]:
    """Begin, wait for the end, and return the names that were packed."""

    def pack(name: str) -> None:
        if name.endswith("env_file"):
            raise ValueError(name)
        (folder / name.removeprefix("psp.rc_closure.")).touch()

    reading, writing = os.pipe()
    packing.begin(pack, run)
    os.close(writing)
    with os.fdopen(reading) as end:
        end.read()  # until the other process, which has it too, is gone
    return [name for name in packing.MODULES if (folder / name).exists()]


def test_all_are_packed_but_the_one_that_cannot_be(tmp_path: Path) -> None:
    assert _begin(tmp_path, os.getpid()) == [name for name in packing.MODULES if name != "env_file"]


def test_nothing_is_packed_for_a_run_that_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert _begin(tmp_path, gone.pid) == []


def test_each_is_a_module_of_the_collection() -> None:
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert set(packing.MODULES) <= modules
