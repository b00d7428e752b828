# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A step on the report's page: its command, where and when, and all that came back. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._core.evidence import HTTP
from ...keep.locker import STREAMS
from . import bodies
from .page import Page, fence, inline, is_short

Document = t.Mapping[str, t.Any]

_OUTCOMES = {
    "timed_out": "STOPPED AT ITS LIMIT",
    "failed": "COULD NOT BE CARRIED OUT",
    "not_run": "left out",
}
_LABELS = {HTTP: {"stdout": "Body", "stderr": "Status and headers"}}
_BY_KEYS = "Body, by the keys that the judge reads"


def section(page: Page, number: str, step: Document, *, opened: bool) -> list[str]:
    """Return the paragraphs of a step; one that is not opened is a single fold."""
    if opened or not page.tags:
        heading = f"### {number} {inline(step['title'])}{page.anchor(number)}"
        return [heading, *_told(page, step, [*_streams(page, step, folded=True)])]
    sizes = (
        f"{_label(page, step, stream)} {_lines(page, step[stream])}" for stream in STREAMS if step[stream]
    )
    ending = f"{number} {step['title']}: {_ending(page, step)}"
    summary = ", ".join([ending, f"{step['seconds']:.3f} s", *sizes])
    return page.fold(summary, _told(page, step, [*_streams(page, step, folded=False)]), number)


def _told(page: Page, step: Document, streams: list[str]) -> list[str]:
    facts, first = _facts(page, step), streams[:1]
    # The name of what comes next takes no line of its own.
    if first and first[0].endswith(":"):
        return [fence(step["command"]), f"{facts}; {first[0]}", *streams[1:]]
    return [fence(step["command"]), f"{facts}.", *streams]


def _facts(page: Page, step: Document) -> str:
    words = page.words
    where = f" in `{step['directory']}`" if step["directory"] else ""
    masks = ", ".join(f"{name} {count}" for name, count in step.get("masks", {}).items())
    empty = " and ".join(_label(page, step, stream) for stream in STREAMS if not step[stream])
    place = f"On `{step['host']}`{where}, from {step['started']} to {step['ended']}"
    said = [
        f"{words(place)} ({step['seconds']:.3f} s)",
        _outcome(page, step),
        *([words(f"{empty}: empty")] if empty else []),
        *([words(f"masked: {inline(masks)}")] if masks else []),
    ]
    return "; ".join(said)


def _streams(page: Page, step: Document, *, folded: bool) -> t.Iterator[str]:
    """Return what came back; what is long is C(folded)."""
    for stream in STREAMS:
        text, label = step[stream], _label(page, step, stream)
        if not text:
            continue
        whole = step.get("whole", {}).get(stream)
        keyed = bodies.by_keys(step["name"], text) if whole and stream == "stdout" else None
        text, label = (keyed, page.words.label(_BY_KEYS)) if keyed else (text, label)
        if folded and not is_short(text):
            yield from page.fold(f"{label}, {_lines(page, text)}", [fence(text)])
        else:
            yield from (f"{label}:", fence(text))
        if whole:
            said = f"All of it: `{whole['file']}`, {whole['bytes']} bytes, SHA-256 `{whole['sha256']}`."
            yield page.words(said)


def _lines(page: Page, text: str) -> str:
    count = len(text.splitlines())
    return page.words(f"{count} {'line' if count == 1 else 'lines'}")


def _label(page: Page, step: Document, stream: str) -> str:
    return page.words.label(_LABELS.get(step["kind"], {}).get(stream, stream))


def _outcome(page: Page, step: Document) -> str:
    """Return how a step ended, as Markdown."""
    if step["outcome"] == "ended":
        return _ending(page, step)
    known = step["exit_status"] is not None
    status = page.words.label(" (exit status {status})", status=step["exit_status"]) if known else ""
    return f"**{page.words.label(_OUTCOMES[step['outcome']])}**: {inline(step['reason'])}{status}"


def _ending(page: Page, step: Document) -> str:
    """Return how a step ended, in a few plain words."""
    if step["outcome"] != "ended":
        return page.words.label(_OUTCOMES[step["outcome"]])
    if step["exit_status"] is None:
        return page.words.label("read")
    said = "HTTP status {status}" if step["kind"] == HTTP else "exit status {status}"
    return page.words.label(said, status=step["exit_status"])
