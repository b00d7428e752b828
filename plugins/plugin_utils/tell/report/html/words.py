# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page's own words. Evidence never passes here: it is shown as it is."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from contextvars import ContextVar

from ... import language
from ...language import Words

RESULTS = {"met": "met", "not_met": "not met", "not_proven": "not proven", "left_out": "left out"}
OUTCOMES = {
    "timed_out": "stopped at its limit",
    "failed": "could not be carried out",
    "not_run": "left out",
}


# Templates ask for words, and so do the views that they read while they are rendered.
_SPOKEN: ContextVar[Words] = ContextVar("words")
_ENGLISH = language.words(language.ENGLISH)


@contextmanager
def spoken(words: Words) -> t.Iterator[None]:
    """Have a page in these words."""
    token = _SPOKEN.set(words)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def words(sentence: str, **values: t.Any) -> str:
    """Return a fixed sentence as the page has it, with its values filled in."""
    return _SPOKEN.get(_ENGLISH).label(sentence, **values)


def said(sentence: object) -> str:
    """Return what the collection says, and the document has in English, as the page has it."""
    return _SPOKEN.get(_ENGLISH)(str(sentence))
