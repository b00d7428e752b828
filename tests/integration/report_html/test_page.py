# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html in the Chromium that the twin's browser tests use; page.spec.ts has what it must do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import page, view
from tests.unit import documents
from tests.unit.captured import step

HERE = Path(__file__).parent
BIN = Path(sys.prefix) / "bin"
LIMIT_SECONDS = 1500
HOSTILE = """</script><script>alert(1)</script>"><img src="http://192.0.2.1/x" onerror="alert(1)">\u202e"""


@pytest.fixture(scope="module")
def project() -> Path:
    """Install the packages of the lockfile, unless they are there."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        _run([str(BIN / "node"), str(BIN / "npm"), "ci", "--ignore-scripts", "--loglevel=error"])
        stamp.write_bytes(lock.read_bytes())
    return HERE


def _run(command: list[str], **more: str) -> None:
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _reports() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield a PASS, a FAIL of three packages with hostile outputs, and ten closures with a fault each."""
    yield "pass", documents.passing()
    hostile = step("hostile", title=HOSTILE, command=HOSTILE, host=HOSTILE, stdout=HOSTILE * 99)
    yield "spike", documents.build(fault="worker_killed_midway", spike="spike", more=[hostile])
    for fault in documents.FAULTS:
        yield fault, documents.only(fault)


def _failed(document: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return what must be found on the page, in its order."""
    packages = [one for one in view.packages(document) if one.is_bad]
    return [
        {"criterion": one.id, "reason": one.of["reason"], "steps": [step.id for step in one.steps]}
        for package in packages
        for one in package.bad
    ]


def test_a_browser_shows_it_as_it_must(project: Path, tmp_path: Path) -> None:
    found = dict(_reports())
    for name, document in found.items():
        (tmp_path / f"{name}.html").write_text(page.render(document), "utf-8")
    told = [{"name": name, "failed": _failed(document)} for name, document in found.items()]
    assert len([one for one in told if one["failed"]]) > 10
    (tmp_path / "reports.json").write_text(json.dumps(told), "utf-8")
    command = [str(project / "node_modules" / ".bin" / "playwright"), "test"]
    _run(command, PAGES=str(tmp_path), RESULTS=str(tmp_path / "results"))
