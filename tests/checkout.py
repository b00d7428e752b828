# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the checkout as it is now, without what `.gitignore` names; git is not required."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parent.parent
_SHARED = (".venv", "tests/twin/e2e/node_modules")


def files(*left_out: str) -> Iterator[Path]:
    """Yield the files and links to copy, relative to the root; `left_out` are patterns as in `.gitignore`."""
    gitignore = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = GitIgnoreSpec.from_lines([*gitignore, ".git", *left_out])
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        links = [name for name in subfolders if (ROOT / here / name).is_symlink()]
        subfolders[:] = [name for name in subfolders if not ignored.match_file(f"{here / name}/")]
        yield from (here / name for name in [*names, *links] if not ignored.match_file(here / name))


def copy(paths: Iterable[Path], place: Path) -> None:
    """Copy these files to the same paths below `place`; a link stays a link."""
    for path in paths:
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target, follow_symlinks=False)


def for_a_twin(place: Path, log: int | None = None) -> None:
    """Make a copy that has a twin of its own, and shares what is installed; one that is left is taken down.

    What that prints goes to the file descriptor `log`, where one is given.
    """
    if (place / ".twin").exists():
        down = [sys.executable, "tests/twin/twin.py", "down"]
        subprocess.run(down, cwd=place, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    shutil.rmtree(place, ignore_errors=True)
    copy(files(), place)
    for path in _SHARED:
        (place / path).symlink_to(ROOT / path)
