# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that the name before them gives away: C(password=…), headers, JSON, YAML, XML, a URL's parameters.

Separators are looked for from behind, in the reversed text: there the name begins where the separator ends,
so that what is no such name is left after one or two characters.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from . import names, values
from .lazy import pattern
from .pair import Pair, Told
from .span import MASK, Span

_BACK = 240
_ENDS_TEXT = (
    "pass passwd password passwords passphrase passcode pwd pw secret secrets token tokens key keys "
    "credential credentials cred creds auth dsn salt salts signature signatures sig cookie cookies hmac "
    "webhook webhooks authorization psk jwt bearer otp pepper value session parola sifre"
)
_ENDS = _ENDS_TEXT.split()
_COMMA, _SQL, _ENCODED, _MIDDLE = 3, 4, 5, 6  # of the separators, those that need a closer look
# What may be behind the telling word of a name.
_REST = pattern(
    rb"_[A-Za-z0-9_.-]{1,64}(?:\\{0,8}[\"'`]|\])?[ \t]{0,8}(?P<separator>[=:>]|,(?=[ ]?[bru]?[\"']))"
)
_NAME = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$-"
_DESCRIBED = pattern(
    rb"(?:name|key|type)\\?[\"']?[ ]?[:=][ ]?\\?[\"']?([A-Za-z0-9_.-]{2,64})\\?[\"']?[ \t]*,?"
    rb"(?:\s|\\n){1,64}(?:- )?\\?[\"']?$"
    rb"|\\?\"(?:name|key|type)\\?\":\\?\"([A-Za-z0-9_.-]{2,64})\\?\",\\?\"$"
    rb"|([A-Za-z0-9_.-]{2,64})\\?[\"'][ ]?:[ ]?\{"
    rb"(?:(?:\s|\\n){0,16}\\?\"(?:type|sensitive)\\?\":[ ]?[^\s,{}]{1,20},){0,2}(?:\s|\\n){0,16}\\?[\"']?$",
    re.IGNORECASE,
)


@lru_cache(None)
def _separator(number: int) -> re.Pattern[bytes]:
    """Return what finds a separator and the end of such a name, in a reversed text in lower case."""
    name = rb"[?+]?[\"'`\\ \t\]]{0,12}(?:\d{1,3}(?:v|ahs)?[_-]?(?![\d:t]))?" + _end()
    return re.compile(
        (
            b"=" + name,
            # Most colons are those of URLs and of times.
            rb":(?!/|\d\d:)" + name,
            b">" + name,
            rb",[\"']" + name,
            rb"'e?[ ]{1,4}(?:drowssap|yb (?:\S{1,40} htiw )?deifitnedi)",
            b"d3%" + name,
            b"_" + _end(),
        )[number]
    )


_SMALL = 65536
_ANCHORS = ((b"=",), (b":",), (b">",), (b',"', b",'"), (b"drowssap", b"deifitnedi"), (b"d3%",), (b"_",))


def _separators(text: bytes) -> t.Iterator[tuple[int, re.Pattern[bytes]]]:
    """Return those that a reversed text may contain, with their numbers; for a small one none is compiled."""
    for number, anchors in enumerate(_ANCHORS):
        if len(text) > _SMALL or any(one in text for one in anchors):
            yield number, _separator(number)


@lru_cache(None)
def _end() -> bytes:
    """Return a pattern for the ends of such names, reversed: a trie, so that each letter is one step."""
    ends: dict[str, t.Any] = {}
    for word in _ENDS:
        node = ends
        for char in reversed(word):
            node = node.setdefault(char, {})
        node[""] = {}
    return _alternatives(ends).encode()


def _alternatives(node: t.Mapping[str, t.Any]) -> str:
    if "" in node:
        return ""
    branches = [re.escape(char) + _alternatives(more) for char, more in sorted(node.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def spans(data: bytes, lower: bytes, start: int, stop: int, told: Told) -> list[Span]:
    """Return the values whose separator is between C(start) and C(stop); C(lower) is in lower case."""
    low = max(0, start - _BACK)
    backwards = lower[low:stop][::-1]
    last = stop - 1
    places: list[tuple[int, int]] = []
    for number, separator in _separators(backwards):
        for match in separator.finditer(backwards):
            at, what = last - match.start(), number
            if number == _MIDDLE:
                rest = _REST.match(data, at)
                if not rest:
                    continue
                at, what = rest.start("separator"), _COMMA if rest["separator"] == b"," else 0
            if start <= at < stop + _BACK * (number == _MIDDLE):
                places.append((at, what))
    found: list[Span] = []
    told = told._replace(looked=[0])
    for at, what in sorted(places):
        # What is inside a value that is masked already needs no second look.
        if not found or at >= found[-1].stop:
            found += _pair(data, at, what, told)
    return found


def _pair(data: bytes, at: int, number: int, told: Told) -> list[Span]:
    """Return what is secret behind a separator."""
    if number == _SQL:
        found = values.quoted(data, at, "password") or []
        return [
            span for span in found if not names.is_said(str(data[span.start : span.stop], "utf-8", "replace"))
        ]
    before = data[max(0, at - _BACK) : at - 2 * (number == _ENCODED)].rstrip(b" \t")
    before = (
        before[:-1].rstrip(b" \t") if before.endswith((b"?", b"+")) and data[at : at + 1] == b"=" else before
    )
    bare = before[-12:].rstrip(b"]\"'`\\")
    bare = before[: len(before) - len(before[-12:]) + len(bare)]
    head = bare.rstrip(_NAME)
    name = bare[len(head) :].decode().lstrip(".-")
    if head.endswith(b"\\") and name[:1] in ("n", "r", "t") and name[1:]:
        head, name = head + name[:1].encode(), name[1:]
    if (
        not name
        or name in told.shown
        or (number == _COMMA and head.rstrip(b"bru\"'\\ ")[-1:] not in (b"(", b"["))
    ):
        return []
    separator = data[at : at + 1]
    if name.lower().endswith("value"):
        described = _DESCRIBED.search(head[-160:])
        if not described:
            return []
        name = (described[1] or described[2] or described[3]).decode()
    kind = names.SURELY if name == "PWD" and head.endswith(b";") else names.kind(name)
    parameter = name.lower() in ("key", "code") and head.endswith((b"?", b"&", b"PRAGMA "))
    # A comparison, a cast; a port, or a user of that name in a URL; a verdict.
    other = before.endswith((b"!", b"<", b">", b"=", b"~")) if separator == b"=" else head.endswith(b"://")
    other = (
        other
        or head.endswith(MASK.encode())
        or (separator == b">" and head.endswith(b"/"))
        or (separator == b":" and name == "PASS")
        or (head.endswith(b"${") and data[at : at + 2] in (b":?", b":+"))
        or (number == _COMMA and name == "AUTH")
        or data[at : at + 2] in (b"==", b"=~")
        or (data[at : at + 2] == b"::" and data[at + 2 : at + 3] != b" ")
    )
    if other or (kind == names.NO and not parameter):
        return []
    kind = names.SURELY if parameter else kind
    value = at + 1 + (data[at : at + 2] in (b"=>", b":=", b"::"))
    while data[value : value + 1] in (b" ", b"\t") and value < at + 12:
        value += 1
    pair = Pair(name, kind, separator, bare != before, head, value - at - 1, told.known, told.looked)
    return values.spans(data, value, pair)
