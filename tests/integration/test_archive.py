# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galaxy's importer takes the archive; installed by itself, it closes the twin as others' workflow does."""

from __future__ import annotations

import json
import os
import shlex
import sys
import typing as t
from pathlib import Path

import pytest

from tests import workflows
from tests.integration.conftest import ROOT

BIN = Path(sys.executable).parent
LIMIT_SECONDS = 300


def run(argv: t.Sequence[str | Path], folder: Path) -> tuple[int, str]:
    """Run a command in a folder, with nothing of the checkout's or the user's settings."""
    return workflows.run(shlex.join(map(str, argv)), folder, limit=LIMIT_SECONDS)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive that C(make release) built, or one that is built now."""
    if given := os.environ.get("RC_CLOSURE_ARCHIVE"):
        return Path(given)
    folder = tmp_path_factory.mktemp("archive")
    status, output = run([sys.executable, ROOT / "tests" / "archive.py", folder], folder)
    assert status == 0, output
    return Path(output.splitlines()[0])


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
    (tmp_path / "closure").mkdir(mode=0o700)
    status, output = workflows.run(
        workflows.block("close-release", "Close the release"),
        tmp_path,
        limit=LIMIT_SECONDS,
        RUNNER_TEMP=str(tmp_path),
        INVENTORY=str(ROOT / "inventories" / "twin"),
        TICKET="PSP-3031",
        RELEASE="archive",
        COMMIT=fresh_twin["commit"],
        ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "installed"),
        ANSIBLE_VERBOSITY="2",
        # As from ansible-core 2.24 on.
        ANSIBLE_INJECT_FACT_VARS="false",
    )
    assert status == 0, output[-4000:]
    (path,) = (tmp_path / "evidence").glob("*/*/report.json")
    report = json.loads(path.read_text("utf-8"))
    assert report["gate"] == {"status": "PASS", "reasons": []}
    assert report["release"]["commit"] == fresh_twin["commit"]
    # Nothing of the checkout had a part in it.
    assert f"task path: {tmp_path / 'installed'}" in output
    assert "config file = None" in output or "No config file found" in output
    assert not any(str(ROOT / name) in output for name in ("roles", "playbooks", "plugins"))
    assert "WARNING]" not in output
