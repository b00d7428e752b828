# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as psql's aligned format shows them, written and read. Pure: no database is needed for it."""

from __future__ import annotations

import re
import typing as t

# An empty last cell leaves nothing behind the border.
_BORDER = re.compile(r" \|(?: |$)")


def table(columns: t.Sequence[str], rows: t.Sequence[t.Sequence[t.Any]]) -> str:
    """Render rows the way psql's aligned format does, with its count of rows below."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells)]
    # Where a name is not in the middle, psql has it further to the left, and str.center() does not always.
    head = " | ".join((" " * ((w - len(name)) // 2) + name).ljust(w) for name, w in zip(columns, widths))
    rule = "-+-".join("-" * width for width in widths)
    body = [" | ".join(v.ljust(w) for v, w in zip(row, widths)).rstrip() for row in cells]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    lines = [f" {head}".rstrip(), f"-{rule}-", *(f" {line}" for line in body), count]
    return "\n".join(lines) + "\n"


def rows_of(text: str) -> list[list[str]]:
    """Read back the cells of C(table()) or psql's aligned output: one list a row."""
    lines = text.splitlines()
    rule = next((n for n, line in enumerate(lines) if line and set(line) <= {"-", "+"}), None)
    if rule is None:
        return []
    body = [line for line in lines[rule + 1 :] if line.strip() and not line.startswith("(")]
    return [[cell.strip() for cell in _BORDER.split(line)] for line in body]
