# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a statement writes to a column whose name is a secret's, in its text or as its parameters."""

from __future__ import annotations

import re

from . import names
from .lazy import pattern
from .positional import told
from .span import Span

LONGEST = 2048
_INSERT = pattern(
    rb"insert into\s+[\w.\"`\\]{1,130}\s*\((?P<columns>[^()]{1,1024})\)"
    rb"\s*values\s*\((?P<values>[^()]{1,1024})\)",
    re.I,
)
_PARAMETERS = pattern(rb"[^\[]{0,512}\[parameters: \(")
_ITEM = pattern(
    rb"\s*(?:[bE]?(?P<quote>\\{0,8}')(?P<text>[^'\\\n]{1,512})(?P=quote)"
    rb"|[^',()]{0,128})\s*(?P<more>,)?"
)


def spans(data: bytes, at: int) -> list[Span]:
    """Return the values of such columns of the statement at C(at)."""
    statement = _INSERT.match(data, at, at + LONGEST)
    if not statement:
        return []
    columns = [one.strip(b' "`\\\n').decode("utf-8", "replace") for one in statement["columns"].split(b",")]
    secret = {number for number, name in enumerate(columns) if names.kind(name) == names.SURELY}
    if not secret:
        return []
    found = _items(data, statement.start("values"), secret)
    parameters = _PARAMETERS.match(data, statement.end(), at + LONGEST)
    return found + (_items(data, parameters.end(), secret) if parameters else [])


def _items(data: bytes, at: int, numbers: set[int]) -> list[Span]:
    found: list[Span] = []
    for number in range(max(numbers) + 1):
        item = _ITEM.match(data, at, at + LONGEST)
        if not item:
            break
        if number in numbers and item["text"]:
            found += told(data, *item.span("text"))
        if not item["more"]:
            break
        at = item.end()
    return found
