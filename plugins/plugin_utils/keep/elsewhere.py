# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the locker's files are while its own disk is full: under the same path, on another file system.

<parent>/psp.rc_closure-<uid>/elsewhere/<the path in the locker, absolute>
"""

from __future__ import annotations

import errno
import os
import tempfile
import typing as t
from functools import partial
from pathlib import Path

from ...module_utils._core import files, spool
from ...module_utils._core.streams import of_file

FULL = (errno.ENOSPC, errno.EDQUOT)
# What was put elsewhere by this process, and is to be said.
used: list[Path] = []


def write(path: Path, content: files.Content) -> Path:
    """Write a file whole or not at all, elsewhere if its disk is full; return where it is.

    So what is elsewhere is always the newest.

    Raises:
        OSError: it cannot be written anywhere.
    """
    place = somewhere(path, lambda place: files.write(place, content))
    if place == path:
        for before in _others(path):
            before.unlink(missing_ok=True)
    return place


def somewhere(path: Path, put: t.Callable[[Path], object]) -> Path:
    """Do with a path what needs space, elsewhere if its disk is full; return where that was.

    Raises:
        OSError: it can be done nowhere.
    """
    try:
        put(path)
    except OSError as exc:
        if exc.errno not in FULL:
            raise
        for place in _others(path):
            try:
                place.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
                put(place)
            except OSError:
                continue
            used.append(place)
            return place
        raise
    return path


def find(path: Path) -> Path:
    """Return where a file is: elsewhere, or where it belongs."""
    return next((one for one in _others(path) if one.exists()), path)


def glob(folder: Path, pattern: str) -> list[Path]:
    """Return a folder's files, and those that are elsewhere, by their names."""
    found = [path for place in (folder, *_others(folder)) for path in place.glob(pattern)]
    return sorted(found, key=lambda path: path.name)


def left(folder: Path) -> list[Path]:
    """Return what belongs into a folder and is elsewhere."""
    return sorted(path for place in _others(folder) for path in place.rglob("*") if path.is_file())


def settle(folder: Path) -> None:
    """Put what is elsewhere where it belongs, as far as there is space again."""
    for place in _others(folder):
        for file in sorted(path for path in place.rglob("*") if path.is_file()):
            target = folder / file.relative_to(place)
            try:
                target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
                files.write(target, partial(of_file, file))
            except OSError:
                return
            file.unlink()


def _others(path: Path) -> t.Iterator[Path]:
    """Yield where a path may be elsewhere: in folders of ours alone, on other file systems."""
    here = next((one for one in (path, *path.absolute().parents) if one.is_dir()), Path("/")).stat().st_dev
    for parent in dict.fromkeys((spool.PARENT, tempfile.gettempdir(), str(Path.home()), "/dev/shm")):
        own = Path(parent) / f"psp.rc_closure-{os.geteuid()}"
        try:
            if Path(parent).stat().st_dev != here and spool.is_ours(own):
                yield own / "elsewhere" / path.absolute().relative_to("/")
        except OSError:
            continue
