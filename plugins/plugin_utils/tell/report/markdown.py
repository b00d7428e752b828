# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown, ready to paste into the ticket."""

from __future__ import annotations

import re
import typing as t

from ....module_utils._text import earlier_attempts
from ...keep.locker import STREAMS
from . import merged, origin
from .document import Document

SEPARATOR = "\n\n"
# GitHub notifies whoever is named like this, be it @playwright out of an error's line.
_CALL = re.compile(r"@(?=\w)")
_ENDLESS = re.compile(r"`{1000}")
_RESULTS = {"met": "met", "not_met": "**NOT MET**", "not_proven": "**NOT PROVEN**", "left_out": "left out"}
_OUTCOMES = {
    "timed_out": "STOPPED AT ITS LIMIT",
    "failed": "COULD NOT BE CARRIED OUT",
    "not_run": "left out",
}

# Markdown ignores an underscore inside a word, and names are full of them.
_MARKUP = re.compile(r"[\\`*<>\[\]#~&]|(?<!\w)_|_(?!\w)")


def render(document: Document) -> str:
    """Return the whole report: verdicts first, then every step with its full output."""
    return SEPARATOR.join(sections(document)) + "\n"


def sections(document: Document) -> list[str]:
    """Return the report in the pieces that should stay whole where it has to be split: a step is one.

    The report is these, joined by C(SEPARATOR), and a newline.
    """
    found = [_head(document)]
    for name, package in document["packages"].items():
        found.append(_package(name, package))
        if "reset_or_stamp" in package:
            found.append(_reset_or_stamp(package["reset_or_stamp"]))
        found += [_step(f"{name[-1]}.{number}", step) for number, step in enumerate(package["steps"], 1)]
    return [SEPARATOR.join(paragraphs).strip("\n") for paragraphs in found]


def fence(text: str) -> str:
    """Return the text as a code block that nothing in it can end."""
    # A block's border must be longer than any run in it, and has to fit into a ticket's comment itself.
    text = _ENDLESS.sub("\\g<0>\u200b", text)
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}text\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"


def _head(document: Document) -> list[str]:
    release, attempt, gate = document["release"], document["attempt"], document["gate"]
    packages = document["packages"].items()
    facts = [
        f"- Release candidate: `{release['candidate']}`, commit `{release['commit']}`",
        f"- Environment: `{release['environment']}`",
        f"- Collected from {attempt['started']} to {attempt['reported']} (UTC)",
        *(f"- {name}: {_inline(said)}" for name, said in origin.lines(document)),
        *(f"- {_inline(said)}" for said in merged.lines(document)),
        "- Gate: PASS, all four packages are PASS for this release. The ticket may close."
        if gate["status"] == "PASS"
        else "- Gate: FAIL. The ticket may not close; the root-cause analysis goes on in this ticket.",
        *(f"- Left out by policy: {_inline(one)}" for one in gate.get("left_out", [])),
        *map(_earlier, earlier_attempts.read(document.get("unreported_attempts", []))),
    ]
    verdicts = [(_title(name, one), f"**{one['status']}**", _cell(one["note"])) for name, one in packages]
    return [
        f"# {release['ticket']}: closure of {release['candidate']}: {gate['status']}",
        "\n".join(facts),
        _table(("Package", "Verdict", "Note"), verdicts),
    ]


def _earlier(attempt: earlier_attempts.Attempt) -> str:
    """Say of an earlier attempt what it had begun, and how much of it was kept."""
    begun = "; ".join(f"in Package-{one.package} {one}" for one in attempt.intents)
    kept = ", ".join(f"{len(steps)} of Package-{name[-1]}" for name, steps in attempt.kept.items())
    said = _inline(f"it had begun {begun or 'nothing'} (steps that were kept: {kept or 'none'})")
    return f"- Earlier attempt `{attempt.name}`, never reported: {said}"


def _reset_or_stamp(section: Document) -> list[str]:
    title = "### Reset or stamp?" if section["question"] else "### Reset or stamp"
    comparison = [fence(section["comparison"])] if section["comparison"] else []
    return [title, *map(_inline, section["sentences"]), *comparison]


def _title(name: str, package: Document) -> str:
    return f"Package-{name[-1]}, {package['title']}"


def _package(name: str, package: Document) -> list[str]:
    paragraphs = [f"## {_title(name, package)}: {package['status']}", _inline(package["note"])]
    criteria = package["criteria"]
    numbers = {step["name"]: f"{name[-1]}.{n}" for n, step in enumerate(package["steps"], 1)}
    rows = [
        (
            _cell(one["text"]),
            _RESULTS[one["result"]],
            _cell(one["reason"]),
            ", ".join(numbers[step] for step in one["steps"] if step in numbers),
        )
        for one in criteria
    ]
    if rows:
        paragraphs.append(_table(("Criterion", "Result", "Deciding fact", "Shown by"), rows))
    unexcluded = [one for one in criteria if one.get("not_excluded")]
    if unexcluded:
        lines = (f"- {_inline(one['text'])}: {_inline(one['not_excluded'])}" for one in unexcluded)
        paragraphs.append("\n".join(["Not excluded:", "", *lines]))
    for criterion in criteria:
        if criterion["detail"]:
            paragraphs += [f"{_inline(criterion['text'])}:", fence(criterion["detail"])]
    return paragraphs


def _table(titles: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in (titles, *rows))
    return "\n".join([head, "|" + "---|" * len(titles), *body])


def _step(number: str, step: Document) -> list[str]:
    where = f" in `{step['directory']}`" if step["directory"] else ""
    facts = [
        f"- On `{step['host']}`{where}",
        f"- From {step['started']} to {step['ended']} ({step['seconds']:.3f} s)",
        f"- {_outcome(step)}",
        *_masks(step.get("masks", {})),
    ]
    paragraphs = [f"### {number} {_inline(step['title'])}", fence(step["command"]), "\n".join(facts)]
    http = {"stdout": "Body", "stderr": "Status and headers"} if step["kind"] == "http" else {}
    for stream in STREAMS:
        name = http.get(stream, stream)
        paragraphs += [f"{name}:", fence(step[stream])] if step[stream] else [f"{name}: empty"]
        if stream in step.get("whole", {}):
            file = step["whole"][stream]
            paragraphs.append(
                f"All of it: `{file['file']}`, {file['bytes']} bytes, SHA-256 `{file['sha256']}`."
            )
    return paragraphs


def _masks(masks: t.Mapping[str, int]) -> list[str]:
    """Say what was masked in a step, and how often."""
    said = ", ".join(f"{name} {count}" for name, count in masks.items())
    return [f"- Masked: {_inline(said)}"] if said else []


def _outcome(step: Document) -> str:
    if step["outcome"] != "ended":
        status = "" if step["exit_status"] is None else f" (exit status {step['exit_status']})"
        return f"**{_OUTCOMES[step['outcome']]}**: {_inline(step['reason'])}{status}"
    if step["exit_status"] is None:
        return "Read"
    return f"{'HTTP' if step['kind'] == 'http' else 'Exit'} status {step['exit_status']}"


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


def _inline(text: str) -> str:
    """Keep a sentence a sentence: no line break, no markup of its own, and nobody called by an @."""
    return _CALL.sub("@\u200b", _MARKUP.sub(r"\\\g<0>", " ".join(text.split())))
