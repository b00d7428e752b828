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

from . import names
from .lazy import pattern, text_pattern
from .span import MASKED, Span

LONGEST = 65536
_BACK = 240
_ENDS = (
    "pass passwd password passwords passphrase passcode pwd pw secret secrets token tokens key keys credential "
    "credentials cred creds auth dsn salt salts signature signatures sig cookie cookies hmac webhook webhooks "
    "authorization psk jwt bearer otp pepper value session"
).split()
_COMMA, _SQL, _ENCODED, _MIDDLE = 3, 4, 5, 6  # of the separators, those that need a closer look
# What may be behind the telling word of a name.
_REST = pattern(rb"_[A-Za-z0-9_.-]{1,64}(?:\\{0,8}[\"'`]|\])?[ \t]{0,8}(?P<separator>[=:>]|,(?=[ ]?[bru]?[\"']))")
_QUOTED = pattern(rb"[bBrRuUfF]?(\\{0,8})([\"'`])")
_NAME = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$-"
_OPENED = pattern(rb"\\{0,8}[\"'`]$")
# What may stand before a name that begins its line: indentation, a list's dash, the arrows of C(curl -v).
_LEAD = pattern(rb"[ \t]*(?:[-*<>+#|] ?|export |set |env |ENV |\d+[:.] ?){0,2}")
_PLAIN = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^\s\"'&,;)}\]\\<>`]|\\[^\n\"'])+")
_TIGHT = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^\s\"'`\\]|\\[^\n\"'])+")
_QUERY = pattern(rb"(?:\[masked:[^\]\s]{1,200}\]|[^&\s\"'<>#;,)}\]\\`])+")
_TO_END = pattern(rb"[^\r\n]+")
_NEXT_PAIR = pattern(rb"[ ,;&|]+\\?[\"']?[A-Za-z_][\w.-]{0,63}\\?[\"']? ?(?:=(?!=)|: )")
_BLOCK = pattern(rb"[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?\r?\n")
_SCHEME = pattern(
    rb"(?:bearer|basic|digest|token|negotiate|ntlm|apikey|api-key|hmac|hawk|oauth|aws4-hmac-sha256|signature|key|"
    rb"sharedkey|splunk|genie\w*|bot|pop|dpop|mac)[ \t]+",
    re.IGNORECASE,
)
_COOKIE = pattern(rb"(?:^|[;,]\s*)(?!(?:path|domain|expires|max-age|samesite)=)[^=;,\s]{1,128}=(\"?[^;,\s\"]+)", re.I)
_ITEM = pattern(rb"\\{0,8}[\"']([^\"'\\]{1,4096})")
_DESCRIBED = pattern(
    rb"(?:name|key)\\?[\"']?[ ]?[:=][ ]?\\?[\"']?([A-Za-z0-9_.-]{2,64})\\?[\"']?[ \t]*,?\s{1,64}(?:- )?\\?[\"']?$"
    rb"|\\?\"(?:name|key)\\?\":\\?\"([A-Za-z0-9_.-]{2,64})\\?\",\\?\"$",
    re.IGNORECASE,
)
_ENV_LINE = pattern(rb"(?:export )?[A-Za-z_]\w{0,127}=")
_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
# Words that stand before a colon in prose and log lines, too, the second set not at a line's beginning.
_PROSE = set("auth webhook webhooks signature signatures pass tokens credentials secrets keys creds bearer session".split())
_PROSE_INSIDE = _PROSE | set("cookie cookies key token secret salt".split())
_PASSWORD = text_pattern(r"(?:pass(?:word|wd|phrase)?|pwd|secret)$", re.IGNORECASE)
_IDENTIFIER = text_pattern(r"[A-Za-z_][\w.]*")


@lru_cache(None)
def _separators() -> tuple[re.Pattern[bytes], ...]:
    """Return what finds a separator with the end of such a name behind it, in a reversed text in lower case."""
    ends: dict[str, t.Any] = {}
    for word in _ENDS:
        node = ends
        for char in reversed(word):
            node = node.setdefault(char, {})
        node[""] = {}
    end = _alternatives(ends).encode()
    name = rb"[\"'`\\ \t\]]{0,12}(?:\d{1,3}[_-]?(?![\d:t]))?" + end
    pairs = tuple(re.compile(separator + name) for separator in (b"=", b":", b">", rb",[\"']"))
    return (*pairs, re.compile(rb"'e?[ ]{1,4}(?:drowssap|yb deifitnedi)"), re.compile(b"d3%" + name), re.compile(b"_" + end))


