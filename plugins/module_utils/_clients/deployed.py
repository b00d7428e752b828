# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code that a process could have imported, and when the newest of it came to where it is."""

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from .._core.evidence import rfc3339
from .._text.environment_report import Code
from . import process

# No code of the application's: what others installed, and what is put there while it runs.
_OTHERS = {"node_modules", "site-packages", "dist-packages", "__pycache__"}
_SOURCE = ".py"
_MOST_FOLDERS = 20_000


def code_of(one: process.Process) -> Code:
    """Return the newest source file below a process's working directory, or why none can be seen.

    Where there is none, the application is installed: then what was installed last beside its interpreter.
    Of a file counts when it was put there, for a copy may keep the time of its content.
    """
    try:
        newest = _newest(process.PROC / str(one.pid) / "cwd", one.directory) if one.directory != "/" else None
        newest = newest or max(filter(None, map(_installed, _prefixes(one))), default=None)
    except OSError as exc:
        return Code(unseen=f"the code of process {one.pid} cannot be seen: {exc.strerror}")
    if newest is None:
        return Code(
            unseen=f"there is no source file below {one.directory}, the directory of process {one.pid}"
        )
    moment, name = newest
    changed = rfc3339(datetime.fromtimestamp(moment, timezone.utc))
    return Code(name, changed, loaded=rfc3339(process.imported(one)))


# When a file was put there, in seconds since 1970, and its name.
_File = tuple[float, str]


def _newest(folder: Path, shown: str) -> _File | None:
    """Return the newest source file below a folder, which is the process's own also in a container."""
    newest: _File | None = None
    for count, (path, folders, files) in enumerate(os.walk(f"{folder}/", onerror=_fail_at(f"{folder}/"))):
        if count > _MOST_FOLDERS:
            raise OSError(0, f"there are more than {_MOST_FOLDERS} folders below {shown}")
        folders[:] = [name for name in folders if _may_hold_code(Path(path, name))]
        for name in files:
            if name.endswith(_SOURCE):
                file = Path(path, name)
                found = file.lstat().st_ctime, str(Path(shown, file.relative_to(folder)))
                newest = max(newest or found, found)
    return newest


def _fail_at(top: str) -> t.Callable[[OSError], None]:
    """Return what lets a folder be passed over that may not be seen, unless it is the first."""

    def fail(error: OSError) -> None:
        if error.filename == top:
            raise error

    return fail


def _may_hold_code(folder: Path) -> bool:
    hidden = folder.name.startswith(".")
    return not hidden and folder.name not in _OTHERS and not (folder / "pyvenv.cfg").exists()


def _prefixes(one: process.Process) -> set[Path]:
    """Return where the process's interpreter or its script is installed."""
    root = process.PROC / str(one.pid) / "root"
    programs = [Path(word) for word in one.argv[:2] if word.startswith("/")]
    return {root / program.parent.parent.relative_to("/") for program in programs}


def _installed(prefix: Path) -> _File | None:
    """Return what was installed last."""
    folders = prefix.glob("lib/python3*/site-packages/*.dist-info")
    return max(((one.lstat().st_ctime, one.name) for one in folders), default=None)
