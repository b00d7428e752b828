# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stream that is too large to be held, or is no text: its bytes are in a file, its text is what is read.

Whatever its size, it takes some 30 MiB of memory to write and to read one.
"""

from __future__ import annotations

import hashlib
import heapq
import typing as t
from pathlib import Path

CHUNK = 1 << 18
# Bytes of a stream beyond which it is a file on its way and in reports.
LARGE = 256 * 1024
# Bytes that are read whole; of what is larger, so much of both ends, and the lines between that may matter.
WHOLE, END = 6 << 20, 2 << 20
# Bytes of a command's stream that are kept, and of its end where it is cut.
LIMIT, LAST = 256 << 20, 1 << 20
# Bytes of what is read into memory, such as a log.
HELD = 2 * WHOLE
_TELLING = (
    *(b"error", b"fail", b"traceback", b"exception", b"warn", b"fatal", b"critical", b"panic", b"denied"),
    *(b"refused", b"abort", b"timeout", b"timed out", b"killed", b"conflict", b"violat", b"deadlock"),
    *(b"running upgrade", b"running downgrade", b"running stamp", b" passed", b" skipped"),
)
_LONGEST_LINE = 2048
_LONGEST_SECRET = 1 << 16
# What ends within a key has its rest behind.
_KEY_BEGINS, _KEY_ENDS = b"-----BEGIN ", b"-----END "

Chunks = t.Iterable[bytes]


class Stream(str):
    """The text of a stream, or an excerpt of it, and where all of its bytes are.

    Attributes:
        file: its path.
        sha256, size: of its bytes.
        left: bytes that the text lacks.
        unread: why the text lacks lines that may matter, or C('').
    """

    file: str
    sha256: str
    size: int
    left: int
    unread: str

    def at(self, file: str) -> Stream:
        """Return the stream with its bytes in another file."""
        return _stream(str(self), file, self.sha256, self.size, left=self.left, unread=self.unread)


def _stream(text: str, file: str, sha256: str, size: int, *, left: int, unread: str) -> Stream:
    made = Stream(text)
    made.file, made.sha256, made.size, made.left, made.unread = file, sha256, size, left, unread
    return made


def of_file(path: Path) -> Chunks:
    """Return the bytes of a file in chunks."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


class Taken:
    """A stream as it passes: its size, its digest, and what is read of it."""

    def __init__(self) -> None:
        self.size = 0
        self._sha = hashlib.sha256()
        self._head, self._tail = bytearray(), bytearray()
        self._telling: list[bytes] = []
        self._told = self._left = 0

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def passing(self, chunks: Chunks) -> Chunks:
        """Return the chunks as they are."""
        for chunk in chunks:
            self.take(chunk)
            yield chunk

    def take(self, chunk: bytes) -> None:
        """Add what comes next."""
        self._sha.update(chunk)
        self.size += len(chunk)
        if self.size <= WHOLE:
            self._head += chunk
            return
        self._tail += self._head[END:] + chunk
        del self._head[END:]
        if len(self._tail) > 2 * END:
            self._between(bytes(self._tail[:-END]))
            del self._tail[:-END]

    def stream(self, file: str) -> str:
        """Return the text, as a C(Stream) where it is not all of the bytes."""
        data = bytes(self._head) if self.size <= WHOLE else self._excerpt(file)
        text = data.decode("utf-8", "backslashreplace")
        if self.size <= LARGE and text.encode() == data:
            return text
        unread = f"{self.size} bytes have too many lines that may matter" if self._told > END else ""
        return _stream(text, file, self.sha256, self.size, left=self._left, unread=unread)

    def _excerpt(self, file: str) -> bytes:
        if len(self._tail) > END:
            self._between(bytes(self._tail[:-END]))
            del self._tail[:-END]
        note = f"\n[... {self._left} bytes of {self.size} are left out here, but for lines that may matter: "
        note += f"all are in {Path(file).name}, SHA-256 {self.sha256} ...]\n"
        return b"".join([self._head, note.encode(), *self._telling, b"[...]\n", self._tail])

    def _between(self, data: bytes) -> None:
        """Leave a piece out but for its lines that say something."""
        self._left += len(data)
        done = 0
        for place in _telling(data.lower()):
            if self._told > END:
                return
            if place < done:
                continue
            begin = max(
                done, data.rfind(b"\n", max(0, place - _LONGEST_LINE), place) + 1, place - _LONGEST_LINE
            )
            end = data.find(b"\n", place, place + _LONGEST_LINE)
            done = end + 1 if end >= 0 else min(len(data), place + _LONGEST_LINE)
            line = data[begin:done].rstrip(b"\n") + b"\n"
            self._told += len(line)
            self._telling.append(line)


