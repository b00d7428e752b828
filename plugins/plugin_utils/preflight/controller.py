# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller has to have: libraries of its own Python, and space for the evidence."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ...module_utils._core import spool

# MiB: a closure takes a tenth; logs may be large.
LOCKER_NEEDS = 64


def lacking(library: str) -> list[str]:
    """Return one sentence where the controller lacks a library; it is not imported for that."""
    if find_spec(library):
        return []
    return [f"the Python library {library} is not installed where Ansible runs: pip install {library}"]


def lacks_space(locker: str) -> list[str]:
    """Return one sentence where the locker's file system is all but full."""
    path = Path(locker).absolute()
    there = next(folder for folder in (path, *path.parents) if folder.is_dir())
    problem = spool.lacks_space(there, LOCKER_NEEDS)
    return [f"rc_closure_locker: {problem}"] if problem else []
