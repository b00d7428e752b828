# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the workflows below C(.github/), and their C(run:) blocks carried out as a runner does."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


def document(name: str) -> dict[str, t.Any]:
    """Return a workflow by the name of its file."""
    found: dict[str, t.Any] = yaml.safe_load(
        (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    )
    return found


def steps(name: str) -> list[dict[str, t.Any]]:
    """Return the steps of all jobs of a workflow."""
    return [step for job in document(name)["jobs"].values() for step in job["steps"]]


def block(name: str, step: str) -> str:
    """Return the C(run:) of the step with this name."""
    (found,) = [one["run"] for one in steps(name) if one.get("name") == step]
    return str(found)


def run(text: str, folder: Path, *path: Path, limit: float = 60, **environment: str) -> tuple[int, str]:
    """Run a block by bash as GitHub's runner does, without settings of Ansible; C(path) comes first."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    searched = os.pathsep.join([*map(str, path), str(BIN), own["PATH"]])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={**own, "HOME": str(folder), "PATH": searched, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
