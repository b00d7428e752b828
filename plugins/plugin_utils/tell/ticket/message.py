# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A comment, and how each kind of ticket writes it down. Pure.

Every frame is reversible: C(read(write(message))) is the message, whatever its text contains, and nothing in
the text can end the code block that it is put into. Nor can anything be added to a comment unseen: what is
not exactly what C(write()) makes is read as another text than the one that was written.
"""

from __future__ import annotations

import abc
import json
import re
import typing as t
from dataclasses import dataclass, replace
from itertools import groupby

from ..report.page import fence
from . import marker as markers
from .marker import PART, Marker

_END = "`rc-closure end`"
_NOFORMAT = "{noformat}"
# A zero-width space keeps the word from ending the block; one more is put in where some are there already.
_HIDE = re.compile("(\\{)(\u200b*noformat)", re.IGNORECASE)
_SHOW = re.compile("(\\{)\u200b(\u200b*noformat)", re.IGNORECASE)

# A comment's first line, its lead and its text.
Pieces = tuple[str, str, str]
Node = t.Mapping[str, t.Any]  # of Jira's documents


@dataclass(frozen=True)
class Message:
    """A comment: the marker with the text's digest, and the text, without a last newline.

    C(lead) is one paragraph above the text, outside its code block, so that it can address people; a part of
    the report has none.
    """

    marker: Marker
    text: str
    lead: str = ""

    @property
    def whole(self) -> bool:
        """Whether the text has the digest that the marker contains."""
        return self.marker.sha256 == markers.digest(self.text)


def message(marker: Marker, text: str, lead: str = "") -> Message:
    """Return a message whose marker has the digest of its text."""
    return Message(replace(marker, sha256=markers.digest(text)), text, lead)


_EMPTY_PART = Message(Marker("", "", "", PART), "")


class Frame(abc.ABC):
    """How one kind of ticket writes a message down."""

    tags = False  # whether the tags of a report's page are rendered in a part

    @abc.abstractmethod
    def write(self, message: Message) -> t.Any:
        """Return the comment's body, as the API takes it."""

    def read(self, body: t.Any) -> Message | None:
        """Return the message in a body, or None if it is not a comment of this collection."""
        marker = None
        for line, lead, text in self._take_apart(body):
            marker = markers.parse(line)
            if marker and self._seen(self.write(found := Message(marker, text, lead))) == self._seen(body):
                return found
        return Message(marker, str(self._seen(body))) if marker else None

    def size(self, message: Message) -> int:
        """Return the length that the ticket's limit is about: UTF-16 units, never fewer than characters."""
        return _utf16(self.write(message))

    def cost(self, text: str) -> int:
        """Return what a part's text adds to that length."""
        return self.size(replace(_EMPTY_PART, text=text)) - self.size(_EMPTY_PART)

    @abc.abstractmethod
    def _take_apart(self, body: t.Any) -> t.Iterable[Pieces]:
        """Return each way to read the body as a comment of this collection; none for any other."""

    def _seen(self, body: t.Any) -> t.Any:
        """Return what people see of a body."""
        return str(body).replace("\r\n", "\n").strip()


class MarkdownFrame(Frame):
    """GitHub's Markdown: a part is its own text, with each output in a code block."""

    tags = True

    def write(self, message: Message) -> str:
        """Put the marker before the text, and a last line behind it that no server trims away."""
        text = message.text if message.marker.kind == PART else fence(message.text)
        return _paragraphs(f"`{message.marker}`", message.lead, text, _END)

    def _take_apart(self, body: t.Any) -> t.Iterator[Pieces]:
        for text in (r"()(.*)", r"(?:(.*?)\n\n)?`{3,}text\n(.*)\n`{3,}"):
            found = re.fullmatch(rf"`([^\n]*)`\n\n{text}\n\n{_END}", self._seen(body), re.DOTALL)
            if found:
                yield found[1], found[2] or "", found[3]


class WikiFrame(Frame):
    """Jira Data Center's wiki markup: the text is in a block that shows it as it is."""

    def write(self, message: Message) -> str:
        """Put the text between C({noformat}), with every such word in it broken."""
        hidden = _HIDE.sub("\\1\u200b\\2", message.text)
        return _paragraphs(f"{{{{{message.marker}}}}}", message.lead, f"{_NOFORMAT}\n{hidden}\n{_NOFORMAT}")

    def _take_apart(self, body: t.Any) -> t.Iterator[Pieces]:
        pattern = rf"{{{{([^\n]*)}}}}(?:\n\n(.*?))?\n\n{_NOFORMAT}\n(.*)\n{_NOFORMAT}"
        found = re.fullmatch(pattern, self._seen(body), re.DOTALL)
        if found:
            yield found[1], found[2] or "", _SHOW.sub("\\1\\2", found[3])


class DocumentFrame(Frame):
    """Jira Cloud's document format: the text is a string of its own, which nothing in it can end."""

    def write(self, message: Message) -> dict[str, t.Any]:
        """Make a document of a paragraph for the marker, one for the lead, and a code block."""
        marker = {"type": "text", "text": str(message.marker), "marks": [{"type": "code"}]}
        lead = [_paragraph({"type": "text", "text": message.lead})] if message.lead else []
        block = {"type": "codeBlock", "content": [{"type": "text", "text": message.text}]}
        return {"type": "doc", "version": 1, "content": [_paragraph(marker), *lead, block]}

    def size(self, message: Message) -> int:
        """Count the document's JSON: whether Jira counts all of it or less, it is never more."""
        return _utf16(json.dumps(self.write(message), ensure_ascii=False))

    def _take_apart(self, body: t.Any) -> t.Iterator[Pieces]:
        blocks = body.get("content", []) if isinstance(body, dict) else []
        if len(blocks) >= 2 and blocks[-1].get("type") == "codeBlock":
            first, *leads, text = [_text(block.get("content", [])) for block in blocks]
            yield first, "\n\n".join(leads), text

    def _seen(self, body: t.Any) -> t.Any:
        """Leave aside what Jira may add to the nodes, and where it divides a text."""
        return [
            (_kind(block), [(kind, _text(nodes)) for kind, nodes in groupby(block.get("content", []), _kind)])
            for block in body["content"]
        ]


def _paragraphs(marker: str, lead: str, *blocks: str) -> str:
    return "\n\n".join([marker, *([lead] if lead else []), *blocks])


def _paragraph(node: Node) -> dict[str, t.Any]:
    return {"type": "paragraph", "content": [node]}


def _kind(node: Node) -> tuple[t.Any, ...]:
    return node.get("type"), *(mark.get("type") for mark in node.get("marks", []))


def _text(nodes: t.Iterable[Node]) -> str:
    return "".join(str(node.get("text", "")) for node in nodes)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
