# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The block scalars of YAML: as they are, behind the times of a log, or in a text that JSON escaped."""

from __future__ import annotations

import re

from . import names
from .lazy import pattern
from .pair import Pair
from .span import MASKED, Span

LONGEST = 65536
_TIME = pattern(rb"\d{4}-\d\d-\d\dT[\d:.,]{5,18}(?:Z|[+-][\d:]{4,5}) ")
_BLOCK = pattern(rb"[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?\r?\n")
_ESCAPED_BLOCK = pattern(
    rb"[|>][+-]?\d?[+-]?[ \t]*(?:\\r)?\\n(?P<lines>(?:[^\r\n\"\\]|\\[^\r\n\"]){1,%d})" % LONGEST
)


def spans(data: bytes, at: int, pair: Pair) -> list[Span] | None:
    """Return what of the block that begins at C(at) is secret, None where none begins."""
    if pair.separator != b":":
        return None
    if block := _BLOCK.match(data, at):
        return _block(data, at, block.end(), pair)
    escaped = _ESCAPED_BLOCK.match(data, at)
    return _escaped_block(escaped, pair) if escaped else None


def _block(data: bytes, at: int, begin: int, pair: Pair) -> list[Span]:
    """Return a YAML block scalar: the lines that are further in than the name, in a log behind its times."""
    line = data[data.rfind(b"\n", max(0, at - LONGEST), at) + 1 : at]
    stamp = _stamp(line)
    margin = len(line) - stamp - len(line[stamp:].lstrip(b" -"))
    stop, lines = begin, []
    while stop < min(len(data), begin + LONGEST):
        end = data.find(b"\n", stop) + 1 or len(data)
        inner = data[stop:end]
        inner = inner[_stamp(inner) if stamp else 0 :]
        if inner.strip() and len(inner) - len(inner.lstrip(b" ")) <= margin:
            break
        first = end - len(inner.lstrip())
        lines.append((first, first + len(inner.strip())))
        stop = end
    filled = [one for one in lines if one[0] < one[1]]
    # Without times, one span: that of its lines with what is between them.
    pieces = filled if stamp else [(filled[0][0], filled[-1][1])] if filled else []
    return [Span(*one, pair.label) for one in pieces if _is_no_word(data[slice(*one)])]


def _escaped_block(found: re.Match[bytes], pair: Pair) -> list[Span]:
    """Return the same of a text that JSON escaped."""
    stop = begin = found.start("lines")
    for line in found["lines"].split(b"\\n"):
        if line.strip() and len(line) - len(line.lstrip(b" ")) <= pair.margin:
            break
        stop += len(line) + 2
    text = found.string[begin : min(stop, found.end()) - 2 * (stop <= found.end())]
    begin += len(text) - len(text.lstrip())
    return [Span(begin, begin + len(text.strip()), pair.label)] if text.strip() and _is_no_word(text) else []


def _is_no_word(text: bytes) -> bool:
    return not names.is_ordinary(text.decode("utf-8", "replace")) and not MASKED.fullmatch(text)


def _stamp(line: bytes) -> int:
    """Return how long the time is with which a log's line begins."""
    found = _TIME.match(line)
    return found.end() if found else 0
