# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile outputs, by chance from fixed seeds, in every kind of ticket; Markdown as a parser reads it."""

from __future__ import annotations

import random
import typing as t

import pytest
from markdown_it.token import Token

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import cleaning, parts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import marker as markers
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import Marker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.message import (
    DocumentFrame,
    Frame,
    MarkdownFrame,
    Message,
    WikiFrame,
    message,
)
from tests.unit.captured import step
from tests.unit.rendered import PARSER, rendered
from tests.unit.reports import ATTEMPT, report

OWN = Marker("PSP-3031", "2026.11.0-rc3", ATTEMPT, "part")
BITS = (
    *(
        "```",
        "````",
        "`" * 7,
        "`" * 1200,
        "```text",
        "\n```\n",
        "~~~",
        "`rc-closure end`",
        "\n",
        "\n\n",
        "   ",
    ),
    *("\t", "# PASS", "- x", "> q", "<b>", "{noformat}", "{\u200bnoformat}", "x" * 50, "text", "\r\n"),
    *("</details>", "\n\n</details>\n\n", "<details><summary>x</summary>\n\n", "</summary>", "</a>"),
    *("\x1b[31m", "\u2028", "\x85", "|", "\\", "\u00e9", "\U0001f600", "&#64;", "@psp"),
)
OUR_HEADINGS = ("PSP-3031: ", "Package-", *(f"{number}.1 " for number in range(4)))


def hostile(seed: int) -> dict[str, t.Any]:
    """Return a report of outputs, a command and a note that are all markup."""
    chance = random.Random(seed)
    texts = ["".join(chance.choices(BITS, k=chance.randrange(1, 60))) for _text in range(5)]
    steps = {
        1: [step("one", stdout=texts[0], stderr=texts[1], command=texts[2])],
        2: [step("two", stdout=texts[3])],
    }
    dirty = report(1, steps=steps, notes={1: texts[4]})
    cleaned: dict[str, t.Any] = cleaning.clean(dirty, str)
    return cleaned


def split(document: dict[str, t.Any], frame: Frame, limit: int) -> list[Message]:
    """Return the messages of a report, as it is posted."""
    room = limit - frame.size(Message(markers.longest(OWN), ""))
    found = parts.split(markdown.sections(document, tags=frame.tags), frame.cost, room)
    return [message(OWN, part.text) for part in found]


def tokens(frame: MarkdownFrame, one: Message) -> list[Token]:
    return PARSER.parse(frame.write(one))


@pytest.mark.parametrize("limit", [4000, 60_000])
@pytest.mark.parametrize("seed", range(30))
def test_a_parser_finds_no_heading_that_is_not_ours_and_every_end(seed: int, limit: int) -> None:
    frame = MarkdownFrame()
    for one in split(hostile(seed), frame, limit):
        read = tokens(frame, one)
        titles = [read[n + 1].content for n, token in enumerate(read) if token.type == "heading_open"]
        assert all(title.startswith(OUR_HEADINGS) for title in titles)
        assert [token.content for token in read if token.type == "inline"][-1] == "`rc-closure end`"
        assert not {"blockquote_open", "hr"} & {token.type for token in read}
        # It raises where there is a tag that is not ours, or a fold that is not closed.
        assert (
            len(rendered(frame.write(one)).summaries)
            == sum(token.type == "html_block" for token in read) // 2
        )


@pytest.mark.parametrize("seed", range(30))
def test_a_parser_finds_every_output_whole_in_a_block_of_its_own(seed: int) -> None:
    document, frame = hostile(seed), MarkdownFrame()
    (one,) = split(document, frame, 500_000)
    blocks = [token.content.rstrip("\n") for token in tokens(frame, one) if token.type == "fence"]
    shown = [
        one_step[stream]
        for package in document["packages"].values()
        for one_step in package["steps"]
        for stream in ("command", "stdout", "stderr")
        if one_step[stream]
    ]
    # A run that no border could be longer than is broken by a blank without width.
    assert [block.replace("\u200b", "") for block in blocks] == [
        text.replace("\u200b", "").rstrip("\n") for text in shown
    ]


@pytest.mark.parametrize(
    "frame", [MarkdownFrame(), WikiFrame(), DocumentFrame()], ids=lambda f: type(f).__name__
)
@pytest.mark.parametrize("seed", range(30))
def test_what_is_read_back_is_what_was_written_within_the_limit(seed: int, frame: Frame) -> None:
    for one in split(hostile(seed), frame, 6000):
        assert frame.read(frame.write(one)) == one
        assert frame.size(one) <= 6000
