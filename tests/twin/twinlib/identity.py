# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's stand-in for a git commit: a digest of the backend's sources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")


def content_hash(tree: Path) -> str:
    """SHA-1 (40 hex digits, as git's) over the sorted paths and contents of `tree`."""
    digest = hashlib.sha1(usedforsecurity=False)
    for path in sorted(_files(tree)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(tree).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(tree: Path) -> Iterator[Path]:
    for path in tree.rglob("*"):
        if path.is_file() and not set(LEFT_OUT) & set(path.relative_to(tree).parts):
            yield path
