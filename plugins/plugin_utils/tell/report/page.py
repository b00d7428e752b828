# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the report's page is made of: sentences, code blocks, tables, folds and links. Pure."""

from __future__ import annotations

import html
import re
import typing as t
from dataclasses import dataclass

from .. import language
from ..language import Words

ENGLISH = language.words(language.ENGLISH)

SEPARATOR = "\n\n"
# Lines that are shown at once, and their characters.
_SHORT, _WIDTH = 8, 100
# GitHub notifies whoever is named like this, be it @playwright out of an error's line.
_CALL = re.compile(r"@(?=\w)")
_ENDLESS = re.compile(r"`{1000}")
# Markdown ignores an underscore inside a word, and names are full of them.
_MARKUP = re.compile(r"[\\`*<>\[\]#~&]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True)
class Page:
    """Where the report is read.

    GitHub renders the few tags of C(fold()) and C(anchor()), and gives the headings of comments no anchors; a
    link leads to an anchor in any comment of the ticket. A Jira shows a text as it is.
    https://docs.github.com/en/get-started/writing-on-github: custom anchors.
    """

    tags: bool  # whether tags are rendered
    mark: str  # of the attempt, for a ticket's page has several
    words: Words = ENGLISH

    def anchor(self, number: str) -> str:
        """Return what the links to a package or a step lead to, to be put behind its heading."""
        return f' <a name="{self._name(number)}"></a>' if self.tags else ""

    def link(self, text: str, number: str) -> str:
        """Return a text that leads to a package or a step."""
        return f"[{text}](#{self._name(number)})" if self.tags else text

    def fold(self, summary: str, paragraphs: t.Sequence[str], number: str = "") -> list[str]:
        """Return paragraphs that are shown when their summary, a plain text, is clicked.

        With a number, links lead to them. No fold is inside another: C(ticket/parts.py) relies on it.
        """
        if not self.tags:
            return [f"{inline(summary)}:", *paragraphs]
        # In the line of a tag, Markdown is not read.
        said = _CALL.sub("@\u200b", html.escape(" ".join(summary.split()), quote=False))
        anchor = self.anchor(number) if number else ""
        return [f"<details><summary>{said}{anchor}</summary>", *paragraphs, "</details>"]

    def _name(self, number: str) -> str:
        return f"rc-{self.mark}-{number.replace('.', '-')}"


def page(started: str, *, tags: bool, words: Words = ENGLISH) -> Page:
    """Return the page for the report of the attempt that began then."""
    return Page(tags, re.sub(r"\D", "", started), words)


def is_short(text: str) -> bool:
    """Whether a text takes no more lines of a page than are shown at once."""
    return sum(max(1, -(-len(line) // _WIDTH)) for line in text.splitlines()) <= _SHORT


def fence(text: str) -> str:
    """Return the text as a code block that nothing in it can end."""
    # A block's border must be longer than any run in it, and has to fit into a ticket's comment itself.
    text = _ENDLESS.sub("\\g<0>\u200b", text)
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}text\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"


def inline(text: str) -> str:
    """Keep a sentence a sentence: no line break, no markup of its own, and nobody called by an @."""
    return _CALL.sub("@\u200b", _MARKUP.sub(r"\\\g<0>", " ".join(text.split())))


def cell(text: str) -> str:
    """Return a sentence for a table."""
    return inline(text).replace("|", "\\|")


def table(titles: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    head, *body = (f"| {' | '.join(row)} |" for row in (titles, *rows))
    return "\n".join([head, "|" + "---|" * len(titles), *body])
