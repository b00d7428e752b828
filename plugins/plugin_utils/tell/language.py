# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report's words in another language than the judges', which is English.

A catalogue (C(languages/<code>.json)) has sentences and labels by the source that makes them, with C({}) for
each value, and for each its translation, with C({0}) for the first value as it is: it is evidence. Others:

* C({0!t}), which may be a sentence itself and is translated, too, and C({0!s}), which has to
  be one for the most part,
* C({0!l}), a list of names that is joined by I(and) or I(or),
* C({0!d}), a number and nothing else.

A sentence is found again by the text between its values; where several could be meant, by most of that text,
also in its values. What no catalogue has stays as it is.
"""

from __future__ import annotations

import json
import re
import typing as t
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

ENGLISH = "en"
LANGUAGES = (ENGLISH, "tr")

# What joins sentences that are complete without one another; how many characters that has to explain more
# than a sentence whose value it divides; whether both of them have to be known, for evidence has lists, too.
_JOINTS = (
    ("; ", 0, False),
    (": ", 10, False),
    (", and ", 10, False),
    (", but ", 10, False),
    (" and ", 4, False),
    (", ", 10, True),
)
# Fewer characters than this may be evidence that only looks like a sentence.
_LEAST = 6
_JOINING = re.compile(r"(?<= )(and|but|is|or)(?= )")
_VALUE = re.compile(r"\{(\d+)(?:!([tsld]))?\}")
_ADJACENT = re.compile(r"(?:\{\}){2,}")
# No rule puts sentences into more sentences, or together as often; evidence may look as if it did.
_DEEPEST, _MOST_JOINTS, _LONGEST = 10, 6, 2000


class Found(t.NamedTuple):
    """A text in another language, and how many characters of it are no value but a sentence's own."""

    text: str
    known: int


class Sentence(t.NamedTuple):
    """A sentence: its text between its values, and its translation."""

    pieces: tuple[str, ...]
    said: str
    longest: str  # of the pieces

    def values(self, text: str) -> t.Iterator[tuple[str, ...]]:
        """Yield the values, where the pieces are found first and last; nothing for another sentence."""
        first, *rest = self.pieces
        if not rest or not (text.startswith(first) and text.endswith(rest[-1])):
            yield from [()] if text == first and not rest else []
            return
        inner, middle = rest[:-1], text[len(first) : len(text) - len(rest[-1])]
        if len(first) + len(rest[-1]) > len(text):
            return
        ways = {tuple(_between(inner, middle, last=last)) for last in (False, True)}
        for values in sorted(filter(None, ways)):
            if all(
                values[int(number)].isdigit() for number, what in _VALUE.findall(self.said) if what == "d"
            ):
                yield values


def key(sentence: str) -> str:
    """Return what a catalogue calls a sentence: no full stop, and values that follow one another as one."""
    return _ADJACENT.sub("{}", sentence).removesuffix(".")


def pieces(key: str) -> tuple[str, ...]:
    """Return the text of a catalogue's key between its values."""
    texts = [""]
    for literal, field, _spec, _conversion in Formatter().parse(key):
        texts[-1] += literal
        texts += [] if field is None else [""]
    return tuple(texts)


