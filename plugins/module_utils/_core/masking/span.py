# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A piece of a text that is secret, and the mask in its place."""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from .lazy import pattern

# What every mask begins with.
MASK = "[masked:"
MASKED = pattern(rb"\[masked:[A-Za-z0-9_.#@-]{1,200}\]")


class Span(t.NamedTuple):
    """From, to, and what it is called; C(quoted) asks for quotes around the mask, where JSON had a number."""

    start: int
    stop: int
    label: str
    known: bool = False
    quoted: bool = False


@lru_cache(1024)
def mask(label: str) -> str:
    """Return what stands in the place of a secret of this name."""
    return f"{MASK}{re.sub(r'[^A-Za-z0-9_.#@-]', '_', label)[:200] or 'secret'}]"