def _telling(lower: bytes) -> t.Iterator[int]:
    """Return where the telling words are, in order."""
    return heapq.merge(*(_places(lower, word) for word in _TELLING))


def _places(data: bytes, word: bytes) -> t.Iterator[int]:
    place = data.find(word)
    while place >= 0:
        yield place
        place = data.find(word, place + len(word))


def excerpt(text: str, most: int) -> str:
    """Return a text as a report shows it: its first and its last lines, of C(most) characters in all."""
    if len(text) <= most:
        return text
    first = text.rfind("\n", 0, most // 2) + 1 or most // 2
    last = text.find("\n", len(text) - most // 2, -1) + 1 or len(text) - most // 2
    left = text[first:last]
    lines = left.count("\n")
    return f"{text[:first]}[... {lines} lines, {len(left)} characters, are not shown here ...]\n{text[last:]}"


def masked(raw: t.IO[bytes], size: int, mask: t.Callable[[Chunks], Chunks], limit: int = LIMIT) -> Chunks:
    """Return what a command wrote, masked, up to a limit; what is cut is said with its size.

    So much before the cut is left out that no half of a secret is left at it.
    """
    raw.seek(0)
    if size <= limit:
        yield from mask(iter(lambda: raw.read(CHUNK), b""))
        return
    yield from _all_but(mask(_read(raw, limit)), _LONGEST_SECRET)
    raw.seek(size - LAST - CHUNK)
    last = b"".join(mask(_read(raw, LAST + CHUNK)))
    begin = last.find(b"\n", CHUNK) + 1
    # A line without an end would begin within a word, which may be a secret.
    last = last[begin:] if begin else b""
    left = size - limit + _LONGEST_SECRET - len(last)
    yield (
        f"\n[... cut here: some {left} bytes of {size}; a stream is kept up to {limit} bytes ...]\n".encode()
        + last
    )


def _read(raw: t.IO[bytes], count: int) -> Chunks:
    while count > 0 and (chunk := raw.read(min(CHUNK, count))):
        count -= len(chunk)
        yield chunk


def _all_but(chunks: Chunks, last: int) -> Chunks:
    """Return the chunks without the last bytes."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        if len(rest) > last:
            yield rest[:-last]
            rest = rest[-last:]


def bounded(chunks: Chunks, most: int = 0) -> tuple[bytes, int]:
    """Return what comes, or of more than C(most) bytes its first and last lines, and how much is left out.

    No piece of a line stands beside the cut, since half of a secret would not be known; of a line that is
    longer, so much is left out before the cut that none is halved.
    """
    most = most or HELD
    head, tail, size = bytearray(), bytearray(), 0
    half = most // 2
    for chunk in chunks:
        size += len(chunk)
        taken = max(0, half - len(head))
        head += chunk[:taken]
        tail += chunk[taken:]
        if len(tail) > most:
            del tail[:-half]
    if size <= most:
        return bytes(head + tail), 0
    del tail[: max(0, len(tail) - half)]
    first = head[: head.rfind(b"\n") + 1 or max(0, len(head) - _LONGEST_SECRET)]
    begin = tail.find(b"\n", _end_of_key(tail)) + 1
    last = tail[begin:] if begin else b""
    left = size - len(first) - len(last)
    note = f"\n[... {left} bytes of {size} are left out here; {most} are kept ...]\n"
    return b"".join([first, note.encode(), last]), left


def _end_of_key(data: bytes | bytearray) -> int:
    """Return where a key ends that has begun before the data, 0 where none has."""
    ends, begins = data.find(_KEY_ENDS), data.find(_KEY_BEGINS)
    return ends if ends >= 0 and not 0 <= begins < ends else 0


def before_cut(shown: str) -> str:
    """Return a masked text that was cut without its end, where half of a secret may be."""
    return shown[: max(0, len(shown) - _LONGEST_SECRET)]


def part(text: str, size: int, left: int) -> Stream:
    """Return the masked text of a stream of which so much was left out, and that is in no file."""
    return _stream(text, "", "", size, left=left, unread=f"{left} bytes of {size} were cut")