@cache
def words(language: str) -> Words:
    """Return the words of a language, by its code; those of English are the sentences themselves.

    Raises:
        ValueError: there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"rc_closure_language is {language!r}, not {' or '.join(LANGUAGES)}")
    if language == ENGLISH:
        return Words({}, {})
    file = Path(__file__).parent / "languages" / f"{language}.json"
    sentences, labels = (
        {name: said for part in parts.values() for name, said in part.items()}
        for parts in json.loads(file.read_text("utf-8")).values()
    )
    return Words(sentences, labels)


class Words:
    """The words of one language."""

    def __init__(self, catalogue: t.Mapping[str, str], labels: t.Mapping[str, str]) -> None:
        self._catalogue, self._labels = catalogue, labels
        found = ((pieces(name), said) for name, said in catalogue.items())
        self._sentences = [Sentence(texts, said, max(texts, key=len)) for texts, said in found]
        # What may follow any sentence begins with a bracket, or with a comma and a word.
        self._affixes = [one for one in self._sentences if re.match(r" \(|, \w", one.pieces[0])]
        self._best = lru_cache(4096)(self._best_of)

    def __call__(self, text: str) -> str:
        """Return a text in this language, or as it is where it is not known."""
        return self._best(text, 0).text if self._catalogue else text

    def label(self, text: str, **values: t.Any) -> str:
        """Return a label in this language, or a fixed sentence with its named places filled.

        Without a value, its place stays. A label is never searched for in a sentence.
        """
        names = re.findall(r"\{(\w+)\}", text)
        said = self._labels.get(re.sub(r"\{\w+\}", "{}", text))
        if said is None:
            return text.format(**values) if values else text
        places = {str(n): str(values.get(name, f"{{{name}}}")) for n, name in enumerate(names)}
        return _VALUE.sub(lambda value: places[value[1]], said)

    def each(self, text: str) -> str:
        """Return a text with every line of it in this language."""
        return "\n".join(map(self, text.split("\n")))

    def _best_of(self, text: str, depth: int) -> Found:
        """Return a text as that of its readings of which most is known."""
        if not text or depth > _DEEPEST:
            return Found(text, 0)
        bare = text.removesuffix(".")
        found = max(self._readings(bare, depth + 1), key=lambda one: one.known, default=Found(bare, 0))
        return Found(found.text + text[len(bare) :], found.known)

    def _part(self, text: str, depth: int) -> Found:
        found = self._best(text, depth)
        return found if found.known >= _LEAST or found.known == len(text) else Found(text, 0)

    def _readings(self, text: str, depth: int) -> t.Iterator[Found]:
        if len(text) <= _LONGEST:
            yield from self._joined(text, depth)
        for sentence in self._sentences:
            if sentence.longest in text:
                for values in sentence.values(text):
                    yield from self._filled(sentence, values, depth)

    def _joined(self, text: str, depth: int) -> t.Iterator[Found]:
        for affix in self._affixes:
            start = text.rfind(affix.pieces[0])
            for values in affix.values(text[start:]) if start > 0 else ():
                before = self._best(text[:start], depth)
                for after in self._filled(affix, values, depth):
                    yield Found(before.text + after.text, before.known + after.known)
        start = text.rfind(" (") if text.endswith(")") else 0
        if start > 0:
            before, inner = self._best(text[:start], depth), self._part(text[start + 2 : -1], depth)
            if inner.known:
                yield Found(f"{before.text} ({inner.text})", before.known + inner.known)
        for joint, cost, both in _JOINTS:
            for parts in _divided(text, joint):
                one, other = (self._part(part, depth) for part in parts)
                known = one.known + other.known - cost
                if known >= _LEAST and (one.known and other.known or not both):
                    yield Found(f"{one.text}{self._joining(joint)}{other.text}", known)

    def _filled(self, sentence: Sentence, values: t.Sequence[str], depth: int) -> t.Iterator[Found]:
        """Yield a sentence in this language, unless one of its values had to be known, and is not."""
        found = {
            int(number): self._best(values[int(number)], depth) if what in ("t", "s") else Found("", 0)
            for number, what in _VALUE.findall(sentence.said)
        }
        said, at = "", 0
        for value in _VALUE.finditer(sentence.said):
            number, what = int(value[1]), value[2]
            if what == "s" and found[number].known * 2 < len(values[number]):
                return
            text = found[number].text if what in ("t", "s") else values[number]
            said += _plain(sentence.said[at : value.start()])
            said += self._joining(text) if what == "l" else text
            at = value.end()
        known = sum(map(len, sentence.pieces)) + sum(one.known for one in found.values())
        yield Found(said + _plain(sentence.said[at:]), known)

    def _joining(self, text: str) -> str:
        return _JOINING.sub(lambda word: self._catalogue[word[1]], text)


def _between(inner: t.Sequence[str], text: str, *, last: bool) -> list[str]:
    """Return what is between these pieces of a text, each where it is first or C(last), or nothing."""
    values = list[str]()
    for piece in reversed(inner) if last else inner:
        before, found, behind = text.rpartition(piece) if last else text.partition(piece)
        if not found:
            return []
        values.append(behind if last else before)
        text = before if last else behind
    values.append(text)
    return values[::-1] if last else values


def _divided(text: str, joint: str) -> t.Iterator[tuple[str, str]]:
    """Yield the text before and behind a joint, for each place where it stands."""
    at = text.find(joint)
    for _count in range(_MOST_JOINTS):
        if at < 0:
            return
        yield text[:at], text[at + len(joint) :]
        at = text.find(joint, at + 1)


def _plain(said: str) -> str:
    return said.replace("{{", "{").replace("}}", "}")
