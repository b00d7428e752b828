# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where known secrets stand in a text, at a cost that hardly depends on how many they are.

The text is looked at four bytes at a time, aligned: a secret of seven bytes or more contains at least one
such group in full, and which groups these can be is a look-up in one table.
"""

from __future__ import annotations

import re
import sys
import typing as t
from array import array
from bisect import bisect_left, bisect_right
from itertools import compress, count

from . import forms, protected
from .lazy import pattern
from .span import Span

_STEP = 4
_SLICE = 128
_WINDOW = 2 * _STEP - 1
_APART = 8  # so many bytes of the text for each byte of a form, at most, where it is broken up or escaped
_DIGIT = pattern(rb"[0-9]")
_COLOUR = pattern(rb"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_LINE = pattern(rb"[^\s](?:[^\n]*[^\s])?")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="


class _Form(t.NamedTuple):
    literal: bytes
    label: str
    value: bytes
    is_value: bool  # else it is derived from one
    folds: bool


class Known:
    """The secrets that are known, by their labels."""

    def __init__(self, secrets: t.Mapping[str, str]) -> None:
        """Take label → value; of equal values the first label counts."""
        self._at: dict[int, list[tuple[_Form, int, int]]] = {}
        self._short: dict[bytes, _Form] = {}
        self._patterns: dict[bytes, re.Pattern[bytes]] = {}
        self._any_short: re.Pattern[bytes] | None = None
        self._grams: frozenset[int] | None = None
        self.longest = 0
        seen: set[bytes] = set()
        for label, whole in secrets.items():
            for value in forms.values(whole):
                raw = value.encode("utf-8", "surrogatepass")
                made = [_Form(one, label, raw, True, one == raw) for one in forms.plain(value)]
                made += [_Form(one, label, raw, False, folds) for one, folds in forms.derived(value).items()]
                for form in made:
                    if form.literal not in seen:
                        seen.add(form.literal)
                        self._add(form)

    def _add(self, form: _Form) -> None:
        literal = form.literal
        self.longest = max(self.longest, len(literal))
        if len(literal) < _WINDOW:
            self._short[literal] = form
            return
        folds = form.folds and len(literal) >= forms.PIECE_LENGTH
        windows = {_rare(literal, len(literal) // (2 if folds else 1))}
        # A tool that breaks a text over lines leaves the beginning or the end whole.
        if folds:
            windows.add(len(literal) - _WINDOW)
        for window in windows:
            for shift in range(window, window + _STEP):
                gram = int.from_bytes(literal[shift : shift + _STEP], sys.byteorder)
                self._at.setdefault(gram, []).append((form, shift, window))

    def spans(self, data: bytes) -> list[Span]:
        """Return where they stand; one that goes over lines is a span on each, so that the lines stay."""
        found = [
            span for form, start, stop in self._matches(data) for span in self._spans(data, form, start, stop)
        ]
        if b"\x1b[" in data:
            found += self._coloured(data)
        if self._short:
            if self._any_short is None:
                longest_first = sorted(self._short, key=lambda one: (-len(one), one))
                self._any_short = re.compile(b"|".join(map(re.escape, longest_first)))
            for match in self._any_short.finditer(data):
                found += self._spans(data, self._short[match[0]], *match.span())
        return found

    def _coloured(self, data: bytes) -> t.Iterator[Span]:
        """Return what shows once the colours inside are gone."""
        colours = [match.span() for match in _COLOUR.finditer(data)]
        gone, places, removed = [], [], 0
        for start, stop in colours:
            places.append(start - removed)
            removed += stop - start
            gone.append(removed)
        bare = _COLOUR.sub(b"", data)
        for form, start, stop in self._matches(bare):
            first, last = bisect_right(places, start), bisect_left(places, stop)
            if last > first:  # else it was found without
                begin, end = (gone[n - 1] if n else 0 for n in (first, last))
                for span in self._spans(bare, form, start, stop):
                    yield span._replace(start=start + begin, stop=stop + end)
                    break

    def _matches(self, data: bytes) -> t.Iterator[tuple[_Form, int, int]]:
        whole = len(data) // _STEP * _STEP
        groups = array("I", data[:whole])
        at = self._at
        done = -1
        for group in self._hits(groups):
            whole = False
            for form, shift, _window in at[groups[group]]:
                start = group * _STEP - shift
                if start >= 0 and data.startswith(form.literal, start):
                    whole = True
                    if start + len(form.literal) > done:
                        done = start + len(form.literal)
                        yield form, start, done
            if whole or group * _STEP < done:
                continue
            for form, shift, window in at[groups[group]]:
                found = self._broken(data, form, window, group * _STEP - shift + window)
                if found:
                    yield (form, *found)

    def _hits(self, groups: array[int]) -> t.Iterator[int]:
        """Return the numbers of the groups that are in the table."""
        if self._grams is None:
            self._grams = frozenset(self._at)
        grams = self._grams
        for first in range(0, len(groups), _SLICE):
            part = groups[first : first + _SLICE]
            if not grams.isdisjoint(part):
                yield from compress(count(first), map(grams.__contains__, part))

    def _broken(self, data: bytes, form: _Form, window: int, at: int) -> tuple[int, int] | None:
        """Return where a form stands that is folded or escaped in parts, but for the window at C(at)."""
        if at < 0 or data[at : at + _WINDOW] != form.literal[window : window + _WINDOW]:
            return None
        text = form.value if form.is_value else form.literal
        pattern = self._patterns.get(text)
        if pattern is None:
            pattern = self._patterns[text] = forms.flexible(text, is_value=form.is_value)
        reach = _APART * len(form.literal) + 256
        match = pattern.search(data, max(0, at - reach) if window else at, at + reach)
        return match.span() if match else None

    def _spans(self, data: bytes, form: _Form, start: int, stop: int) -> t.Iterator[Span]:
        if len(form.literal) < forms.PIECE_LENGTH and protected.wins(data, start, stop, form.value):
            return
        if not form.is_value and b"%" not in form.literal:
            # The characters at both ends contain some of its bits.
            most = stop + 3
            while stop < min(len(data), most) and data[stop] in _BASE64:
                stop += 1
            stop += len(data[stop : stop + 6]) - len(data[stop : stop + 6].lstrip(b"="))
            for _bit in range(2):
                start -= bool(start and data[start - 1] in _BASE64)
        for line in _LINE.finditer(data, start, stop):
            yield Span(line.start(), line.end(), form.label, known=True)


def _rare(literal: bytes, within: int) -> int:
    """Return where a window begins whose groups are no pieces of words: all four have its middle, a digit."""
    middle = _DIGIT.search(literal, _STEP - 1, within - _STEP + 1)
    return middle.start() - _STEP + 1 if middle else 0
