# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as the ticket shows it: what a Markdown parser makes of it, its folds closed, and its length."""

from __future__ import annotations

import html
import re
import textwrap
import typing as t

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")
COLUMNS, LINES = 100, 50  # of a screen
_WORD = 30  # longer ones are broken in a table
_OPEN = re.compile(r'<details><summary>([^<]*)(?:<a name="[\w-]+"></a>)?</summary>')
_TAG = re.compile(r'<a name="([\w-]+)"></a>')


class Rendered(t.NamedTuple):
    """What is seen at once, and what is behind it."""

    lines: int
    summaries: list[str]  # of the folds
    anchors: list[str]
    links: list[str]


def rendered(text: str) -> Rendered:
    """Return what a reader has of a report, or of a part of it.

    Raises:
        ValueError: it has other tags than ours, or a fold is in another, is not closed, or not open.
    """
    lines, folded = 0, False
    summaries, rows = [], []
    tokens = PARSER.parse(text)
    for token in tokens:
        if token.type == "html_block":
            folded, summary = _fold(token.content, folded)
            summaries += summary
            lines += sum(map(_height, summary))
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(_plain(token))
        elif token.type == "table_close":
            lines, rows = lines + _table(rows), []
        elif token.type == "inline" and not folded:
            lines += sum(map(_height, _plain(token).split("\n")))
        elif token.type in ("heading_close", "paragraph_close", "bullet_list_close") and not folded:
            # The items of a list have no distance.
            lines += not token.hidden
        elif token.type == "fence" and not folded:
            lines += sum(map(_height, token.content.splitlines())) + 1
    if folded:
        raise ValueError("a fold is not closed")
    return Rendered(lines, summaries, _TAG.findall(_outside(tokens)), [*_links(tokens)])


def screens(text: str) -> float:
    """Return how many screens a report has while its folds are closed."""
    return rendered(text).lines / LINES


def _fold(content: str, folded: bool) -> tuple[bool, list[str]]:
    content = content.rstrip("\n")
    opening = _OPEN.fullmatch(content)
    if opening and not folded:
        return True, [html.unescape(opening[1])]
    if content == "</details>" and folded:
        return False, []
    raise ValueError(f"this is no fold of ours: {content[:200]}")


def _plain(token: Token) -> str:
    """Return the text of an inline token as it is read."""
    kinds = {"softbreak": "\n", "hardbreak": "\n"}
    known = (child for child in token.children or [] if child.type != "html_inline")
    return "".join(kinds.get(child.type, child.content) for child in known)


def _height(text: str) -> int:
    return max(1, -(-len(text) // COLUMNS))


def _table(rows: list[list[str]]) -> int:
    """Return the lines of a table, whose columns share the width as CSS' automatic layout has it."""
    columns = [*zip(*rows, strict=True)]
    most = [max(map(len, column)) for column in columns]
    least = [min(_WORD, max(len(word) for text in column for word in text.split())) for column in columns]
    room = COLUMNS - 3 * len(columns) - sum(least)
    wanted = max(1, sum(most) - sum(least))
    widths = [
        low + max(0, high - low) * min(1.0, room / wanted) for low, high in zip(least, most, strict=True)
    ]
    heights = (max(map(_wrapped, row, widths)) for row in rows)
    return sum(heights) + 1


def _wrapped(text: str, width: float) -> int:
    return len(textwrap.wrap(text, int(width))) or 1


def _outside(tokens: t.Iterable[Token]) -> str:
    """Return the texts that are in no code block."""
    return "\n".join(token.content for token in tokens if token.type in ("inline", "html_block"))


def _links(tokens: t.Iterable[Token]) -> t.Iterator[str]:
    for token in tokens:
        yield from (str(child.attrs["href"]) for child in token.children or [] if child.type == "link_open")
