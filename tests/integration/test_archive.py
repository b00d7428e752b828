# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galaxy's importer takes the archive without a warning; installed by itself, it closes the twin by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, read_state

BIN = Path(sys.executable).parent
LIMIT_SECONDS = 300


def run(argv: t.Sequence[str | Path], folder: Path, **environment: str) -> tuple[int, str]:
    """Run a command in a folder, with nothing of the checkout's or the user's settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    done = subprocess.run(
        [str(word) for word in argv],
        cwd=folder,
        env={**own, "HOME": str(folder), "PATH": f"{BIN}{os.pathsep}{own['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive that C(make release) built, or one that is built now."""
    if given := os.environ.get("RC_CLOSURE_ARCHIVE"):
        return Path(given)
    folder = tmp_path_factory.mktemp("archive")
    status, output = run([sys.executable, ROOT / "tests" / "archive.py", folder], folder)
    assert status == 0, output
    return Path(output.splitlines()[-1])


def test_the_importer_of_galaxy_takes_it_without_a_warning(archive: Path, tmp_path: Path) -> None:
    status, output = run([sys.executable, "-m", "galaxy_importer.main", archive], tmp_path)
    assert status == 0, output
    assert "Importer processing completed successfully" in output
    assert "...ansible-lint run complete" in output
    assert [line for line in output.splitlines() if line.startswith(("WARNING", "ERROR"))] == []


def test_installed_by_itself_it_closes_the_twin_by_name(
    archive: Path, fresh_twin: dict[str, t.Any], tmp_path: Path
) -> None:
    install = [BIN / "ansible-galaxy", "collection", "install", archive, "-p", tmp_path / "installed"]
    status, output = run([*install, "--no-deps", "--offline"], tmp_path)
    assert status == 0, output
    variables = {"rc_closure_locker": str(tmp_path / "evidence")}
    status, output = run(
        [
            *(BIN / "ansible-playbook", "psp.rc_closure.rc_closure", "-vv"),
            *("-i", ROOT / "inventories" / "twin", "-e", json.dumps(variables)),
        ],
        tmp_path,
        ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "installed"),
        # As from ansible-core 2.24 on.
        ANSIBLE_INJECT_FACT_VARS="false",
    )
    assert status == 0, output[-4000:]
    (path,) = (tmp_path / "evidence").glob("*/*/report.json")
    report = json.loads(path.read_text("utf-8"))
    assert report["gate"] == {"status": "PASS", "reasons": []}
    assert report["release"]["commit"] == read_state()["commit"]
    # Nothing of the checkout had a part in it.
    assert f"task path: {tmp_path / 'installed'}" in output
    assert "config file = None" in output or "No config file found" in output
    assert not any(str(ROOT / name) in output for name in ("roles", "playbooks", "plugins"))
    assert "WARNING]" not in output
