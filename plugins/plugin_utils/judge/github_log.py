# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job's log as GitHub keeps it: its steps, the one that failed, and the first real cause in it. Pure.

Each line has a timestamp, the text may begin with a BOM and is full of ANSI colours, and C(##[group]),
C(##[error]) and the like mark what the runner itself says. That a process completed with exit code 1 is
what every failure ends with, and is never its cause.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.evidence import parse_time
from ...module_utils._text.github_runs import Document
from . import github_causes
from .github_causes import WRAPPER, Shown

# pytest's last line: it names each outcome that there was, and the time that the tests took.
SUMMARY = r"\b[1-9]\d* passed\b.* in \d[\d.]*s\b"
FAILED = r"\b[1-9]\d* (?:failed|errors?)\b"
# The same of a session in which no test may have passed.
SESSION = re.compile(
    r"(?:^|[\s|])(?:no tests ran|[1-9]\d* (?:failed|errors?|skipped|deselected|xfailed|warnings?)\b.*)"
    r" in \d[\d.]*s\b(?: \([\d:, a-z]+\))?[ =]*$"
)
# That one was broken off: with C(pytest.exit()) even by status 0, and what passed until then is counted.
BROKEN_OFF = re.compile(
    r"(?:^|[\s|])!+ (?:KeyboardInterrupt|_pytest\.outcomes\.Exit: .*|(?:\w+\.)*Interrupted: .*|"
    r"session-timeout: .*|stopping after \d+ failures) !+$"
)
CONTEXT_LINES = 8
LONGEST_SPAN = 400

_STAMP = re.compile(r"\ufeff?(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z ?")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_SECTIONS = (
    (re.compile(r"##\[group\](?P<name>Run .*)"), ""),
    (re.compile(r"##\[group\]Checking docker version"), "Initialize containers"),
    (re.compile(r"Print service container logs: "), "Stop containers"),
    (re.compile(r"Post job cleanup\."), "Post job cleanup"),
    (re.compile(r"Cleaning up orphan processes"), "Complete job"),
)
_AFTERMATH = ("Stop containers", "Post job cleanup", "Complete job")
_ERROR = "##[error]"


# What actions/checkout says: whose code it fetches, and the commit that is there then.
_SYNCING = re.compile(r"Syncing repository: (?P<name>\S+)")
_HEAD = re.compile(r"HEAD is now at (?P<commit>[0-9a-f]{7,40})\b(?: Merge (?P<merged>[0-9a-f]{40}) into )?")
_WHOLE = re.compile(r"'?(?P<commit>[0-9a-f]{40})'?")


class Line(t.NamedTuple):
    """A line without its timestamp and colours; C(time) is C('') where it had none."""

    time: str
    text: str


class Section(t.NamedTuple):
    """The lines of one step, the name that the log itself gives it, and the first time in it, or C('')."""

    name: str
    texts: tuple[str, ...]
    began: str


class Cause(t.NamedTuple):
    """Why a job is red."""

    line: str  # the one that says most
    step: str  # the name of the step that failed
    block: str  # the lines that tell it in full, with some around them


def clean(log: str) -> list[Line]:
    """Return the log's lines without BOM, timestamps and colours."""
    return [_line(text) for text in log.split("\n")] if log.strip("\ufeff\n ") else []


def checked_out(log: str, repository: str) -> list[str]:
    """Return the commits of a repository that a job checked out, whole or abbreviated.

    Of a pull request it is a merge, whose message names the head: then both are there.
    """
    found: list[str] = []
    of = ""
    for line in clean(log):
        if line.text.startswith("##[group]Run "):
            of = ""
        elif syncing := _SYNCING.match(line.text):
            of = syncing["name"].lower()
        elif of == repository.lower() and (head := _HEAD.match(line.text) or _WHOLE.fullmatch(line.text)):
            found += [commit for commit in head.groups() if commit]
    return found


def sections(lines: t.Sequence[Line]) -> list[Section]:
    """Return the log's lines by the step that printed them."""
    named = ((number, _section_name(line.text)) for number, line in enumerate(lines))
    starts = [(0, "Set up job"), *((number, name) for number, name in named if name)]
    ends = [start for start, _name in starts[1:]] + [len(lines)]
    return [
        Section(
            name,
            tuple(line.text for line in lines[start:end]),
            next((line.time for line in lines[start:end] if line.time), ""),
        )
        for (start, name), end in zip(starts, ends, strict=True)
        if start < end
    ]


def first_cause(log: str, steps: t.Sequence[Document] = ()) -> Cause | None:
    """Return the first real cause of a job's failure, None for a log without a line.

    The job's steps, as the API gives them, tell a step that failed the job from one that was allowed to fail,
    and have the names that people gave them.
    """
    found = sections(clean(log))
    if not found:
        return None
    failed = next((step for step in steps if step.get("conclusion") in ("failure", "cancelled")), None)
    section = _failed_section(found, failed)
    line, spans = github_causes.first(section.texts) or _last_words(section.texts)
    name = section.name
    if failed and failed.get("name") and failed["name"] != section.name:
        name = f"{failed['name']} ({section.name})"
    return Cause(line.strip(), name, _block(section.texts, spans))


def _line(text: str) -> Line:
    text = _ANSI.sub("", text.rstrip("\r"))
    stamp = _STAMP.match(text)
    if not stamp:
        return Line("", text.lstrip("\ufeff"))
    return Line(f"{stamp['time']}Z", text[stamp.end() :])


def _section_name(text: str) -> str:
    found = ((pattern.match(text), name) for pattern, name in _SECTIONS)
    return next((name or match["name"] for match, name in found if match), "")


def _failed_section(found: t.Sequence[Section], failed: Document | None) -> Section:
    """Return the section of the failed step: by its time, else the first with an error, else the last."""
    wrong = [section for section in found if any(text.startswith(_ERROR) for text in section.texts)]
    within = [section for section in wrong if failed and _is_within(section, failed)]
    work = [section for section in found if section.name not in _AFTERMATH]
    return (within or wrong or work[-1:] or list(found))[0]


def _is_within(section: Section, step: Document) -> bool:
    """Whether a section began while the step ran; the API's times are to the second."""
    times = (step.get("started_at"), section.began, step.get("completed_at"))
    start, moment, end = (parse_time(str(time)) if time else None for time in times)
    return bool(start and moment and end and start <= moment <= end)


def _last_words(texts: t.Sequence[str]) -> Shown:
    """Return what the step printed last before it ended: the best there is where nothing is recognised."""
    end = next((n for n, text in enumerate(texts) if WRAPPER.match(text)), len(texts))
    lines = range(_header_end(texts), end)
    body = [n for n in lines if texts[n].strip() and not texts[n].startswith("##[")]
    if not body:
        said = texts[end].removeprefix(_ERROR) if end < len(texts) else "the log breaks off"
        return f"the step printed nothing before it ended: {said}", ((0, len(texts)),)
    return texts[body[-1]], ((max(body[0], body[-1] - 30), end),)


def _header_end(texts: t.Sequence[str]) -> int:
    """Return the index of the line that closes the step's own group, in which its command is shown, or 0."""
    own = texts[0].startswith("##[group]Run ")
    return next((n for n, text in enumerate(texts) if own and text.startswith("##[endgroup]")), 0)


def _block(texts: t.Sequence[str], spans: t.Sequence[tuple[int, int]]) -> str:
    """Return the spans' lines with some around the first; what lies between is marked as left out."""
    start, end = spans[0]
    wide = [(max(0, start - CONTEXT_LINES), min(len(texts), end + CONTEXT_LINES)), *spans[1:]]
    parts: list[str] = []
    done = 0
    for first, last in wide:
        begin = max(first, done)
        if parts and begin > done:
            parts.append(f"[… {begin - done} lines, see the full log …]")
        parts += _shortened(texts[begin:last])
        done = max(done, last)
    return "\n".join(parts).strip("\n")


def _shortened(texts: t.Sequence[str]) -> list[str]:
    if len(texts) <= LONGEST_SPAN:
        return list(texts)
    half = LONGEST_SPAN // 2
    left_out = f"[… {len(texts) - 2 * half} lines, see the full log …]"
    return [*texts[:half], left_out, *texts[-half:]]
