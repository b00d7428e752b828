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
_READABLE = os.R_OK | os.X_OK
_MOST_LINKS = 40  # one behind another


def code_of(one: process.Process) -> Code:
    """Return the newest source file below a process's working directory, or why none can be seen.

    Where there is none, the application is installed: then what was installed last beside its interpreter.
    Of a file counts when it was put there, for a copy may keep the time of its content.
    """
    try:
        newest = _Tree(one).newest() if one.directory != "/" else None
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


class _Tree:
    """The source files below a process's directory, each through the links that it sees."""

    def __init__(self, one: process.Process) -> None:
        self._process = process.PROC / str(one.pid)
        self._shown = one.directory
        self._folders = 0
        self._newest: dict[tuple[int, int], _File | None] = {}  # by the folder that a link leads to

    def newest(self) -> _File | None:
        """Return the newest of them; the directory is the process's own also in a container."""
        return self._below(self._process / "cwd", self._shown)

    def _below(self, folder: Path, shown: str) -> _File | None:
        status = folder.stat()
        key = status.st_dev, status.st_ino
        if key not in self._newest:
            self._newest[key] = None  # it may link to itself
            self._newest[key] = max(self._files(folder, shown), default=None)
        return self._newest[key]

    def _files(self, folder: Path, shown: str) -> t.Iterator[_File]:
        fail = _fail_at(f"{self._process / 'cwd'}/")
        for path, folders, files in os.walk(f"{folder}/", onerror=fail):
            self._folders += 1
            if self._folders > _MOST_FOLDERS:
                raise OSError(0, f"there are more than {_MOST_FOLDERS} folders below {self._shown}")
            folders[:] = [name for name in folders if _may_hold_code(Path(path, name))]
            here = Path(shown, Path(path).relative_to(folder))
            for name in folders:
                linked, target = self._followed(Path(path, name))
                if linked and os.access(target, _READABLE) and target.is_dir() and _may_hold_code(target):
                    found = self._below(target, str(here / name))
                    # Without code in it a link is none, either.
                    yield from [found, (linked, str(here / name))] if found else []
            for name in files:
                if name.endswith(_SOURCE):
                    linked, target = self._followed(Path(path, name))
                    there = os.lstat(target).st_ctime if os.path.lexists(target) else linked
                    yield max(linked, there), str(here / name)

    def _followed(self, path: Path) -> tuple[float, Path]:
        """Return when the newest link was made on the way to where a path leads the process, and that."""
        made = 0.0
        for _link in range(_MOST_LINKS):
            if not path.is_symlink():
                break
            made, target = max(made, path.lstat().st_ctime), str(path.readlink())
            path = self._process / "root" / target.lstrip("/") if target[0] == "/" else path.parent / target
        return made, path


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
    folder = process.PROC / str(one.pid)
    root = folder / "root"
    programs = [Path(word) for word in one.argv[:2] if word.startswith("/")]
    if "/" not in one.argv[0]:  # found by PATH: maybe a link of a venv's, or a script that runs another
        path = process.environment(one.pid).get("PATH", "").split(":")
        places = [Path(place, one.argv[0]) for place in path if place.startswith("/")]
        programs += [place for place in places if os.path.lexists(root / place.relative_to("/"))][:1]
        programs.append((folder / "exe").readlink())
    return {root / program.parent.parent.relative_to("/") for program in programs}


def _installed(prefix: Path) -> _File | None:
    """Return what was installed last."""
    folders = prefix.glob("lib/python3*/site-packages/*.dist-info")
    return max(((one.lstat().st_ctime, one.name) for one in folders), default=None)
