# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown, for the ticket: verdicts first, then what shows them. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._core.evidence import FAILED, TIMED_OUT
from ....module_utils._text import earlier_attempts
from ...judge.base import NOT_MET, NOT_PROVEN, PASS
from ...keep.locker import STREAMS
from . import merged, minimum_evidence, origin, shown_step, translated, webhooks
from . import page as pages
from .document import Document
from .follow_up import follow_up
from .page import SEPARATOR, Page, cell, fence, inline, is_short, table

_RESULTS = {"met": "met", "not_met": "**NOT MET**", "not_proven": "**NOT PROVEN**", "left_out": "left out"}


def render(document: Document, *, tags: bool = True) -> str:
    """Return the whole report; without C(tags) nothing is folded and nothing linked."""
    return joined(sections(document, tags=tags))


def joined(sections: t.Iterable[str]) -> str:
    """Return the report that has these sections."""
    return SEPARATOR.join(sections) + "\n"


def sections(document: Document, *, tags: bool = True) -> list[str]:
    """Return the report in the pieces that should stay whole where it has to be split: a step is one.

    C(joined()), they are the report.
    """
    told, asked = translated.translated(document), follow_up(document)
    page = pages.page(document["attempt"]["started"], tags=tags, words=translated.words_of(document))
    found = [_head(page, told, asked.sentences)]
    for name, package in told["packages"].items():
        found.append(_package(page, name, package))
        if name == "package_2":
            found.append(_webhooks(page, package, document["release"]))
        if "reset_or_stamp" in package:
            found.append(_reset_or_stamp(page, package["reset_or_stamp"]))
        opened = _opened(package)
        found += [
            shown_step.section(page, f"{name[-1]}.{number}", step, opened=step["name"] in opened)
            for number, step in enumerate(package["steps"], 1)
        ]
    return [SEPARATOR.join(paragraphs).strip("\n") for paragraphs in found if paragraphs]


def _opened(package: Document) -> set[str]:
    """Return the steps that a reader has to see at once: what FAIL rests on, and short minimum evidence."""
    bad = [one for one in package["criteria"] if one["result"] in (NOT_MET, NOT_PROVEN)]
    seen = [
        step["name"]
        for step in package["steps"]
        if step["outcome"] in (FAILED, TIMED_OUT)
        or (step["name"] in minimum_evidence.NAMES and all(map(is_short, map(step.get, STREAMS))))
    ]
    return {*seen, *(step for one in bad for step in one["steps"])}


def _head(page: Page, document: Document, asked: t.Sequence[str]) -> list[str]:
    release, attempt, gate = document["release"], document["attempt"], document["gate"]
    facts = [
        f"- Release candidate: `{release['candidate']}`, commit `{release['commit']}`",
        f"- Environment: `{release['environment']}`",
        f"- Collected from {attempt['started']} to {attempt['reported']} (UTC)",
        *(f"- {page.words.label(name)}: {inline(said)}" for name, said in origin.lines(document)),
        *(f"- {inline(said)}" for said in merged.lines(document)),
        f"- Gate: {_gate(page, gate['status'], asked)}",
        *(f"- Left out by policy: {inline(one)}" for one in gate.get("left_out", [])),
        *(_earlier(page, one) for one in earlier_attempts.read(document.get("unreported_attempts", []))),
    ]
    verdicts = [
        (page.link(_title(page, name, one), name[-1]), f"**{one['status']}**", cell(one["note"]))
        for name, one in document["packages"].items()
    ]
    return [
        page.words(f"# {release['ticket']}: closure of {release['candidate']}: {gate['status']}"),
        "\n".join(map(page.words, facts)),
        _table(page, ("Package", "Verdict", "Note"), verdicts),
        page.words.label("The checklist's minimum evidence:"),
        "\n".join(_contents(page, *one) for one in document["packages"].items()),
    ]


