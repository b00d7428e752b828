# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A comment as this collection means it, and as each kind of ticket writes it down. Pure.

Every frame is reversible: C(read(write(message))) is the message, whatever its text holds, and nothing in the
text can end the code block that it is put into. Nor can anything be added to a comment and not be seen: what
is not exactly what C(write()) makes is read as another text than the one that was written.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

from ..report.markdown import fence
from . import marker as markers
from .marker import PART, Marker

_END = "`rc-closure end`"
_NOFORMAT = "{noformat}"
# A zero-width space keeps the word from ending the block; one more is put in where some are there already.
_HIDE = re.compile("(\\{)(\u200b*noformat)", re.IGNORECASE)
_SHOW = re.compile("(\\{)\u200b(\u200b*noformat)", re.IGNORECASE)


@dataclass(frozen=True)
class Message:
    """A comment.

    Attributes:
        marker: what it is a part of; its digest is that of C(text).
        text: a part's Markdown, or plain lines; without a last newline.
        lead: one paragraph above the text, in the open, so that it can address people; a part has none.
    """

    marker: Marker
    text: str
    lead: str = ""

    @property
    def whole(self) -> bool:
        """Whether the text is what the marker says that it is."""
        return self.marker.sha256 == markers.digest(self.text)


def message(marker: Marker, text: str, lead: str = "") -> Message:
    """Return a message whose marker has the digest of its text."""
    return Message(marker.of(text), text, lead)


class Frame(t.Protocol):
    """How one kind of ticket writes a message down."""

    def write(self, message: Message) -> t.Any:
        """Return the comment's body, as the API takes it."""

    def read(self, body: t.Any) -> Message | None:
        """Return the message that a body is, or None for a comment that is none."""

    def size(self, message: Message) -> int:
        """Return the length that the ticket's limit is about."""

    def cost(self, text: str) -> int:
        """Return what a part's text adds to that length, at most."""


class MarkdownFrame:
    """GitHub's Markdown: a part stands as it is, its outputs in their own code blocks."""

    def write(self, message: Message) -> str:
        """Put the marker before the text, and a last line behind it that no server trims away."""
        text = message.text if message.marker.kind == PART else fence(message.text)
        blocks = [f"`{message.marker}`", *([message.lead] if message.lead else []), text, _END]
        return "\n\n".join(blocks)

    def read(self, body: t.Any) -> Message | None:
        """Read what C(write()) wrote."""
        body = _plain(body)
        first, _blank, rest = body.partition("\n\n")
        marker = markers.parse(first.removeprefix("`").removesuffix("`"))
        if marker is None or not rest.endswith(f"\n\n{_END}"):
            return None
        text, lead = rest.removesuffix(f"\n\n{_END}"), ""
        if marker.kind != PART:
            if not text.startswith("```"):
                lead, _blank, text = text.partition("\n\n")
            text = "\n".join(text.split("\n")[1:-1])
        found = Message(marker, text, lead)
        return found if self.write(found) == body else Message(marker, body)

    def size(self, message: Message) -> int:
        """Count UTF-16 units, which are never fewer than characters."""
        return _utf16(self.write(message))

    def cost(self, text: str) -> int:
        """Count UTF-16 units."""
        return _utf16(text)


class WikiFrame:
    """Jira Data Center's wiki markup: the text stands in a block that shows it as it is."""

    def write(self, message: Message) -> str:
        """Put the text between C({noformat}), with every such word in it broken."""
        hidden = _HIDE.sub("\\1\u200b\\2", message.text)
        block = f"{_NOFORMAT}\n{hidden}\n{_NOFORMAT}"
        head = "{{" + str(message.marker) + "}}"
        return "\n\n".join([head, *([message.lead] if message.lead else []), block])

    def read(self, body: t.Any) -> Message | None:
        """Read what C(write()) wrote."""
        body = _plain(body)
        head, _found, hidden = body.partition(f"\n\n{_NOFORMAT}\n")
        first, _blank, lead = head.partition("\n\n")
        marker = markers.parse(first.removeprefix("{{").removesuffix("}}"))
        if marker is None or not hidden.endswith(f"\n{_NOFORMAT}"):
            return None
        found = Message(marker, _SHOW.sub("\\1\\2", hidden.removesuffix(f"\n{_NOFORMAT}")), lead)
        return found if self.write(found) == body else Message(marker, body)

    def size(self, message: Message) -> int:
        """Count UTF-16 units, as Java does."""
        return _utf16(self.write(message))

    def cost(self, text: str) -> int:
        """Count UTF-16 units, and one for each word that is to be broken."""
        return _utf16(text) + len(_HIDE.findall(text))


class DocumentFrame:
    """Jira Cloud's document format: the text is a string of its own, which nothing in it can end."""

    def write(self, message: Message) -> dict[str, t.Any]:
        """Make a document of a paragraph for the marker, one for the lead, and a code block."""
        marker = {"type": "text", "text": str(message.marker), "marks": [{"type": "code"}]}
        lead = [_paragraph({"type": "text", "text": message.lead})] if message.lead else []
        block = {"type": "codeBlock", "content": [{"type": "text", "text": message.text}]}
        return {"type": "doc", "version": 1, "content": [_paragraph(marker), *lead, block]}

    def read(self, body: t.Any) -> Message | None:
        """Read what C(write()) wrote; what Jira may add to the nodes is left aside."""
        blocks = body.get("content", []) if isinstance(body, dict) else []
        if len(blocks) < 2 or blocks[-1].get("type") != "codeBlock":
            return None
        first, *leads, text = [_text(block) for block in blocks]
        marker = markers.parse(first)
        if marker is None:
            return None
        found = Message(marker, text, "\n\n".join(leads))
        return found if _shown(self.write(found)) == _shown(body) else Message(marker, json.dumps(body))

    def size(self, message: Message) -> int:
        """Count the document's JSON: whether Jira counts all of it or less, it is never more."""
        return _json_size(self.write(message))

    def cost(self, text: str) -> int:
        """Count the text as JSON."""
        return _json_size(text) - 2


def _paragraph(node: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"type": "paragraph", "content": [node]}


def _text(block: t.Mapping[str, t.Any]) -> str:
    return "".join(str(node.get("text", "")) for node in block.get("content", []))


def _shown(node: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return of a document's node what people see of it; the rest is the server's own."""
    marks = [mark.get("type") for mark in node.get("marks", [])]
    return {"type": node.get("type"), "text": node.get("text"), "marks": marks, "content": _content(node)}


def _content(node: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return what a node holds, a text as one node into however many it was divided."""
    nodes: list[dict[str, t.Any]] = []
    for one in map(_shown, node.get("content", [])):
        if one["text"] and nodes and {**one, "text": ""} == {**nodes[-1], "text": ""}:
            nodes[-1]["text"] += one["text"]
        else:
            nodes.append(one)
    return nodes


def _plain(body: t.Any) -> str:
    return str(body).replace("\r\n", "\n").strip()


def _json_size(value: t.Any) -> int:
    return _utf16(json.dumps(value, ensure_ascii=False))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
