# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same staging through kubectl, as inventories/staging has it for pods."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SCENARIO = Path(__file__).parent.parent
PARTS = ("backend", "redis", "worker")


class Cluster:
    """The scenario's containers, as pods."""

    def __init__(self, staging: Any, calls: Path) -> None:
        """Take the scenario, and the file into which kubectl notes what it is asked for."""
        self.staging = staging
        self._calls = calls

    @property
    def calls(self) -> list[str]:
        """What kubectl was asked for, in order."""
        return self._calls.read_text("utf-8").splitlines() if self._calls.exists() else []

    @contextmanager
    def another(self, part: str, *options: str) -> Iterator[str]:
        """Have another pod of an app, which kubectl names first."""
        name = f"{self.staging.prefix}-{part}-2"
        image = ("psp-rc/base", "sleep", "infinity")
        self.staging.docker("run", "--detach", "--init", "--network=none", f"--name={name}", *options, *image)
        try:
            yield name
        finally:
            self.staging.docker("rm", "--force", name)

    def closure(self, release: str, tags: str) -> subprocess.CompletedProcess[str]:
        """Carry out packages, whatever comes of it."""
        done: subprocess.CompletedProcess[str] = self.staging.playbook(
            "playbooks/rc_closure.yml",
            f"--inventory={SCENARIO / 'pods'}",
            f"--tags={tags}",
            rc_closure_release=release,
        )
        return done


@pytest.fixture
def cluster(staging: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The scenario, with its kubectl on PATH."""
    monkeypatch.setenv("PATH", f"{SCENARIO / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECTL_CALLS", str(tmp_path / "calls"))
    return Cluster(staging, tmp_path / "calls")


def test_packages_in_pods(cluster: Cluster) -> None:
    """Package-1 and 3 are proven, nothing is set up, and every step went through kubectl.

    Each app was looked up once, and a pod that is being deleted was left alone.
    """
    staging = cluster.staging
    before = {name: staging.outside(name)["Id"] for name in PARTS}
    with cluster.another("worker", "--label=deleted=2026-11-24T08:00:00Z"):
        done = cluster.closure("pods", "package_1,package_3")
    assert done.returncode == 0, done.stdout[-3000:]
    report = json.loads((staging.evidence / "PSP-3031" / "pods" / "report.json").read_text("utf-8"))
    assert [report["packages"][f"package_{number}"]["status"] for number in (1, 3)] == ["PASS", "PASS"]
    pods = [f"{staging.prefix}-{name}" for name in PARTS]
    assert sorted(call for call in cluster.calls if call.startswith("get")) == [
        f"get app={pod}" for pod in pods
    ]
    assert {call for call in cluster.calls if call.startswith("exec")} == {f"exec {pod}" for pod in pods}
    assert {name: staging.outside(name)["Id"] for name in PARTS} == before
    assert [what for what, secret in staging.secrets().items() if secret in done.stdout] == []


def test_two_replicas_are_refused(cluster: Cluster) -> None:
    """Before anything is asked in either, since a run may be in the other's log."""
    with cluster.another("worker") as other:
        done = cluster.closure("replicas", "package_3")
    assert done.returncode != 0
    worker = other.removesuffix("-2")
    told = f"there are 2 pods app={worker} in the namespace staging, and exactly one is required: "
    told += f"{other}, {worker}."
    assert told in " ".join(done.stdout.split()), done.stdout[-3000:]
    assert [call for call in cluster.calls if call.startswith(f"exec {worker}")] == []


def test_no_pod_is_said(cluster: Cluster) -> None:
    """And not that something cannot be indexed."""
    done = cluster.staging.playbook(
        "playbooks/queue_enablement.yml",
        f"--inventory={SCENARIO / 'pods'}",
        "--limit=worker",
        staging_pod_app="no-such",
    )
    assert done.returncode != 0
    assert "there is no pod app=no-such in the namespace staging" in " ".join(done.stdout.split())
