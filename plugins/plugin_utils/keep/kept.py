# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A step's stream in the locker: written and read piece by piece, compressed where it is large.

What judges read of one that is too large to be read whole is kept beside it: nobody unpacks 100 MB for it.
"""

from __future__ import annotations

import gzip
import hashlib
import typing as t
import zlib
from collections import Counter
from pathlib import Path

from ...module_utils._core.masking.span import MASK, MASKED
from ...module_utils._core.redaction import Redactor
from ...module_utils._core.streams import CHUNK, LARGE, WHOLE, Chunks, Stream, Taken, of_file
from . import elsewhere

# Bytes above which a stream is compressed; C(gunzip) shows it.
COMPRESSED = 1 << 20
_LONGEST_MASK = 256

Record = dict[str, t.Any]
# Returns a file's SHA-256.
Digest = t.Callable[[Path], str]


def write(path: Path, content: str, redact: Redactor, masks: Counter[str]) -> Record:
    """Write a stream, masked, and return what the step's record says of it: C(docs/evidence-format.md).

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
    record: Record = {"file": place.name, "sha256": taken.sha256, "bytes": taken.size}
    if place is not path:
        record["packed_sha256"] = sha256(elsewhere.find(place))
    if place is not path and taken.size > WHOLE:
        record["excerpt"] = _write_excerpt(path.with_name(f"{path.name}.excerpt"), taken.stream(str(place)))
    return record


def _write_excerpt(path: Path, stream: str) -> Record:
    data = stream.encode()
    elsewhere.write(path, data)
    left, unread = getattr(stream, "left", 0), getattr(stream, "unread", "")
    return {"file": path.name, "sha256": hashlib.sha256(data).hexdigest(), "left": left, "unread": unread}


def names(record: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names of the files that a record of a stream stands for."""
    excerpt = [record["excerpt"]["file"]] if "excerpt" in record else []
    return [record["file"], *excerpt] if record["bytes"] else []


def read(
    file: Path, kept: t.Mapping[str, t.Any], digest: t.Callable[[Path], str] | None = None
) -> str | None:
    """Return a stream's text, or what is read of it; None where it is not what was kept.

    C(digest) returns a file's SHA-256, by which somebody who has read them all spares their being read again.
    """
    if "excerpt" in kept:
        return _excerpt(file, kept, digest or sha256)
    if digest and 0 < kept["bytes"] <= COMPRESSED and file.suffix != ".gz" and file.exists():
        return _text(file, kept) if digest(file) == kept["sha256"] else None
    taken = Taken()
    if kept["bytes"] and file.exists():
        try:
            with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as source:
                while chunk := source.read(CHUNK):
                    taken.take(chunk)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return None
    return taken.stream(str(file)) if taken.sha256 == kept["sha256"] else None


def _excerpt(file: Path, kept: t.Mapping[str, t.Any], digest: Digest) -> str | None:
    said = kept["excerpt"]
    beside = elsewhere.find(file.with_name(said["file"]))
    known = {file: kept["packed_sha256"], beside: said["sha256"]}
    if not all(one.exists() and digest(one) == sha for one, sha in known.items()):
        return None
    return _stream(beside.read_bytes().decode(), file, kept, said["left"], said["unread"])


def _text(file: Path, kept: t.Mapping[str, t.Any]) -> str:
    data = file.read_bytes()
    text = data.decode("utf-8", "backslashreplace")
    return text if len(data) <= LARGE and text.encode() == data else _stream(text, file, kept)


def _stream(text: str, file: Path, kept: t.Mapping[str, t.Any], left: int = 0, unread: str = "") -> Stream:
    stream = Stream(text)
    stream.file, stream.sha256, stream.size = str(file), kept["sha256"], kept["bytes"]
    stream.left, stream.unread = left, unread
    return stream


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
