# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log read from a mark on, so that a log of any size costs what was written since.

A mark is taken before something happens and handed back afterwards. In between the log may have been
rotated, by renaming or by copying and truncating, and the older part may have been compressed.
"""

from __future__ import annotations

import gzip
import os
import typing as t
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .._core.evidence import utc_now

_FINGERPRINT_BYTES = 256
_PIECE_BYTES = 16 * 1024**2
_COMPRESSED = ".gz"

Mark = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Reading:
    """What was written since a mark.

    Attributes:
        data: all of it, in the order in which it was written.
        note: how it was read, for instance C(from byte 1234 on).
    """

    data: bytes
    note: str


@dataclass(frozen=True)
class _File:
    path: Path
    inode: int
    size: int
    modified: int


def mark(path: str) -> dict[str, t.Any]:
    """Return where a log file ends now, and the time; it may travel as JSON.

    Of a file that does not exist yet, that is its beginning.

    Raises:
        OSError: the file cannot be read.
    """
    files = _files(Path(path))
    current = next((file for file in files if file.path == Path(path)), None)
    return {
        "kind": "file",
        "path": path,
        "time": utc_now(),
        "inode": current.inode if current else None,
        "offset": current.size if current else 0,
        "fingerprint": _before(current.path, current.size).hex() if current else "",
        "others": [file.inode for file in files if file is not current],
    }


def since(where: Mark) -> bytes:
    """Return what was written to the log since the mark was taken.

    Raises:
        OSError: a file cannot be read.
    """
    return read_since(where).data


def read_since(where: Mark) -> Reading:
    """Return what was written to the log since the mark was taken, and how it was read.

    Raises:
        OSError: a file cannot be read.
    """
    path = Path(where["path"])
    files = _files(path)
    started = _marked(files, where)
    begun = [file for file in files if file.inode not in (*where.get("others", ()), where["inode"])]
    if started is None or started.inode != where["inode"]:
        # Truncated, it is a new file in all but its inode.
        begun += [file for file in files if file.inode == where["inode"]]
    parts = sorted({*begun, *([started] if started else [])}, key=lambda file: _age(file, path))
    data = b"".join(_read(file.path, where["offset"] if file == started else 0) for file in parts)
    return Reading(data, _note(where, started, parts))


def ends(
    path: str, since: datetime | None, wanted: t.Callable[[bytes], bool], maximum: int
) -> t.Iterator[bytes]:
    """Return the ends of the log and of what rotation made of it, the newest first.

    Args:
        path: the log.
        since: of the rotated files, those that were written after this moment are looked at; None: all.
        wanted: as C(last_lines_before()) takes it.
        maximum: bytes of a file that are looked at.

    Raises:
        OSError: a file cannot be read; the log itself must be there.
    """
    yield last_lines_before(path, wanted, maximum)
    oldest = since.timestamp() * 1e9 if since else 0
    older = [file for file in _files(Path(path)) if file.path != Path(path) and file.modified >= oldest]
    for file in sorted(older, key=lambda file: -file.modified):
        yield last_lines_before(str(file.path), wanted, maximum)


def last_lines_before(path: str, wanted: t.Callable[[bytes], bool], maximum: int) -> bytes:
    """Return the shortest end of a file that C(wanted) accepts, or else its last C(maximum) bytes.

    It is read from its end in growing pieces, since what is wanted is mostly near; where it is compressed, it
    has no end to read from.

    Raises:
        OSError: the file cannot be read.
    """
    if path.endswith(_COMPRESSED):
        return _end_of_compressed(Path(path), maximum)
    size = 64 * 1024
    with Path(path).open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        while True:
            file.seek(max(0, length - size))
            data = file.read()
            if size >= min(length, maximum) or wanted(data):
                return data
            size *= 4


def _end_of_compressed(path: Path, maximum: int) -> bytes:
    data = b""
    with gzip.open(path) as file:
        while piece := file.read(_PIECE_BYTES):
            data = (data + piece)[-maximum:]
    return data


def _note(where: Mark, started: _File | None, parts: t.Sequence[_File]) -> str:
    names = ", ".join(file.path.name for file in parts)
    if where["inode"] is None:
        return "from its beginning on, since the file did not exist before"
    if started is None:
        return f"rotated in between, the last lines before are lost; read {names}"
    if len(parts) > 1:
        return f"from byte {where['offset']} on, rotated in between; read {names}"
    return f"from byte {where['offset']} on"


def _files(path: Path) -> list[_File]:
    """Return the log and what rotation made of it: files beside it whose names begin with its name."""
    found = []
    for candidate in path.parent.glob(f"{_escaped(path.name)}*"):
        try:
            status = candidate.stat()
        except FileNotFoundError:
            continue
        if candidate.is_file():
            found.append(_File(candidate, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _marked(files: t.Sequence[_File], where: Mark) -> _File | None:
    """Return the file that holds what was written right after the mark.

    It is the same file, wherever it was moved to; or, where that one was truncated or is gone, a new
    one that has what stood before the mark in its place.
    """
    same = [file for file in files if file.inode == where["inode"]]
    new = [file for file in files if file.inode not in where.get("others", ()) and file not in same]
    return next((file for file in (*same, *new) if _holds(file, where)), None)


def _holds(file: _File, where: Mark) -> bool:
    if where["inode"] is None:
        return False
    return _before(file.path, where["offset"]).hex() == str(where["fingerprint"])


def _before(path: Path, offset: int) -> bytes:
    """Return the bytes just before an offset, fewer where the file is shorter."""
    first = max(0, offset - _FINGERPRINT_BYTES)
    return _read(path, first, offset - first)


def _read(path: Path, first: int, length: int = -1) -> bytes:
    with gzip.open(path) if path.suffix == _COMPRESSED else path.open("rb") as file:
        file.seek(first)
        return file.read(length)


def _age(file: _File, current: Path) -> tuple[bool, int]:
    """Sort rotated files by when they were written last, the log itself behind them."""
    return file.path == current, file.modified
