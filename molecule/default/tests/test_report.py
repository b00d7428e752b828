# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the whole closure on containers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("package_0", "package_1", "package_2", "package_3")


@pytest.fixture(scope="module")
def folder(staging: Any) -> Path:
    """Where the locker has this release."""
    return Path(staging.evidence / "PSP-3031" / "molecule")


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    """The report, as machines read it."""
    return dict(json.loads((folder / "report.json").read_text("utf-8")))


def test_pass(report: dict[str, Any]) -> None:
    """All four packages, and so the gate."""
    assert {name: report["packages"][name]["status"] for name in PACKAGES} == dict.fromkeys(PACKAGES, "PASS")
    assert report["gate"]["status"] == "PASS"


def test_evidence_of_five_containers(report: dict[str, Any], staging: Any) -> None:
    """Each part of the staging was asked where it runs; an intent is kept before that."""
    steps = (step for package in report["packages"].values() for step in package["steps"])
    hosts = {step["host"] for step in steps if not step["name"].endswith("_intent")}
    parts = ("backend", "ci", "postgres", "redis", "worker")
    assert hosts == {f"{part} ({staging.prefix}-{part})" for part in parts}


def test_the_workers_log_has_the_run(report: dict[str, Any], staging: Any) -> None:
    """The run that the report names went through this worker."""
    post = next(s for s in report["packages"]["package_3"]["steps"] if s["name"] == "recon_post")
    run_id = json.loads(post["stdout"])["id"]
    log = staging.inside("worker").file("/var/log/psp/worker.log").content_string
    assert f"reconcile_run('{run_id}')" in log


def test_no_secret_is_kept(folder: Path, staging: Any) -> None:
    """Neither in the reports nor in the evidence."""
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert len(kept) > 50
    found = [
        (path.name, what)
        for path in kept
        for what, secret in staging.secrets().items()
        if secret in path.read_text("utf-8", errors="replace")
    ]
    assert found == []


def test_the_database_is_at_the_head(staging: Any) -> None:
    """What Package-1 says is so."""
    asked = "SELECT version_num FROM alembic_version"
    said = staging.inside("postgres").run("psql --dbname=psp --tuples-only --no-align --command=%s", asked)
    assert said.stdout.strip() == "0007_mig_01c_finding_unique", said.stderr
