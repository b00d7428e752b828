# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log file, read from a mark on, so that a log of any size costs what was written since.

In between it may have been rotated, by renaming or by copying and truncating, and the older part may have
been compressed.
"""

from __future__ import annotations

import glob
import gzip
import os
import typing as t
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from .._core.evidence import utc_now
from .._core.streams import CHUNK, Chunks, bounded
from .log import Log, Mark, Reading

# As far back as a file is searched: what is further up was written long ago.
_MAXIMUM_BYTES = 1024**3
_TAIL_BYTES = 1024**2
_FINGERPRINT_BYTES = 256
_FIRST_PIECE_BYTES = 64 * 1024
_PIECE_BYTES = 16 * 1024**2
_COMPRESSED = ".gz"


class _Part(t.NamedTuple):
    """The log itself, or a file that rotation made of it."""

    path: Path
    inode: int
    size: int
    modified: int


class File(Log):
    """A log file, and what rotation makes of it."""

    def __init__(self, path: str) -> None:
        self.name = path
        self._path = Path(path)

    def mark(self) -> dict[str, t.Any]:
        """Return where the file ends; of one that does not exist yet, that is its beginning."""
        parts = _parts(self._path)
        current = next((part for part in parts if part.path == self._path), None)
        return {
            "time": utc_now(),
            "inode": current.inode if current else None,
            "offset": current.size if current else 0,
            "fingerprint": _before(current.path, current.size).hex() if current else "",
            "modified": max((part.modified for part in parts), default=0),
        }

    def read_since(self, mark: Mark) -> Reading:
        parts = _parts(self._path)
        started = _marked(parts, mark)
        wanted = [p for p in parts if p == started or p.path == self._path or _written_since(p, mark)]
        read = sorted(wanted, key=lambda part: (part.path == self._path, part.modified))
        data, left = bounded(
            chunk for part in read for chunk in _chunks(part.path, mark["offset"] if part == started else 0)
        )
        note = _note(mark, started, read) + (f"; {left} bytes of it are left out" if left else "")
        return Reading(data, note, bool(left) or (started is None and mark["inode"] is not None), left)

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        raw = _before(self._path, mark["offset"], most)
        return raw if mark["offset"] <= most else raw[raw.find(b"\n") + 1 :]

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterator[bytes]:
        yield end_of(self._path, wanted, _MAXIMUM_BYTES)
        oldest = began.timestamp() * 1e9 if began else 0
        older = [part for part in _parts(self._path) if part.path != self._path and part.modified >= oldest]
        for part in sorted(older, key=lambda part: -part.modified):
            yield end_of(part.path, wanted, _MAXIMUM_BYTES)

    def tail(self, count: int) -> bytes:
        return end_of(self._path, lambda data: data.count(b"\n") > count, _TAIL_BYTES)

    def written(self) -> datetime | None:
        return datetime.fromtimestamp(self._path.stat().st_mtime, timezone.utc)


def end_of(path: Path, wanted: t.Callable[[bytes], bool], maximum: int) -> bytes:
    """Return the shortest end of a file that C(wanted) accepts, or else its last C(maximum) bytes.

    It is read from its end in growing pieces, since what is wanted is mostly near; where it is compressed, it
    has no end to read from.

    Raises:
        OSError: the file cannot be read.
    """
    if path.suffix == _COMPRESSED:
        return _end_of_compressed(path, maximum)
    size = _FIRST_PIECE_BYTES
    with path.open("rb") as file:
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


def _note(mark: Mark, started: _Part | None, read: t.Sequence[_Part]) -> str:
    names = ", ".join(part.path.name for part in read)
    if mark["inode"] is None:
        return "from its beginning on, since the file did not exist before"
    if started is None:
        return f"rotated in between, the last lines before are lost; read {names}"
    if started.inode != mark["inode"]:
        names += "; what was written between its copy and its truncation would be missing"
    if len(read) > 1:
        return f"from byte {mark['offset']} on, rotated in between; read {names}"
    return f"from byte {mark['offset']} on"


def _parts(path: Path) -> list[_Part]:
    """Return the log and what rotation made of it: files beside it whose names begin with its name.

    A date may stand before the name's ending, too. What is being compressed is there twice, and counts once.
    """
    found = []
    name, stem, ending = map(glob.escape, (path.name, path.stem, path.suffix))
    patterns = [f"{name}*", *([f"{stem}[-._][0-9]*{ending}*"] if ending else [])]
    for candidate in {one for pattern in patterns for one in path.parent.glob(pattern)}:
        with suppress(FileNotFoundError):
            status = candidate.stat()
            if candidate.is_file():
                found.append(_Part(candidate, status.st_ino, status.st_size, status.st_mtime_ns))
    there = {part.path for part in found}
    return [one for one in found if one.path.suffix != _COMPRESSED or one.path.with_suffix("") not in there]


def _marked(parts: t.Sequence[_Part], mark: Mark) -> _Part | None:
    """Return the file that holds what was written right after the mark.

    It is the same file, wherever it was moved to; or, where that one was truncated or is gone, a new
    one that has what stood before the mark in its place.
    """
    if mark["inode"] is None:
        return None
    fingerprint = str(mark["fingerprint"])
    same = [part for part in parts if part.inode == mark["inode"]]
    new = [p for p in parts if p not in same and _written_since(p, mark, or_then=bool(fingerprint))]
    return next((p for p in (*same, *new) if _before(p.path, mark["offset"]).hex() == fingerprint), None)


def _written_since(part: _Part, mark: Mark, *, or_then: bool = False) -> bool:
    """Whether it was written after the mark, or in the mark's second: what compresses may cut its time off.

    An inode tells nothing: that of a file which rotation removed is given to the next new one.
    """
    then = mark.get("modified", 0)
    return part.modified > then or (or_then and part.modified >= then - then % 10**9)


def _before(path: Path, offset: int, most: int = _FINGERPRINT_BYTES) -> bytes:
    """Return the bytes just before an offset, fewer where the file is shorter."""
    first = max(0, offset - most)
    return _read(path, first, offset - first)


def _read(path: Path, first: int, length: int) -> bytes:
    with gzip.open(path) if path.suffix == _COMPRESSED else path.open("rb") as file:
        file.seek(first)
        return file.read(length)


def _chunks(path: Path, first: int) -> Chunks:
    with gzip.open(path) if path.suffix == _COMPRESSED else path.open("rb") as file:
        file.seek(first)
        while chunk := file.read(CHUNK):
            yield chunk
