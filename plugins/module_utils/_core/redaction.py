# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one sink for text: every text that leaves a host passes a C(Redactor).

It masks what is known to be secret, in each form that tools give it, and what its place gives away (the
password in a URL, a bearer token, C(password=…)). A mask says what it hid, C([masked:DATABASE_URL.password]).
What the evidence stands on survives a short secret that happens to match in it.
"""

from __future__ import annotations

import re
import typing as t
from bisect import bisect_left, bisect_right
from collections import Counter
from urllib.parse import quote

from .masking import blocks, forms, given, pairs, protected, shapes
from .masking.known import Known
from .masking.pair import Told
from .masking.secrets import ordinary_of_env, secrets_of_env
from .masking.span import MASK, MASKED, Span, mask

__all__ = ["MASK", "Redactor", "mask", "masked", "ordinary_of_env", "secrets_of_env"]

_BLOCK = 1 << 20
# What a decision may look at, behind and ahead of where it is made; a place looks no further.
_BEHIND, _AHEAD = 8192, blocks.LONGEST + 8192
_FOLD = re.compile(r"[ \t\r]{0,64}\n[ \t\r]{0,64}")
_MOST_NUMBERS = 10_000
_EDGE = given.LINE + 8  # so far before where it is found a secret may begin: the other side of a pipe
_MOST_OPEN = 1 << 20


class Redactor:
    """Masks secrets in text.

    Attributes:
        secrets, plain: as given.
        weak: label → why this secret is masked only where its place gives it away.
        ledger: label → how many masks, since it was made.
    """

    def __init__(
        self, secrets: t.Mapping[str, str], plain: t.Collection[str] = (), shown: t.Collection[str] = ()
    ) -> None:
        """Take label → value of what is known to be secret, and what the evidence contains in any case.

        C(shown) are names whose values are no secrets though the names say so.
        """
        self.secrets, self.plain, self.shown = dict(secrets), plain, shown
        self.ledger: Counter[str] = Counter()
        roots = {label.partition(".")[0] for label in secrets}
        common = {*plain, *roots}
        reasons = {label: protected.weakness(value, common) for label, value in secrets.items()}
        self.weak = {label: why for label, why in reasons.items() if why}
        self._labels: dict[bytes, str] = {}
        for label, value in secrets.items():
            for one in {value, quote(value.encode("utf-8", "replace"), safe="")} - {""}:
                self._labels.setdefault(one.encode("utf-8", "surrogatepass"), label)
        self._told = Told(self._labels, shown, [])
        self._known = Known({label: value for label, value in secrets.items() if not reasons[label]})
        self._numbers: dict[str, dict[bytes, int]] = {}

    def __call__(self, text: str) -> str:
        """Return the text with every secret masked."""
        data = text.encode("utf-8", "surrogatepass")
        shown = b"".join(self.stream([data]))
        return text if shown == data else shown.decode("utf-8", "surrogatepass")

    def stream(self, chunks: t.Iterable[bytes]) -> t.Iterator[bytes]:
        """Return the masked text of one that comes in chunks of any size.

        It is worked through in blocks that begin at the same places however it comes: the chunks make no
        difference.
        """
        window = _Window()
        for chunk in chunks:
            window.data += chunk
            while len(window.data) - window.start >= self._block + _AHEAD:
                yield self._advance(window, window.start + self._block)
        while window.start < len(window.data):
            yield self._advance(window, min(len(window.data), window.start + self._block))
        yield self._show(window, len(window.data))

    _block = _BLOCK

    def shows_folded(self, text: str) -> bool:
        """Whether a long secret shows in a text once its lines are joined."""
        data = _FOLD.sub("", text).encode("utf-8", "surrogatepass")
        return any(span.stop - span.start >= forms.PIECE_LENGTH for span in self._known.spans(data))

    def _advance(self, window: _Window, stop: int) -> bytes:
        """Look for secrets up to C(stop), and return the text as far as it is decided."""
        window.runs = _merged([*window.runs, *self._spans(bytes(window.data), window.start, stop)])
        # What begins before the end may go on behind it, and be known there by another name.
        open_from = next((run.start for run in window.runs if run.stop >= stop - _EDGE), stop)
        open_from = max(min(open_from, stop - _EDGE), window.shown)
        shown = self._show(window, stop - _EDGE if stop - open_from > _MOST_OPEN else open_from)
        window.start = stop
        window.drop(max(0, min(window.shown, stop - _BEHIND)))
        return shown

    def _show(self, window: _Window, stop: int) -> bytes:
        """Return the masked text up to C(stop)."""
        data, shown = window.data, window.shown
        pieces: list[bytes | bytearray] = []
        count = bisect_left(window.runs, (stop,))
        for run in window.runs[:count]:
            if run.start >= shown:
                pieces += [data[shown : run.start], self._mask(data, run)]
            shown = max(shown, run.stop)
        pieces.append(data[shown:stop])
        del window.runs[:count]
        window.shown = max(shown, stop)
        return b"".join(pieces)

    def _mask(self, data: bytearray, span: Span) -> bytes:
        label = span.label if span.known else self._name(bytes(data[span.start : span.stop]), span.label)
        shown = mask(label)
        self.ledger[shown[len(MASK) : -1]] += 1
        return (f'"{shown}"' if span.quoted else shown).encode()

    def _name(self, secret: bytes, label: str) -> str:
        """Return what a secret found by its place is called: as the known one that it equals, or numbered."""
        if known := self._labels.get(secret):
            return known
        numbers = self._numbers.setdefault(label, {})
        number = numbers.get(secret) or len(numbers) + 1
        if len(numbers) < _MOST_NUMBERS:
            numbers[secret] = number
        return label if number == 1 else f"{label}#{number}"

    def _spans(self, data: bytes, start: int, stop: int) -> list[Span]:
        """Return what is secret from C(start) to C(stop), without what is a mask already."""
        behind = max(0, start - _BEHIND)
        ahead = data[behind : stop + 8 * min(self._known.longest, _BEHIND)]
        found = [
            Span(span.start + behind, span.stop + behind, span.label, True)
            for span in self._known.spans(ahead)
            if start <= span.start + behind < stop
        ]
        lower = data[: stop + 64].lower()
        found += pairs.spans(data, lower, start, stop, self._told)
        found += shapes.spans(data, lower, start, stop)
        return _without_masks(data, behind, found) if MASK.encode() in data else found


def masked(value: t.Any, redact: t.Callable[[str], str]) -> t.Any:
    """Return a document with every text in it masked, keys too."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {masked(name, redact): masked(inner, redact) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner, redact) for inner in value]
    return value


