# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From where to where a value goes: quoted, bare, a header's, a list."""

from __future__ import annotations

import re

from . import blocks, names
from .blocks import LONGEST
from .lazy import pattern
from .pair import Pair
from .span import MASKED, Span

_LONGEST_HEADER = 8192
_QUOTED = pattern(rb"[bBrRuUfF]?(\\{0,8})([\"'`])")
# What says the type of a value, or colours it.
_BLANKS = rb"(?:\s|\\{1,4}[nrt]){0,64}"
_WRAPPED = pattern(
    rb"(?:Some\(" + _BLANKS + rb"|\[\]string\{|" + _BLANKS + rb"string\(\d{1,7}\) "
    rb"|(?:(?:\x1b|\\{1,4}(?:u001b|x1b|033|e))\[[\d;]{0,16}m){1,4}[ ]?)(?=\\{0,8}[\"'])"
)
# Quotes within those of SQL.
_DOUBLED = pattern(rb"(''|\"\")(?P<secret>[^\s'\",;)}\]][^'\"\n]{0,512})\1")
_OPENED = pattern(rb"\\{0,8}[\"'`]$")
_PLAIN = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^\s\"'&,;)}\]\\<>`]|\\[^\n\"'])+")
_TIGHT = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^\s\"'`\\]|\\[^\n\"'])+")
_QUERY = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^&\s\"'<>#;,)}\]\\`])+")
_TO_END = pattern(rb"[^\r\n]+")
_NEXT_PAIR = pattern(rb"(?:[ ,;&|]|(?:\\r)?\\n)+\\?[\"']?[A-Za-z_][\w.-]{0,63}\\?[\"']? ?(?:=(?!=)|: )")
_SCHEME = pattern(
    rb"(?:bearer|basic|digest|token|negotiate|ntlm|apikey|api-key|hmac|hawk|oauth|aws4-hmac-sha256|signature|key|"
    rb"sharedkey|splunk|genie\w*|bot|pop|dpop|mac)[ \t]+",
    re.IGNORECASE,
)
_COOKIE = pattern(
    rb"(?:^|[;,]\s*)(?!(?:path|domain|expires|max-age|samesite)=)[^=;,\s]{1,128}=(\"?[^;,\s\"]+)", re.I
)
_ITEM = pattern(rb"(\\{0,8}[\"'])([^\"'\\]{1,4096})\1")
_ENV_LINE = pattern(rb"(?:export )?[A-Za-z_]\w{0,127}=")
_CDATA = b"<![CDATA["
_TUPLE = pattern(
    rb"\(\s*[bru]?(\\{0,8}[\"'])[^\"'\\]{0,256}\1\s*,\s*[bru]?\1(?P<secret>[^\"'\\]{1,512})\1\s*\)"
)
_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_SIGNED = pattern(rb"(?:t=\d{1,20}|v\d),(?P<secret>[\w=,+/-]+)")
_TO_ESCAPE = pattern(rb"(?:[^\r\n\"\\]|\\(?![nr\"]))+")
_TO_QUOTE = pattern(rb"[^\r\n\"'\\<>`]+")


def spans(data: bytes, at: int, pair: Pair) -> list[Span]:
    """Return what of the value that begins at C(at) is secret."""
    wrapped = _WRAPPED.match(data, at)
    at = wrapped.end() if wrapped else at
    if pair.label in _HEADERS:
        return _header(data, at, pair)
    if data[at : at + 1] == b"[" and (items := _list(data, at, pair)):
        return items
    if data[at : at + 1] == b"(" and not pair.name_is_quoted:
        return _login(data, at, pair)
    whole = quoted(data, at, pair.label, pair)
    if whole is not None or pair.separator == b",":
        return whole or []
    block = blocks.spans(data, at, pair)
    if block is None:
        return _cut(data, at, pair) if _QUOTED.match(data, at) else _bare(data, at, pair)
    return block


