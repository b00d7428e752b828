# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where known secrets stand in a text, at a cost that hardly depends on how many they are.

The text is looked at four bytes at a time, at every eighth or fourth byte: a secret that is long enough
contains at least one such group in full, and which groups these can be is a look-up in one table. The few
that are too short for every eighth are searched for one by one.
"""

from __future__ import annotations

import re
import sys
import typing as t
from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property

from . import forms, protected
from .lazy import pattern
from .span import Span

_GROUP = 4
_STEPS = (8, 4)  # bytes from group to group
_SLICE = 64
_FEW = 16  # so many searches cost less than groups at every fourth byte
_MANY = 48  # from so many on, one pattern for what is shorter than a window costs less than searches
_LEAST = _STEPS[-1] + _GROUP - 1  # bytes that are whole where a form is broken up or escaped
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


class _Table:
    """What is looked for, and how."""

    def __init__(self, made: t.Collection[_Form]) -> None:
        self.short = {form.literal: form for form in made if len(form.literal) < _LEAST}
        longest_first = sorted(self.short, key=lambda one: (-len(one), one))
        self.any_short = pattern(b"|".join(map(re.escape, longest_first)))
        self.longest = max((len(form.literal) for form in made), default=0)
        self.step = _STEPS[-1]
        for self.step in _STEPS:
            self.brief = [form for form in made if self.step > _finest(form) > 0]
            if len(self.brief) <= _FEW:
                break
        self.at: dict[int, list[tuple[_Form, int, int]]] = {}
        for form in made:
            for window in _windows(form, self.step) if _finest(form) >= self.step else ():
                for shift in range(window, window + self.step):
                    gram = int.from_bytes(form.literal[shift : shift + _GROUP], sys.byteorder)
                    self.at.setdefault(gram, []).append((form, shift, window))
        self.grams = frozenset(self.at)


def _window(step: int) -> int:
    """Return how many bytes contain a group in full, wherever they begin."""
    return step + _GROUP - 1


def _finest(form: _Form) -> int:
    """Return the largest step at which a form is found, broken over lines or not; 0 for none."""
    whole = len(form.literal) // (1 + _folds(form))
    return next((step for step in _STEPS if whole >= _window(step)), 0)


def _folds(form: _Form) -> bool:
    return form.folds and len(form.literal) >= forms.PIECE_LENGTH


def _windows(form: _Form, step: int) -> set[int]:
    """Return where those windows begin that are looked for."""
    size, literal = _window(step), form.literal
    if not _folds(form):
        return {_rare(literal, len(literal), size)}
    # A tool that breaks a text over lines leaves the beginning or the end whole.
    return {_rare(literal, len(literal) // 2, size), len(literal) - size}


class Known:
    """The secrets that are known, by their labels."""

    def __init__(self, secrets: t.Mapping[str, str]) -> None:
        """Take label → value; of equal values the first label counts."""
        self._secrets = secrets
        self._patterns: dict[bytes, re.Pattern[bytes]] = {}

    @cached_property
    def _table(self) -> _Table:
        """Made when there is a text: a collector may have none."""
        found: dict[bytes, _Form] = {}
        for label, whole in self._secrets.items():
            for value in forms.values(whole):
                raw = value.encode("utf-8", "surrogatepass")
                for one in forms.plain(value):
                    found.setdefault(one, _Form(one, label, raw, True, one == raw))
                for one, folds in forms.derived(value).items():
                    found.setdefault(one, _Form(one, label, raw, False, folds))
        return _Table(found.values())

    @property
    def longest(self) -> int:
        """Bytes of the longest form."""
        return self._table.longest

    def spans(self, data: bytes) -> list[Span]:
        """Return where they stand; one that goes over lines is a span on each, so that the lines stay."""
        if not self._secrets:
            return []
        found = [
            span for form, start, stop in self._matches(data) for span in self._spans(data, form, start, stop)
        ]
        if b"\x1b" in data:
            found += self._coloured(data)
        for form, start, stop in self._shorter(data):
            found += self._spans(data, form, start, stop)
        return found

    def _shorter(self, data: bytes) -> t.Iterator[tuple[_Form, int, int]]:
        """Return what is shorter than a window."""
        short = self._table.short
        if len(short) >= _MANY:
            for match in self._table.any_short.finditer(data):
                yield (short[match[0]], *match.span())
            return
        for form in short.values():
            for at in _places(data, form.literal):
                yield form, at, at + len(form.literal)

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
        done = -1
        for place, candidates in self._hits(data):
            whole = False
            for form, shift, _window in candidates:
                start = place - shift
                if start >= 0 and data.startswith(form.literal, start):
                    whole = True
                    if start + len(form.literal) > done:
                        done = start + len(form.literal)
                        yield form, start, done
            if whole or place < done:
                continue
            for form, shift, window in candidates:
                found = self._broken(data, form, window, place - shift + window)
                if found:
                    yield (form, *found)
        for form in self._table.brief:
            yield from self._one(data, form)

    def _one(self, data: bytes, form: _Form) -> t.Iterator[tuple[_Form, int, int]]:
        """Return where one form stands."""
        for window in _windows(form, _STEPS[-1]):
            for place in _places(data, form.literal[window : window + _LEAST]):
                if data.startswith(form.literal, place - window) and place >= window:
                    yield form, place - window, place - window + len(form.literal)
                elif found := self._broken(data, form, window, place):
                    yield (form, *found)

    def _hits(self, data: bytes) -> t.Iterator[tuple[int, list[tuple[_Form, int, int]]]]:
        """Return where groups are that are in the table, and of what they can be a piece."""
        grams, at, step = self._table.grams, self._table.at, self._table.step
        groups = array("I", data[: len(data) // _GROUP * _GROUP])[:: step // _GROUP]
        for first in range(0, len(groups), _SLICE):
            hit = grams.intersection(groups[first : first + _SLICE])
            if hit:
                begin, end = first * step, (first + _SLICE) * step
                found = ((gram, _places(data, _literal(gram), begin, end)) for gram in hit)
                yield from sorted((place, at[gram]) for gram, places in found for place in places)

    def _broken(self, data: bytes, form: _Form, window: int, at: int) -> tuple[int, int] | None:
        """Return where a form stands that is folded or escaped in parts, but for the window at C(at)."""
        if at < 0 or data[at : at + _LEAST] != form.literal[window : window + _LEAST]:
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
        whole = data[start:stop]
        if b"\n" not in whole and whole == whole.strip():
            yield Span(start, stop, form.label, True)
            return
        for line in _LINE.finditer(data, start, stop):
            yield Span(line.start(), line.end(), form.label, known=True)


def _literal(gram: int) -> bytes:
    return gram.to_bytes(_GROUP, sys.byteorder)


def _places(data: bytes, literal: bytes, start: int = 0, stop: int | None = None) -> t.Iterator[int]:
    place = data.find(literal, start, stop)
    while place >= 0:
        yield place
        place = data.find(literal, place + 1, stop)


def _rare(literal: bytes, within: int, size: int) -> int:
    """Return where a window begins whose groups are no pieces of words, where there is one.

    Most of them contain its middle, a digit.
    """
    half = size // 2
    middle = _DIGIT.search(literal, half, within - half)
    return middle.start() - half if middle else 0