def _gate(page: Page, status: str, asked: t.Sequence[str]) -> str:
    if status == PASS:
        return page.words.label("PASS, all four packages are PASS for this release. The ticket may close.")
    return " ".join(inline(page.words(one)) for one in ("FAIL. The ticket may not close.", *asked))


def _table(page: Page, titles: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    return table([*map(page.words.label, titles)], rows)


def _contents(page: Page, name: str, package: Document) -> str:
    """Say where each item of a package's minimum evidence is."""
    numbers = _numbers(page, name, package)
    items = []
    for item in minimum_evidence.ITEMS[int(name[-1])]:
        places = [place for step, place in numbers if step in item.steps]
        items.append(f"{page.words.label(item.text)} {', '.join(places) or page.words.label('**not kept**')}")
    said = "; ".join(items) if numbers else page.words.label("**nothing was kept**")
    package_name = page.words(f"Package-{name[-1]}")
    return f"- {page.link(package_name, name[-1])}: {said}"


def _numbers(page: Page, name: str, package: Document) -> list[tuple[str, str]]:
    """Return each step's name with its number, which leads to it."""
    numbers = ((step["name"], f"{name[-1]}.{n}") for n, step in enumerate(package["steps"], 1))
    return [(step, page.link(number, number)) for step, number in numbers]


def _earlier(page: Page, attempt: earlier_attempts.Attempt) -> str:
    """Say of an earlier attempt what it had begun, and how much of it was kept."""
    words = page.words
    begun = "; ".join(words(f"in Package-{one.package} {words(str(one))}") for one in attempt.intents)
    kept = ", ".join(words(f"{len(steps)} of Package-{name[-1]}") for name, steps in attempt.kept.items())
    said = f"it had begun {begun or 'nothing'} (steps that were kept: {kept or 'none'})"
    return f"- Earlier attempt `{attempt.name}`, never reported: {inline(words(said))}"


def _title(page: Page, name: str, package: Document) -> str:
    return page.words(f"Package-{name[-1]}, {package['title']}")


def _package(page: Page, name: str, package: Document) -> list[str]:
    anchor = page.anchor(name[-1])
    paragraphs = [f"## {_title(page, name, package)}: {package['status']}{anchor}", inline(package["note"])]
    criteria = package["criteria"]
    numbers = dict(_numbers(page, name, package))
    rows = [
        (
            cell(one["text"]),
            page.words.label(_RESULTS[one["result"]]),
            cell(one["reason"]),
            ", ".join(numbers[step] for step in one["steps"] if step in numbers),
        )
        for one in criteria
    ]
    if rows:
        paragraphs.append(_table(page, ("Criterion", "Result", "Deciding fact", "Shown by"), rows))
    unexcluded = [one for one in criteria if one.get("not_excluded")]
    if unexcluded:
        lines = (f"- {inline(one['text'])}: {inline(one['not_excluded'])}" for one in unexcluded)
        summary = page.words(f"Not excluded, of {len(unexcluded)} criteria")
        paragraphs += page.fold(summary, ["\n".join(lines)])
    for criterion in criteria:
        if criterion["detail"]:
            paragraphs += [f"{inline(criterion['text'])}:", fence(criterion["detail"])]
    return paragraphs


def _webhooks(page: Page, package: Document, release: t.Mapping[str, str]) -> list[str]:
    """Return the table of the webhooks that were refused, nothing where that is not known."""
    found = webhooks.refused(package, release)
    if not found:
        return []
    rows = [
        (page.words.label(when), str(stretch.requests), str(stretch.events), f"{stretch.share:.2%}")
        for when, stretch in (("before the flags were set", found.before), ("since then", found.since))
    ]
    titles = ("Webhooks", "Requests", "Refused with 401", "Share")
    return [_table(page, titles, rows), page.words(found.threshold)]


def _reset_or_stamp(page: Page, section: Document) -> list[str]:
    title = "### Reset or stamp?" if section["question"] else "### Reset or stamp"
    comparison = [fence(section["comparison"])] if section["comparison"] else []
    return [page.words.label(title), *map(inline, section["sentences"]), *comparison]
