# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same staging through kubectl, as inventories/staging has it for pods."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SCENARIO = Path(__file__).parent.parent
RELEASE = "pods"


def test_packages_in_pods(staging: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Package-1 and 3 are proven, nothing is set up, and every step went through kubectl."""
    calls = tmp_path / "calls"
    monkeypatch.setenv("PATH", f"{SCENARIO / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECTL_CALLS", str(calls))
    before = {name: staging.outside(name)["Id"] for name in ("backend", "redis", "worker")}
    done = staging.playbook(
        "playbooks/rc_closure.yml",
        f"--inventory={SCENARIO / 'pods'}",
        "--tags=package_1,package_3",
        rc_closure_release=RELEASE,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    report = json.loads((staging.evidence / "PSP-3031" / RELEASE / "report.json").read_text("utf-8"))
    assert [report["packages"][f"package_{number}"]["status"] for number in (1, 3)] == ["PASS", "PASS"]
    pods = {f"{staging.prefix}-{name}" for name in before}
    assert set(calls.read_text("utf-8").split()) == pods
    assert {name: staging.outside(name)["Id"] for name in before} == before
    assert [what for what, secret in staging.secrets().items() if secret in done.stdout] == []