class _Window:
    """The piece of a text that is at hand."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.start = 0  # from where on to look for secrets
        self.shown = 0  # up to where the text was returned
        self.runs: list[Span] = []  # what to mask from there on

    def drop(self, count: int) -> None:
        """Forget the first bytes."""
        del self.data[:count]
        self.start -= count
        self.shown -= count
        self.runs = [run._replace(start=run.start - count, stop=run.stop - count) for run in self.runs]


def _without_masks(data: bytes, start: int, spans: list[Span]) -> list[Span]:
    """Return the spans that touch no mask that is there already."""
    found = list(MASKED.finditer(data, start))
    begins, ends = [match.start() for match in found], [match.end() for match in found]
    return [span for span in spans if bisect_right(ends, span.start) == bisect_left(begins, span.stop)]


def _order(span: Span) -> tuple[int, int, bool, str]:
    """Return what sorts spans: by their beginning, the longest first."""
    return span.start, -span.stop, not span.known, span.label


def _merged(spans: t.Iterable[Span]) -> list[Span]:
    """Return one span for each run of spans that overlap; what is known gives its name."""
    runs: list[Span] = []
    for span in sorted(spans, key=_order):
        if runs and span.start < runs[-1].stop:
            last = runs[-1]
            named = span if span.known and not last.known else last
            runs[-1] = Span(
                last.start, max(last.stop, span.stop), named.label, last.known or span.known, last.quoted
            )
        else:
            runs.append(span)
    return runs
