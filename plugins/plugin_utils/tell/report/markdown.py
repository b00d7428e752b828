# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown, ready to paste into the ticket."""

from __future__ import annotations

import re
import typing as t

from .document import Document

SEPARATOR = "\n\n"
# GitHub notifies whoever is named like this, be it @playwright out of an error's line.
_CALL = re.compile(r"@(?=\w)")
_ENDLESS = re.compile(r"`{1000}")
_RESULTS = {"met": "met", "not_met": "**NOT MET**", "not_proven": "**NOT PROVEN**"}
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
    return ["\n".join(lines).strip("\n") for lines in _sections(document)]


def fence(text: str) -> str:
    """Return the text as a code block that nothing in it can end."""
    # A block's border must be longer than any run in it, and has to fit into a ticket's comment itself.
    text = _ENDLESS.sub("\\g<0>\u200b", text)
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}text\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"


def _sections(document: Document) -> t.Iterator[t.Iterable[str]]:
    yield _head(document)
    for name, package in document["packages"].items():
        yield _package(name, package)
        if "reset_or_stamp" in package:
            yield _reset_or_stamp(package["reset_or_stamp"])
        for number, step in enumerate(package["steps"], 1):
            yield _step(f"{name[-1]}.{number}", step)


def _head(document: Document) -> t.Iterator[str]:
    release, gate = document["release"], document["gate"]
    yield f"# {release['ticket']}: closure of {release['candidate']}: {gate['status']}"
    yield ""
    yield f"- Release candidate: `{release['candidate']}`, commit `{release['commit']}`"
    yield f"- Environment: `{release['environment']}`"
    yield f"- Collected from {document['attempt']['started']} to {document['attempt']['reported']} (UTC)"
    yield (
        "- Gate: PASS, all four packages are PASS for this release. The ticket may close."
        if gate["status"] == "PASS"
        else "- Gate: FAIL. The ticket may not close; the root-cause analysis goes on in this ticket."
    )
    yield ""
    yield "| Package | Verdict | Note |"
    yield "|---|---|---|"
    for name, package in document["packages"].items():
        yield f"| {_title(name, package)} | **{package['status']}** | {_cell(package['note'])} |"


def _reset_or_stamp(section: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield "### Reset or stamp?" if section["question"] else "### Reset or stamp"
    for sentence in section["sentences"]:
        yield ""
        yield _inline(sentence)
    if section["comparison"]:
        yield ""
        yield fence(section["comparison"])


def _title(name: str, package: t.Mapping[str, t.Any]) -> str:
    return f"Package-{name[-1]}, {package['title']}"


def _package(name: str, package: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield f"## {_title(name, package)}: {package['status']}"
    yield ""
    yield _inline(package["note"])
    if package["criteria"]:
        yield ""
        yield "| Criterion | Result | Deciding fact | Shown by |"
        yield "|---|---|---|---|"
        numbers = {step["name"]: n for n, step in enumerate(package["steps"], 1)}
        for criterion in package["criteria"]:
            shown = ", ".join(f"{name[-1]}.{numbers[s]}" for s in criterion["steps"] if s in numbers)
            yield (
                f"| {_cell(criterion['text'])} | {_RESULTS[criterion['result']]} "
                f"| {_cell(criterion['reason'])} | {shown} |"
            )
    for criterion in package["criteria"]:
        if criterion["detail"]:
            yield ""
            yield f"{_inline(criterion['text'])}:"
            yield ""
            yield fence(criterion["detail"])


def _step(number: str, step: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield f"### {number} {_inline(step['title'])}"
    yield ""
    yield fence(step["command"])
    yield ""
    where = f" in `{step['directory']}`" if step["directory"] else ""
    yield f"- On `{step['host']}`{where}"
    yield f"- From {step['started']} to {step['ended']} ({step['seconds']:.3f} s)"
    yield f"- {_outcome(step)}"
    for stream in ("stdout", "stderr"):
        yield ""
        if step[stream]:
            yield f"{_stream_name(step, stream)}:"
            yield ""
            yield fence(step[stream])
        else:
            yield f"{_stream_name(step, stream)}: empty"


def _outcome(step: t.Mapping[str, t.Any]) -> str:
    if step["outcome"] != "ended":
        status = "" if step["exit_status"] is None else f" (exit status {step['exit_status']})"
        return f"**{_OUTCOMES[step['outcome']]}**: {_inline(step['reason'])}{status}"
    if step["exit_status"] is None:
        return "Read"
    return f"{'HTTP' if step['kind'] == 'http' else 'Exit'} status {step['exit_status']}"


def _stream_name(step: t.Mapping[str, t.Any], stream: str) -> str:
    if step["kind"] == "http":
        return {"stdout": "Body", "stderr": "Status and headers"}[stream]
    return stream


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


def _inline(text: str) -> str:
    """Keep a sentence a sentence: no line break, no markup of its own, and nobody called by an @."""
    return _CALL.sub("@\u200b", _MARKUP.sub(r"\\\g<0>", " ".join(text.split())))
