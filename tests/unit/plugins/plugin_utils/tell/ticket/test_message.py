# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of ticket's way of writing comes back as it was, and nothing breaks out of it."""

from __future__ import annotations

import json
import typing as t

import pytest

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

PART = Marker("PSP-1", "rc1", "20261124T025203.123000Z", "part", number=1, total=2, cut="border")
VERDICT = Marker("PSP-1", "rc1", "20261124T025203.123000Z", "verdict", status="FAIL")
FRAMES: list[Frame] = [MarkdownFrame(), WikiFrame(), DocumentFrame()]


def _paragraph(text: str) -> dict[str, t.Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def _with_block(place: int, block: dict[str, t.Any]) -> dict[str, t.Any]:
    body = DocumentFrame().write(message(VERDICT, "Gate: FAIL", "lead"))
    body["content"].insert(place, block)
    return body


def _with_node(block: int, node: dict[str, t.Any]) -> dict[str, t.Any]:
    body = DocumentFrame().write(message(VERDICT, "Gate: FAIL", "lead"))
    body["content"][block]["content"].append(node)
    return body


TEXTS = [
    "one line",
    "# head\n\n| a | b |\n\n```text\nout\n```",
    "{noformat}\n*bold* {NoFormat} {noformat:title=x}",
    "{\u200bnoformat} and {\u200b\u200bnoformat}",
    "`rc-closure end`\n\n`rc-closure end`",
    "```text\nx\n```\n\nlead?\n\n```text\ny\n```",
    '"quotes" \\ back \u00e9\u00e8 \U0001f600',
    "  leading, trailing  \n\n",
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("own", "lead"), [(PART, ""), (VERDICT, "@psp/backend: please look.")])
def test_a_message_comes_back(frame: Frame, own: Marker, lead: str, text: str) -> None:
    text = text.rstrip("\n")
    given = message(own, text, lead)
    assert frame.read(frame.write(given)) == given
    assert given.whole


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
@pytest.mark.parametrize("text", TEXTS)
def test_the_size_is_never_more_than_the_costs_say(frame: Frame, text: str) -> None:
    empty = frame.size(Message(markers.longest(PART), ""))
    assert frame.size(message(PART, text)) <= empty + frame.cost(text)
    assert frame.cost(text + text) <= 2 * frame.cost(text)


@pytest.mark.parametrize(
    "body", ["", "LGTM", "> `rc-closure/1 ticket=a`", "`rc-closure/1 ticket=a`\n\nx", None]
)
def test_people_s_comments_are_none_of_ours(body: t.Any) -> None:
    document = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}
    assert MarkdownFrame().read(body or "") is None
    assert WikiFrame().read(body or "") is None
    assert DocumentFrame().read(document if body is None else body) is None


def test_a_quoted_comment_is_none_of_ours() -> None:
    body = MarkdownFrame().write(message(PART, "text"))
    assert MarkdownFrame().read("\n".join(f"> {line}" for line in body.split("\n"))) is None


@pytest.mark.parametrize("frame", [MarkdownFrame(), WikiFrame()], ids=["markdown", "wiki"])
def test_line_ends_that_a_server_changes_are_no_difference(frame: Frame) -> None:
    given = message(VERDICT, "a\nb", "lead")
    assert frame.read(frame.write(given).replace("\n", "\r\n") + "\r\n") == given


def test_what_jira_adds_to_a_document_is_left_aside() -> None:
    given = message(PART, "a\nb")
    body = DocumentFrame().write(given)
    for block in body["content"]:
        block["attrs"] = {"localId": "1"}
    assert DocumentFrame().read(json.loads(json.dumps(body))) == given


def test_the_word_that_ends_a_wiki_s_block_is_broken() -> None:
    body = WikiFrame().write(message(PART, "a {noformat} b"))
    assert body.count("{noformat}") == 2


MARKDOWN = MarkdownFrame().write(message(VERDICT, "Gate: FAIL", "lead"))
WIKI = WikiFrame().write(message(VERDICT, "Gate: FAIL {noformat} b", "lead"))
HIDDEN = "{\u200bnoformat}"


@pytest.mark.parametrize(
    ("frame", "body"),
    [
        (MarkdownFrame(), MARKDOWN.replace("Gate: FAIL", "Gate: PASS")),
        (MarkdownFrame(), MARKDOWN.replace("lead", "lead: it is fine")),
        (MarkdownFrame(), MARKDOWN.replace("```text", "```\nGate: PASS\n```text")),
        (MarkdownFrame(), MARKDOWN.replace("```text", "```diff it is PASS")),
        (MarkdownFrame(), MARKDOWN.replace("\n```\n", "\nGate: PASS\n")),
        (MarkdownFrame(), MARKDOWN.replace("\n\n`rc-closure end`", "\n\nPASS\n\n`rc-closure end`")),
        (WikiFrame(), WIKI.replace("lead", "lead\n\nh1. It is PASS")),
        (WikiFrame(), WIKI.replace(HIDDEN, "{noformat}")),
        (WikiFrame(), WIKI.replace("\n{noformat}\nGate", "\n{noformat}\nPASS\n{noformat}\nGate")),
        *(
            (DocumentFrame(), body)
            for body in (
                _with_block(1, {"type": "panel", "content": [_paragraph("It is PASS")]}),
                _with_block(1, {"type": "heading", "content": [{"type": "text", "text": ""}]}),
                _with_node(1, {"type": "status", "attrs": {"text": "PASS"}}),
                _with_node(0, {"type": "mention", "attrs": {"text": "@everybody"}}),
                _with_node(2, {"type": "text", "text": "\nGate: PASS"}),
                _with_block(3, {"type": "rule"}),
            )
        ),
    ],
)
def test_what_somebody_edited_reads_as_another_message(frame: Frame, body: t.Any) -> None:
    """Whatever of it people see differently: it is put right where it is ours still, and never passes."""
    text = "Gate: FAIL {noformat} b" if isinstance(frame, WikiFrame) else "Gate: FAIL"
    found = frame.read(body)
    assert found != message(VERDICT, text, "lead")
    assert found is None or not found.whole or found.lead != "lead"


def test_a_document_s_text_may_come_back_in_pieces() -> None:
    body = DocumentFrame().write(message(PART, "a\nb"))
    body["content"][-1]["content"] = [{"type": "text", "text": "a\n"}, {"type": "text", "text": "b"}]
    assert DocumentFrame().read(body) == message(PART, "a\nb")


def test_another_text_is_not_whole() -> None:
    assert not Message(message(PART, "a").marker, "b").whole


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    assert MarkdownFrame().cost("\U0001f600") == 2
