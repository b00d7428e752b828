# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patterns that are compiled when they are first used: a collector starts often and needs few of them."""

from __future__ import annotations

import re
import typing as t


class _Lazy:
    def __init__(self, text: t.Any, flags: int) -> None:
        self._made = (text, flags)

    def __getattr__(self, name: str) -> t.Any:
        found = getattr(re.compile(*self._made), name)
        setattr(self, name, found)
        return found


def pattern(text: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """Return C(re.compile(text, flags)), later."""
    return t.cast("re.Pattern[bytes]", _Lazy(text, flags))


def text_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return C(re.compile(text, flags)), later."""
    return t.cast("re.Pattern[str]", _Lazy(text, flags))