def _alternatives(node: t.Mapping[str, t.Any]) -> str:
    if "" in node:
        return ""
    branches = [re.escape(char) + _alternatives(more) for char, more in sorted(node.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def spans(data: bytes, lower: bytes, start: int, stop: int, known: t.Container[bytes]) -> list[Span]:
    """Return the values whose separator is between C(start) and C(stop); C(lower) is the text in lower case."""
    low = max(0, start - _BACK)
    backwards = lower[low:stop][::-1]
    last = stop - 1
    found: list[Span] = []
    for number, pattern in enumerate(_separators()):
        for match in pattern.finditer(backwards):
            at, what = last - match.start(), number
            if number == _MIDDLE:
                rest = _REST.match(data, at)
                if not rest:
                    continue
                at, what = rest.start("separator"), _COMMA if rest["separator"] == b"," else 0
            if start <= at < stop + _BACK * (number == _MIDDLE):
                found += _pair(data, at, what, known)
    return found


def _pair(data: bytes, at: int, number: int, known: t.Container[bytes]) -> list[Span]:
    if number == _SQL:
        return _quoted_span(data, at, "password") or []
    before = data[max(0, at - _BACK) : at - 2 * (number == _ENCODED)].rstrip(b" \t")
    bare = before[-12:].rstrip(b"]\"'`\\")
    bare = before[: len(before) - len(before[-12:]) + len(bare)]
    head = bare.rstrip(_NAME)
    name = bare[len(head) :].decode().lstrip(".-")
    if not name or (number == _COMMA and head.rstrip(b"bru\"'\\ ")[-1:] not in (b"(", b"[")):
        return []
    separator = data[at : at + 1]
    if name.lower().endswith("value"):
        described = _DESCRIBED.search(head[-160:])
        if not described:
            return []
        name = (described[1] or described[2]).decode()
    kind = names.kind(name)
    after = data[at + 1 : at + 2]
    if kind == names.NO and not (name.lower() in ("key", "code") and head[-1:] in b"?&" and head):
        return []
    if (separator == b":" and after in (b":", b"=")) or (separator == b"=" and after in (b"=", b"~")):
        return []
    if separator == b"=" and before[-1:] in b"!<>=~" and before:
        return []
    value = at + 1
    if (separator == b"=" and after == b">") or (separator == b":" and after == b"="):
        value += 1
    # A port, or a user of that name in a URL; a verdict.
    if separator == b":" and (head.endswith(b"://") or name == "PASS"):
        return []
    while data[value : value + 1] in (b" ", b"\t") and value < at + 12:
        value += 1
    return _value(data, value, _Pair(name, kind, separator, bare != before, head, value - at - 1, known))


class _Pair(t.NamedTuple):
    name: str
    kind: int
    separator: bytes
    name_is_quoted: bool
    head: bytes
    blanks: int
    known: t.Container[bytes]

    @property
    def begins_line(self) -> bool:
        """Return whether nothing but a mark is before the name in its line, also in one within a text in JSON."""
        line = self.head[self.head.rfind(b"\n") + 1 :]
        inner = line[line.rfind(b"\\n") + 2 :] if b"\\n" in line else line
        return len(inner) < 64 and bool(_LEAD.fullmatch(inner))

    @property
    def label(self) -> str:
        return self.name.lower().strip("-_.$")

    def is_secret(self, value: bytes, *, quoted: bool) -> bool:
        """Return whether a value under this name is one, and no switch, reference or piece of code."""
        text = value.decode("utf-8", "replace")
        if value in self.known:
            return True
        if MASKED.search(value) and len(MASKED.sub(b"", value)) < 4:
            return False
        if text.isdigit() and len(text) >= 4 and _PASSWORD.search(self.name) and self.name.lower() != "pass":
            return True
        if names.is_ordinary(text.strip()):
            return False
        # A connection string: what is secret in it has a place of its own.
        if self.kind != names.SURELY or self.label.endswith("dsn"):
            return "=" not in text and names.is_random(text, 12)
        if quoted:
            return True
        if _IDENTIFIER.fullmatch(text) and names.kind(text.rpartition(".")[2]) and not re.search(r"\d", text):
            return False
        if self.separator == b":":
            prose = self.label in (_PROSE if self.begins_line else _PROSE_INSIDE) and not self.name_is_quoted
            return len(text) >= 4 and (not prose or names.is_random(text, 6))
        return True


def _value(data: bytes, at: int, pair: _Pair) -> list[Span]:
    if pair.label in _HEADERS:
        return _header(data, at, pair)
    if data[at : at + 1] == b"[" and (items := _list(data, at, pair)):
        return items
    if _QUOTED.match(data, at):
        whole = _quoted_span(data, at, pair.label, pair)
        if whole is not None:
            return whole
    if pair.separator == b"," or (pair.separator == b">" and data[at - pair.blanks - 2 : at - pair.blanks - 1] == b"="):
        return []
    block = _BLOCK.match(data, at) if pair.separator == b":" else None
    if block:
        return _block(data, at, block.end(), pair)
    found = _unquoted(data, at, pair)
    if found is None:
        return []
    start, stop = found
    if not pair.is_secret(data[start:stop], quoted=False):
        return []
    number = pair.name_is_quoted and pair.separator == b":" and data[start:stop].isdigit()
    return [Span(start, stop, pair.label, quoted=number)]


def _quoted_span(data: bytes, at: int, label: str, pair: _Pair | None = None) -> list[Span] | None:
    """Return the value in quotes, None where they do not end."""
    opened = _QUOTED.match(data, at)
    if not opened:
        return None
    stop = closing(data, opened.end(), opened[1] + opened[2], env=bool(pair and pair.separator == b"="))
    if stop < 0:
        return None
    value = data[opened.end() : stop]
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
    if b"\n" in data[at:place] and not (env and place - at <= 4096 and data[place + 1 : place + 2] in b"\r\n"):
        return -1
    return place


def _unquoted(data: bytes, at: int, pair: _Pair) -> tuple[int, int] | None:
    """Return from where to where a bare value goes."""
    limit = min(len(data), at + LONGEST)
    opened = _OPENED.search(pair.head[-9:]) if not pair.name_is_quoted else None
    if pair.separator == b">":
        stop = data.find(b"<", at, limit)
        return (at, stop) if stop > at and b"\n" not in data[at:stop] else None
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


def _line(data: bytes, at: int, limit: int, pair: _Pair) -> tuple[int, int] | None:
    """Return the value of a name that begins a line: in YAML, INI and env files it goes on to the line's end."""
    match = _TO_END.match(data, at, limit)
    if not match or data[at - pair.blanks : at].count(b"\n"):
        return None
    stop = match.end()
    whole = pair.separator == b":" or pair.blanks or _among_lines(data, stop)
    tight = (_TIGHT if pair.separator == b"=" else _PLAIN).match(data, at, stop)
    if not whole or _NEXT_PAIR.search(data, at, stop) or (pair.separator == b":" and not pair.blanks):
        return tight.span() if tight else None
    comment = re.search(rb"\s+#", data[at:stop])
    stop = at + comment.start() if comment else stop
    while stop > at and data[stop - 1] in b" \t,":
        stop -= 1
    return at, stop


def _among_lines(data: bytes, stop: int) -> bool:
    """Return whether the next line sets a variable, too, as in an env file."""
    return bool(_ENV_LINE.match(data, data.find(b"\n", stop, stop + 2) + 1)) if stop < len(data) else False


def _header(data: bytes, at: int, pair: _Pair) -> list[Span]:
    """Return what of an Authorization or a Cookie is secret: all but the scheme, the values."""
    limit = min(len(data), at + LONGEST)
    opened = _QUOTED.match(data, at)
    begin = at
    if opened:
        begin, stop = opened.end(), closing(data, opened.end(), opened[1] + opened[2])
        if stop < 0:
            return []
    elif data[at : at + 1] == b"[":
        return _list(data, at, pair)
    else:
        in_line = pair.begins_line or pair.head[-2:] in (b"> ", b"< ")
        match = (_TO_END if in_line else re.compile(rb"[^\r\n\"'\\<>`]+")).match(data, at, limit)
        if not match or pair.separator == b",":
            return []
        stop = match.end()
    if "cookie" in pair.label:
        value = data[begin:stop]
        found = [Span(begin + one.start(1), begin + one.end(1), pair.label) for one in _COOKIE.finditer(value)]
        return [span for span in found if not names.is_ordinary(data[span.start : span.stop].decode("utf-8", "replace"))]
    scheme = _SCHEME.match(data, begin, stop)
    begin = scheme.end() if scheme else begin
    value = data[begin:stop].strip()
    if not value or value not in pair.known and (
        names.is_ordinary(value.decode("utf-8", "replace")) or MASKED.fullmatch(value)
    ):
        return []
    return [Span(begin, begin + len(data[begin:stop].rstrip()), pair.label)]


def _list(data: bytes, at: int, pair: _Pair) -> list[Span]:
    """Return the texts of a list of secrets."""
    end = data.find(b"]", at, at + 8192)
    items = [match.span(1) for match in _ITEM.finditer(data, at, end)] if end > 0 else []
    # Every second match is what stands between two texts.
    return [
        Span(begin, stop, pair.label)
        for begin, stop in items
        if data[begin:stop].strip(b", \n\t\r") and pair.is_secret(data[begin:stop], quoted=True)
    ]


def _block(data: bytes, at: int, begin: int, pair: _Pair) -> list[Span]:
    """Return a YAML block scalar: the lines that are further in than the name."""
    line = data[data.rfind(b"\n", max(0, at - LONGEST), at) + 1 : at]
    margin = len(line) - len(line.lstrip(b" -"))
    stop = begin
    while stop < min(len(data), begin + LONGEST):
        end = data.find(b"\n", stop) + 1 or len(data)
        inner = data[stop:end]
        if inner.strip() and len(inner) - len(inner.lstrip(b" ")) <= margin:
            break
        stop = end
    value = data[begin:stop]
    text = value.strip()
    if not text or names.is_ordinary(text.decode("utf-8", "replace")) or MASKED.fullmatch(text):
        return []
    begin += len(value) - len(value.lstrip())
    return [Span(begin, begin + len(text), pair.label)]