def _cut(data: bytes, at: int, pair: Pair) -> list[Span]:
    """Return the value whose quotes do not end, as in a text that was cut."""
    opened = _QUOTED.match(data, at)
    match = _PLAIN.match(data, opened.end()) if opened else None
    drawn = match and names.is_random(str(match[0], "utf-8", "replace"), 6)
    return (
        [Span(*match.span(), pair.label)] if match and drawn and pair.is_secret(match[0], quoted=True) else []
    )


def _bare(data: bytes, at: int, pair: Pair) -> list[Span]:
    start, stop = _unquoted(data, at, pair) or (at, at)
    if pair.label.endswith("-signature") and (signed := _SIGNED.match(data, at)):
        start, stop = signed.span("secret")
    if start == stop or not pair.is_secret(data[start:stop], quoted=False):
        return []
    number = pair.name_is_quoted and pair.separator == b":" and data[start:stop].isdigit()
    return [Span(start, stop, pair.label, quoted=number)]


def quoted(data: bytes, at: int, label: str, pair: Pair | None = None) -> list[Span] | None:
    """Return the value in quotes, None where they do not end."""
    opened = _QUOTED.match(data, at)
    if not opened:
        return None
    stop = closing(data, opened.end(), opened[1] + opened[2], env=bool(pair and pair.separator == b"="))
    if stop < 0:
        return None
    value = data[opened.end() : stop]
    if not value and (doubled := _DOUBLED.match(data, opened.end() - 1)):
        return [Span(*doubled.span("secret"), label)]
    if not value or (pair and not pair.is_secret(value, quoted=True)):
        return []
    if pair and pair.label in ("stripe-signature",) and (stamp := re.match(rb"t=\d+,", value)):
        return [Span(opened.end() + stamp.end(), stop, label)]
    return [Span(opened.end(), stop, label)]


def closing(data: bytes, at: int, delimiter: bytes, *, env: bool = False) -> int:
    """Return where a quoted text ends that begins behind its delimiter (a quote, escaped or not), else -1."""
    limit = min(len(data), at + LONGEST)
    quote, escapes = delimiter[-1:], len(delimiter) - 1
    place = at
    while True:
        place = data.find(quote, place, limit)
        if place < 0:
            return -1
        backslashes = place
        while backslashes > at and data[backslashes - 1] == 0x5C:
            backslashes -= 1
        before = place - backslashes
        ends = before == escapes if escapes else before % 2 == 0
        if ends and not escapes and data[place + 1 : place + 2] == quote and place > at:
            place += 2  # doubled, as in SQL and YAML
            continue
        if ends:
            break
        place += 1
    place -= escapes
    if b"\n" in data[at:place] and not (
        env and place - at <= 4096 and data[place + 1 : place + 2] in b"\r\n"
    ):
        return -1
    return place


def _unquoted(data: bytes, at: int, pair: Pair) -> tuple[int, int] | None:
    """Return from where to where a bare value goes."""
    limit = min(len(data), at + LONGEST)
    opened = _OPENED.search(pair.head[-9:]) if not pair.name_is_quoted else None
    if pair.separator == b">":
        at += len(_CDATA) * data.startswith(_CDATA, at)
        stop = data.find(b"]]>" if data.startswith(_CDATA, at - len(_CDATA)) else b"</", at, limit)
        return (at, stop) if stop > at and not re.search(rb"[\n<]", data[at:stop]) else None
    if pair.head[-1:] in (b"?", b"&") or pair.separator == b"D":
        match = _QUERY.match(data, at, limit)
    elif opened and (stop := closing(data, at, opened[0])) > at:
        cut = _NEXT_PAIR.search(data, at, stop)
        return at, cut.start() if cut else stop
    elif pair.begins_line and not pair.name_is_quoted:
        return _line(data, at, limit, pair)
    else:
        match = _PLAIN.match(data, at, limit)
    return match.span() if match else None


