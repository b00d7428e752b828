# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html: all of the document is on it, each link leads somewhere, and no evidence becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from html.parser import HTMLParser

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import STREAMS
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import page
from tests.unit import documents, reports
from tests.unit.captured import step

VOID = {"meta", "link", "input", "rect", "line"}


class Read(HTMLParser):
    """A page as a browser reads it: elements with their attributes, and each one's text."""

    def __init__(self, text: str) -> None:
        """Read the text."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[int] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element, which stays open but for those that hold nothing."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be of that name."""
        if tag not in VOID:
            assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        """Add a text to each element that it is in."""
        for index in self._open:
            self.elements[index][2].append(data)

    def named(self, tag: str) -> list[tuple[dict[str, str], str]]:
        """Return the elements of a name, with their texts."""
        return [(attributes, "".join(text)) for name, attributes, text in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All text of the page's body."""
        return self.named("body")[0][1]


def read(document: dict[str, t.Any]) -> Read:
    return Read(page.render(document))


REPORTS = {
    "PASS": documents.passing,
    "FAIL": lambda: documents.build(fault="worker_killed_midway", spike="spike"),
    "nothing collected": lambda: reports.report(packages=[]),
}


@pytest.fixture(params=sorted(REPORTS))
def document(request: pytest.FixtureRequest) -> dict[str, t.Any]:
    found: dict[str, t.Any] = REPORTS[request.param]()
    return found


def test_every_criterion_and_every_step_is_on_the_page(document: dict[str, t.Any]) -> None:
    found = read(document)
    pres = [text for _attributes, text in found.named("pre")]
    for package in document["packages"].values():
        for criterion in package["criteria"]:
            assert {criterion["text"], criterion["reason"]} <= {*_parts(found, criterion)}
            assert criterion["not_excluded"] in found.text
        for one in package["steps"]:
            assert f"\n{one['command']}" in pres
            assert all(f"\n{one[stream]}" in pres for stream in STREAMS if one[stream])


def _parts(found: Read, criterion: dict[str, t.Any]) -> t.Iterator[str]:
    for tag in ("summary", "dd"):
        for _attributes, text in found.named(tag):
            yield next((one for one in (criterion["text"], criterion["reason"]) if one in text), "")


def test_each_link_leads_to_something_that_is_there_once(document: dict[str, t.Any]) -> None:
    found = read(document)
    ids = [attributes["id"] for _tag, attributes, _text in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for attributes, _text in found.named("a")}
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_headings_are_in_order(document: dict[str, t.Any]) -> None:
    levels = [
        int(tag[1]) for tag, _attributes, _text in read(document).elements if re.fullmatch("h[1-6]", tag)
    ]
    assert levels.count(1) == 1
    assert all(then <= level + 1 for level, then in zip([0, *levels], levels, strict=False))


def test_only_the_own_script_and_style_may_work(document: dict[str, t.Any]) -> None:
    found = read(document)
    policy = next(a["content"] for a, _text in found.named("meta") if "http-equiv" in a)
    (style,), (script,) = found.named("style"), found.named("script")
    for name, (_attributes, text) in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert not [
        name
        for _tag, attributes, _text in found.elements
        for name in attributes
        if name == "style" or name.startswith("on")
    ]


def test_nothing_is_fetched(document: dict[str, t.Any]) -> None:
    found = read(document)
    named = {tag for tag, _attributes, _text in found.elements}
    assert not named & {"img", "iframe", "object", "embed", "video", "audio", "source", "base"}
    assert [attributes for attributes, _text in found.named("link")] == [{"rel": "icon", "href": "data:,"}]
    assert not re.search(r"url\(|@import|@font-face", found.named("style")[0][1])


HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></details><h1>PASS</h1>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "\n leading line",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_evidence_becomes_markup(hostile: str) -> None:
    harmless = read(_everywhere("harmless"))
    found = read(_everywhere(hostile))
    # The page has the same elements, whatever its texts are.
    assert [one[0] for one in found.elements] == [one[0] for one in harmless.elements]
    assert [sorted(one[1]) for one in found.elements] == [sorted(one[1]) for one in harmless.elements]
    assert [text for _attributes, text in found.named("pre")].count(f"\n{hostile}") == 5


def _everywhere(text: str) -> dict[str, t.Any]:
    """Return a report that has this text wherever a host, a tool or an operator could put one."""
    more = {"title": text, "command": text, "host": text, "directory": text, "stdout": text, "stderr": text}
    failed = step("one", outcome="failed", reason=text, **more)
    document = reports.report(1, steps={1: [failed]}, notes=dict.fromkeys(range(4), text))
    document["packages"]["package_1"]["steps"][0]["masks"] = {text: 1}
    document["packages"]["package_1"]["criteria"] = [
        {
            **dict.fromkeys(("text", "reason", "detail", "not_excluded"), text),
            "id": "some",
            "result": "not_met",
            "steps": ["one"],
        }
    ]
    document["release"] = dict.fromkeys(document["release"], text)
    document["gate"]["left_out"] = [text]
    document["provenance"] = {
        "user": text,
        "controller": {"name": text, "os": text},
        "versions": {text: text},
        "inventory": [{"path": text}],
        "options": {"tags": [text]},
        "hosts": [{"name": text}],
    }
    return document


def test_what_cannot_be_seen_is_named_wherever_it_is() -> None:
    found = page.render(_everywhere("a\x00\u202eb\ud800"))
    assert "a&lt;U+0000 NULL&gt;&lt;U+202E RIGHT-TO-LEFT OVERRIDE&gt;b&lt;U+D800 MARK&gt;" in found
    assert not re.search("[\x00\u202e\ud800]", found)
    found.encode()


def test_the_first_criterion_that_failed_is_open_at_the_top_with_links_to_its_steps() -> None:
    document = documents.only("worker_killed_midway")
    top = page.render(document).partition("What failed")[2].partition('<h2 id="verdicts">')[0]
    # Packages that were not collected come after it, though their numbers are lower.
    opened, _details, after = top.partition("</details>")
    assert opened.count("<details") == opened.count('<details class="criterion bad" open>') == 1
    bad = [one for one in document["packages"]["package_3"]["criteria"] if one["result"] == "not_met"]
    assert bad[0]["reason"] in opened.replace("&#39;", "'")
    assert opened.count('href="#step-3-') >= len(bad[0]["steps"])
    assert all(f"#criterion-3-{one['id']}" in after for one in bad[1:])
    assert "Package-0" in after


def test_the_page_of_much_json_is_little_larger_than_its_evidence() -> None:
    answer = '{"id": "9cc35819", "status": "queued", "provider": "acmepay", "error": null}\n' * 10_000
    document = reports.report(steps={1: [step("one", kind="http", stdout=answer)]})
    assert len(page.render(document)) < 1.1 * len(answer)


def test_where_all_of_a_long_output_is_is_said() -> None:
    document = reports.report(steps={1: [step("one", stdout="a\n[... shortened ...]\nb\n")]})
    file = {"file": "package_1/0001-one.stdout.gz", "bytes": 99, "sha256": "ab" * 32}
    document["packages"]["package_1"]["steps"][0]["whole"] = {"stdout": file}
    text = read(document).text
    assert "package_1/0001-one.stdout.gz in the locker, 99 bytes" in text
    assert "ab" * 32 in text


def test_evidence_that_cannot_be_drawn_does_not_keep_the_page_from_being_written() -> None:
    document = documents.build()
    for package in document["packages"].values():
        for one in package["steps"]:
            one["started"] = "yesterday"
    found = read(document)
    assert not [a for a, _text in found.named("h2") if a["id"] == "timeline"]
    assert len([a for a, _text in found.named("details") if a["class"].startswith("step")]) > 5
