# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms in which tools show a known secret.

What a tool does to single characters (percent, backslashes, entities, doubled quotes) is one pattern,
C(flexible()), whose beginning in each style is among C(plain()). What changes all of it (base64, base32,
hex) is a text of its own, C(derived()).
"""

from __future__ import annotations

import base64
import json
import re
import shlex
import typing as t
import unicodedata
from binascii import hexlify
from urllib.parse import quote, quote_plus

from .lazy import text_pattern

# What is shorter comes about by chance when lines are joined, or when bytes are encoded.
PIECE_LENGTH = 16
_ENCODED_LENGTH = 8
_LOWER = text_pattern(r"%(?!25)[0-9A-F]{2}|(?<=%25)[0-9A-F]{2}")
_NO_WORD = text_pattern(r"([^A-Za-z0-9_.-])")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_FOLD = rb"(?:[ \t\r]{0,64}(?:\\?\n|\\{1,4}r\\{1,4}n|\\{1,4}n|=\r?\n)[ \t>|]{0,64})?"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def values(value: str) -> list[str]:
    """Return the secret, its other Unicode normal forms, and the long lines of one of several lines."""
    found = {value}
    if not value.isascii():
        found |= {unicodedata.normalize(form, value) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    lines = value.splitlines()
    if len(lines) > 1:
        found |= {line for line in lines if len(line) >= PIECE_LENGTH and "---" not in line}
    return sorted(found)


def plain(value: str) -> set[bytes]:
    """Return the secret as it is and escaped in the usual styles, each in full."""
    raw = _bytes(value)
    every = b"%%%02x" * len(raw) % tuple(raw)
    units = value.encode("utf-16-be", "surrogatepass")
    escaped = [
        "".join(f"\\u{units[n]:02{x}}{units[n + 1]:02{x}}" for n in range(0, len(units), 2)) for x in "xX"
    ]
    escaped += ["".join(f"&#{ord(char)};" for char in value)]
    escaped += ["".join(f"&#{x}{ord(char):{x}};" for char in value) for x in "xX"]
    octal = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}" for byte in raw)
    found = {raw, every, every.upper(), octal.encode(), *map(_bytes, escaped)}
    if _SAFE.issuperset(raw):
        return found
    percent = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    percent |= {form.replace("%", "%25") for form in percent}
    lower = {_LOWER.sub(lambda match: match[0].lower(), form) for form in percent}
    quoted = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    quoted |= {repr(raw)[2:-1]}
    twice = {json.dumps(form)[1:-1] for form in quoted}
    quoted |= twice | {json.dumps(form)[1:-1] for form in twice}
    quoted |= {shlex.quote(value)[1:-1], _escaped(value), value.replace("'", "''"), value.replace('"', '""')}
    quoted |= {_NO_WORD.sub(r"\\\1", value), value.replace("\\", "\\\\").replace(":", "\\:")}
    quoted |= {_NO_WORD.sub(lambda match: f"&#{ord(match[0])};", value)}
    return found | {_bytes(form) for form in percent | lower | quoted}


def derived(value: str) -> dict[bytes, bool]:
    """Return base64 (once and twice), base32 and hex of the secret wherever it begins among other bytes.

    Behind each is whether tools break it over lines.
    """
    raw = _bytes(value)
    once = _cores(raw, base64.b64encode, 3, 6)
    twice = {core for one in once for core in _cores(one, base64.b64encode, 3, 6)}
    thirty_two = _cores(raw, base64.b32encode, 5, 5)
    hexadecimal = hexlify(raw)
    once |= {core.translate(_URL_SAFE) for core in once}
    whole = thirty_two | {core.lower() for core in thirty_two} | {hexadecimal, hexadecimal.upper()}
    found = {
        core: core in once for core in (*once, *twice, *{core.translate(_URL_SAFE) for core in twice}, *whole)
    }
    return {core: folds for core, folds in found.items() if len(core) >= _ENCODED_LENGTH}


def _escaped(value: str) -> str:
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
        value = value.replace(char, entity)
    return value


def _cores(raw: bytes, encode: t.Callable[[bytes], bytes], period: int, bits: int) -> set[bytes]:
    """Return the characters that do not depend on the bytes around, at each offset that there is."""
    found = set()
    for offset in range(period):
        first, last = (offset * 8 + bits - 1) // bits, (offset + len(raw)) * 8 // bits
        if last - first >= _ENCODED_LENGTH:
            found.add(encode(b"\0" * offset + raw)[first:last])
    return found


def flexible(form: bytes, *, is_value: bool) -> re.Pattern[bytes]:
    """Return what finds a form that is broken over lines if it is long, and a value escaped anyhow."""
    gap = _FOLD if len(form) >= PIECE_LENGTH else b""
    if is_value:
        units = [_unit(char) for char in form.decode("utf-8", "surrogatepass")]
    else:
        units = [re.escape(form[n : n + 1]) for n in range(len(form))]
    return re.compile(gap.join(units))


def _unit(char: str) -> bytes:
    """Return a pattern for one character in any style."""
    raw = _bytes(char)
    if raw.isalnum():
        return raw
    code = ord(char)
    percent = b"".join(b"%%(?:25){0,3}(?i:%02x)" % byte for byte in raw)
    options: list[bytes] = [re.escape(raw), percent, rb"\\{0,16}" + re.escape(raw)]
    options += [rb"&(?:amp;){0,2}#0{0,4}%d;" % code, rb"&(?:amp;){0,2}#[xX]0{0,4}(?i:%x);" % code]
    options += [rb"\\{1,16}u(?i:%04x)" % unit for unit in [code] if unit <= 0xFFFF]
    if code > 0xFFFF:
        options += [rb"\\{1,16}u(?i:%04x)\\{1,16}u(?i:%04x)" % _surrogates(code)]
    options += [b"".join(rb"\\{1,16}x(?i:%02x)" % byte for byte in raw)]
    options += [b"".join(rb"\\{1,16}%03o" % byte for byte in raw)]
    if 0x7F < code <= 0xFF:
        options += [bytes([code]), b"%%(?i:%02x)" % code, rb"\\{1,16}x(?i:%02x)" % code]
    options += _NAMED.get(char, [])
    # The longest first: a doubled quote is both.
    options.sort(key=len, reverse=True)
    return b"(?:" + b"|".join(options) + b")"


def _surrogates(code: int) -> tuple[int, int]:
    """Return a character's two halves in UTF-16."""
    high, low = divmod(code - 0x10000, 0x400)
    return 0xD800 + high, 0xDC00 + low


_NAMED: dict[str, list[bytes]] = {
    " ": [rb"\+"],
    "\n": [rb"\\{1,16}n"],
    "\r": [rb"\\{1,16}r"],
    "\t": [rb"\\{1,16}t"],
    "&": [b"&(?:amp;){1,3}"],
    "<": [b"&(?:amp;){0,2}lt;"],
    ">": [b"&(?:amp;){0,2}gt;"],
    '"': [b"&(?:amp;){0,2}quot;", b'""'],
    "'": [b"&(?:amp;){0,2}apos;", b"''", rb"'\\''", rb"'\"'\"'", rb"'\\{1,8}\"'\\{1,8}\"'"],
}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
