# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown, for the ticket: verdicts first, then what shows them. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._core.evidence import FAILED, TIMED_OUT
from ....module_utils._text import earlier_attempts
from ...judge.base import NOT_MET, NOT_PROVEN, PASS
from ...keep.locker import STREAMS
from . import minimum_evidence, origin, shown_step, webhooks
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
    page = pages.page(document["attempt"]["started"], tags=tags)
    found = [_head(page, document)]
    for name, package in document["packages"].items():
        found.append(_package(page, name, package))
        if name == "package_2":
            found.append(_webhooks(package, document["release"]))
        if "reset_or_stamp" in package:
            found.append(_reset_or_stamp(package["reset_or_stamp"]))
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


def _head(page: Page, document: Document) -> list[str]:
    release, attempt, gate = document["release"], document["attempt"], document["gate"]
    facts = [
        f"- Release candidate: `{release['candidate']}`, commit `{release['commit']}`",
        f"- Environment: `{release['environment']}`",
        f"- Collected from {attempt['started']} to {attempt['reported']} (UTC)",
        *(f"- {name}: {inline(said)}" for name, said in origin.lines(document)),
        f"- Gate: {_gate(document)}",
        *(f"- Left out by policy: {inline(one)}" for one in gate.get("left_out", [])),
        *map(_earlier, earlier_attempts.read(document.get("unreported_attempts", []))),
    ]
    verdicts = [
        (page.link(_title(name, one), name[-1]), f"**{one['status']}**", cell(one["note"]))
        for name, one in document["packages"].items()
    ]
    return [
        f"# {release['ticket']}: closure of {release['candidate']}: {gate['status']}",
        "\n".join(facts),
        table(("Package", "Verdict", "Note"), verdicts),
        "The checklist's minimum evidence:",
        "\n".join(_contents(page, *one) for one in document["packages"].items()),
    ]


def _gate(document: Document) -> str:
    if document["gate"]["status"] == PASS:
        return "PASS, all four packages are PASS for this release. The ticket may close."
    return " ".join(["FAIL. The ticket may not close.", *map(inline, follow_up(document).sentences)])


def _contents(page: Page, name: str, package: Document) -> str:
    """Say where each item of a package's minimum evidence is."""
    numbers = _numbers(page, name, package)
    items = []
    for item in minimum_evidence.ITEMS[int(name[-1])]:
        places = [place for step, place in numbers if step in item.steps]
        items.append(f"{item.text} {', '.join(places) or '**not kept**'}")
    said = "; ".join(items) if numbers else "**nothing was kept**"
    return f"- {page.link(f'Package-{name[-1]}', name[-1])}: {said}"


def _numbers(page: Page, name: str, package: Document) -> list[tuple[str, str]]:
    """Return each step's name with its number, which leads to it."""
    numbers = ((step["name"], f"{name[-1]}.{n}") for n, step in enumerate(package["steps"], 1))
    return [(step, page.link(number, number)) for step, number in numbers]


def _earlier(attempt: earlier_attempts.Attempt) -> str:
    """Say of an earlier attempt what it had begun, and how much of it was kept."""
    begun = "; ".join(f"in Package-{one.package} {one}" for one in attempt.intents)
    kept = ", ".join(f"{len(steps)} of Package-{name[-1]}" for name, steps in attempt.kept.items())
    said = inline(f"it had begun {begun or 'nothing'} (steps that were kept: {kept or 'none'})")
    return f"- Earlier attempt `{attempt.name}`, never reported: {said}"


def _title(name: str, package: Document) -> str:
    return f"Package-{name[-1]}, {package['title']}"


def _package(page: Page, name: str, package: Document) -> list[str]:
    anchor = page.anchor(name[-1])
    paragraphs = [f"## {_title(name, package)}: {package['status']}{anchor}", inline(package["note"])]
    criteria = package["criteria"]
    numbers = dict(_numbers(page, name, package))
    rows = [
        (
            cell(one["text"]),
            _RESULTS[one["result"]],
            cell(one["reason"]),
            ", ".join(numbers[step] for step in one["steps"] if step in numbers),
        )
        for one in criteria
    ]
    if rows:
        paragraphs.append(table(("Criterion", "Result", "Deciding fact", "Shown by"), rows))
    unexcluded = [one for one in criteria if one.get("not_excluded")]
    if unexcluded:
        lines = (f"- {inline(one['text'])}: {inline(one['not_excluded'])}" for one in unexcluded)
        paragraphs += page.fold(f"Not excluded, of {len(unexcluded)} criteria", ["\n".join(lines)])
    for criterion in criteria:
        if criterion["detail"]:
            paragraphs += [f"{inline(criterion['text'])}:", fence(criterion["detail"])]
    return paragraphs


def _webhooks(package: Document, release: t.Mapping[str, str]) -> list[str]:
    """Return the table of the webhooks that were refused, nothing where that is not known."""
    found = webhooks.refused(package, release)
    if not found:
        return []
    rows = [
        (when, str(stretch.requests), str(stretch.events), f"{stretch.share:.2%}")
        for when, stretch in (("before the flags were set", found.before), ("since then", found.since))
    ]
    return [table(("Webhooks", "Requests", "Refused with 401", "Share"), rows), found.threshold]


def _reset_or_stamp(section: Document) -> list[str]:
    title = "### Reset or stamp?" if section["question"] else "### Reset or stamp"
    comparison = [fence(section["comparison"])] if section["comparison"] else []
    return [title, *map(inline, section["sentences"]), *comparison]
