# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A step's stream in the locker: written and read piece by piece, compressed where it is large."""

from __future__ import annotations

import gzip
import hashlib
import typing as t
import zlib
from collections import Counter
from pathlib import Path

from ...module_utils._core.masking.span import MASK, MASKED
from ...module_utils._core.redaction import Redactor
from ...module_utils._core.streams import CHUNK, Chunks, Stream, Taken, of_file
from . import elsewhere

# Bytes above which a stream is compressed; C(gunzip) shows it.
COMPRESSED = 1 << 20
_LONGEST_MASK = 256

Record = dict[str, t.Any]


def write(path: Path, content: str, redact: Redactor, masks: Counter[str]) -> Record:
    """Write a stream, masked, and return its file's name, and digest and size of what was masked.

    C(masks) counts what the masks in it hide.

    Raises:
        OSError: it cannot be written.
    """
    size = content.size if isinstance(content, Stream) else len(content.encode())
    place = path.with_name(f"{path.name}.gz") if size > COMPRESSED else path
    taken = Taken()
    counted: Counter[str] = Counter()

    def chunks() -> Chunks:
        nonlocal taken
        taken = Taken()
        counted.clear()
        source = of_file(Path(content.file)) if isinstance(content, Stream) else [content.encode()]
        passing = _counted(taken.passing(redact.stream(source)), counted)
        return _compressed(passing) if place is not path else passing

    if size:
        elsewhere.write(place, chunks)
    masks.update(counted)
    return {"file": place.name, "sha256": taken.sha256, "bytes": taken.size}


def read(file: Path, kept: t.Mapping[str, t.Any]) -> str | None:
    """Return a stream's text, None where it is not what was kept."""
    taken = Taken()
    if kept["bytes"] and file.exists():
        try:
            with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as source:
                while chunk := source.read(CHUNK):
                    taken.take(chunk)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return None
    return taken.stream(str(file)) if taken.sha256 == kept["sha256"] else None


def sha256(file: Path) -> str:
    """Return a file's digest."""
    found = hashlib.sha256()
    for chunk in of_file(file):
        found.update(chunk)
    return found.hexdigest()


def count_masks(data: bytes, masks: Counter[str]) -> int:
    """Count what the masks in a text hide, by name; return where the last one ends."""
    end = 0
    for mask in MASKED.finditer(data):
        masks[mask[0][len(MASK) : -1].decode()] += 1
        end = mask.end()
    return end


def _counted(chunks: Chunks, masks: Counter[str]) -> Chunks:
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        rest = data[max(count_masks(data, masks), len(data) - _LONGEST_MASK) :]
        yield chunk


def _compressed(chunks: Chunks) -> Chunks:
    # Level 1: the disk and not the processor is what a stream of 100 MB must not cost.
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()