def _line(data: bytes, at: int, limit: int, pair: Pair) -> tuple[int, int] | None:
    """Return the value of a name that begins a line: in YAML, INI and env files it is the line's rest."""
    match = (_TO_ESCAPE if pair.is_escaped else _TO_END).match(data, at, limit)
    if not match or data[at - pair.blanks : at].count(b"\n"):
        return None
    stop = match.end()
    whole = pair.separator == b":" or pair.blanks or _among_lines(data, stop)
    tight = (_TIGHT if pair.separator == b"=" else _PLAIN).match(data, at, stop)
    # "token: expired; run …" is a message, which goes on behind the word.
    said = tight and tight[0].isalpha() and names.is_ordinary(str(tight[0], "utf-8"))
    if not whole or said or _NEXT_PAIR.search(data, at, stop) or (pair.separator == b":" and not pair.blanks):
        return tight.span() if tight else None
    comment = re.search(rb"\s+#", data[at:stop])
    stop = at + comment.start() if comment else stop
    while stop > at and data[stop - 1] in b" \t,":
        stop -= 1
    return at, stop


def _among_lines(data: bytes, stop: int) -> bool:
    """Return whether the next line sets a variable, too, as in an env file."""
    return bool(_ENV_LINE.match(data, data.find(b"\n", stop, stop + 2) + 1)) if stop < len(data) else False


def _header(data: bytes, at: int, pair: Pair) -> list[Span]:
    """Return what of an Authorization or a Cookie is secret: all but the scheme, the values."""
    limit = min(len(data), at + _LONGEST_HEADER)
    opened = _QUOTED.match(data, at)
    begin = at
    if opened:
        begin, stop = opened.end(), closing(data, opened.end(), opened[1] + opened[2])
        if stop < 0:
            return []
    elif data[at : at + 1] == b"[":
        return _list(data, at, pair)
    else:
        in_line = (pair.begins_line or pair.head[-2:] in (b"> ", b"< ")) and not pair.is_escaped
        match = (_TO_END if in_line else _TO_QUOTE).match(data, at, limit)
        if not match or pair.separator == b",":
            return []
        stop = match.end()
    if "cookie" in pair.label:
        value, looked = data[begin:stop], max(0, pair.looked[0] - begin)
        # What a header before went through, too, has no other items: only the one that begins here is new.
        first = [_COOKIE.match(value)] if looked else []
        pair.looked[0] = max(pair.looked[0], *(data.rfind(mark, begin, stop) for mark in (b";", b",")))
        found = [
            Span(begin + one.start(1), begin + one.end(1), pair.label)
            for one in [*first, *_COOKIE.finditer(value, looked)]
            if one
        ]
        return [
            span
            for span in found
            if not names.is_ordinary(data[span.start : span.stop].decode("utf-8", "replace"))
        ]
    scheme = _SCHEME.match(data, begin, stop)
    begin = scheme.end() if scheme else begin
    value = data[begin:stop].strip()
    if (
        not value
        or value not in pair.known
        and (names.is_ordinary(value.decode("utf-8", "replace")) or MASKED.fullmatch(value))
    ):
        return []
    return [Span(begin, begin + len(data[begin:stop].rstrip()), pair.label)]


def _login(data: bytes, at: int, pair: Pair) -> list[Span]:
    """Return the password of a user and a password, as they are given to clients of HTTP; else it is code."""
    login = _TUPLE.match(data, at)
    found = login and not names.is_said(str(login["secret"], "utf-8", "replace"))
    return (
        [Span(*login.span("secret"), pair.label)]
        if login and found and pair.is_secret(login["secret"], quoted=True)
        else []
    )


def _list(data: bytes, at: int, pair: Pair) -> list[Span]:
    """Return the texts of a list of secrets."""
    end = data.find(b"]", at, at + 8192)
    items = [match.span(2) for match in _ITEM.finditer(data, at, end)] if end > 0 else []
    return [
        Span(begin, stop, pair.label)
        for begin, stop in items
        if data[begin:stop].strip(b", \n\t\r") and pair.is_secret(data[begin:stop], quoted=True)
    ]
