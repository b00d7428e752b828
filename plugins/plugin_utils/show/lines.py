# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps, criteria and failures in words, as they stay on the screen or in a log. Pure."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.evidence import ENDED, FAILED, HTTP, NOT_RUN, SQL, TIMED_OUT, parse_time
from .board import heading
from .texts import Line, one_line, printable

Mapping = t.Mapping[str, t.Any]

_OUTCOMES = {TIMED_OUT: "stopped at its limit", FAILED: "could not be carried out", NOT_RUN: "left out"}
_WORTH_SECONDS = 0.1
_RESULTS = {
    "met": ("met", "ok"),
    "not_met": ("NOT MET", "failed"),
    "not_proven": ("NOT PROVEN", "failed"),
    "left_out": ("left out", "warning"),
}
_VERDICT = re.compile(r"(?:package_\d|gate): (PASS|FAIL)\b")
# What a failure's message says already, what is told elsewhere, and what says nothing of it.
_ASIDE = {
    *("msg", "changed", "failed", "skipped", "unreachable", "invocation", "diff", "steps", "ansible_facts"),
    *("exception", "warnings", "deprecations", "results", "stdout_lines", "stderr_lines", "problems"),
    *("attempts", "retries", "assertion", "evaluated_to", "failed_when_result", "item", "censored"),
    *("ansible_loop_var", "start", "end", "delta"),
}


def step(record: Mapping) -> Line:
    """Return what came of a step of a collector."""
    outcome = str(record.get("outcome") or ENDED)
    status, title = (
        record.get("exit_status"),
        one_line(str(record.get("title") or record.get("name") or "a step")),
    )
    if outcome != ENDED:
        reason = one_line(str(record.get("reason") or ""))
        text = f"{title}: {_OUTCOMES.get(outcome, outcome)}{f' ({reason})' if reason else ''}"
        return Line(text, "dim" if outcome == NOT_RUN else "warning")
    took = seconds(_took(record))
    if status is None or record.get("kind") == SQL:
        done = status in (None, 0)
        return Line(f"{title}: {'done' if done else 'failed'}{took}", "" if done else "warning")
    if record.get("kind") == HTTP:
        return Line(f"{title}: answered {status}{took}")
    return Line(f"{title}: exit status {status}{took}", "" if status == 0 else "warning")


def seconds(took: float) -> str:
    """Return how long something took as the end of a line, if that is worth a word."""
    return f", {took:.1f} s" if took >= _WORTH_SECONDS else ""


def _took(record: Mapping) -> float:
    try:
        return (parse_time(record["ended"]) - parse_time(record["started"])).total_seconds()
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0


def criteria(report: Mapping, met: str = "") -> t.Iterator[Line]:
    """Yield each package's verdict and criteria: behind the mark C(met), in short, those that are met."""
    for name, package in report.get("packages", {}).items():
        status = str(package.get("status"))
        style = "ok" if status == "PASS" else "failed"
        yield Line(one_line(f"{heading(name)}, {package.get('title') or ''}: {status}"), style)
        yield from (criterion(record, met) for record in package.get("criteria", []))


def criterion(record: Mapping, met: str = "") -> Line:
    """Return a criterion: its result, its text, and the fact that decided it."""
    result, text = str(record.get("result")), one_line(str(record.get("text")))
    word, style = _RESULTS.get(result, (result, "failed"))
    if met and style == "ok":
        return Line(f"  {met} {text}", style)
    reason, steps = one_line(str(record.get("reason") or "")), record.get("steps") or []
    shown = f" (see {', '.join(map(str, steps))})" if style == "failed" and steps else ""
    return Line(f"  {word}: {text}{f': {reason}' if reason else ''}{shown}", style)


def verdicts(report: Mapping) -> t.Iterator[Line]:
    """Yield each package's note, the gate, the run's status, and where the report is."""
    packages = report.get("packages", {})
    for name, package in packages.items():
        style = "ok" if package.get("status") == "PASS" else "failed"
        yield Line(one_line(f"{heading(name)}: {package.get('status')}. {package.get('note') or ''}"), style)
    for what in ("run", "gate"):
        status = str((report.get(what) or {}).get("status"))
        yield Line(f"{what}: {status}", "ok" if status == "PASS" else "failed")
    yield Line(f"report: {(report.get('paths') or {}).get('report.md', '')}")


def said(text: str) -> list[Line]:
    """Return a message's lines; a verdict among them has its colour."""
    found = []
    for line in printable(text).rstrip().splitlines():
        verdict = _VERDICT.match(line)
        found.append(Line(line.rstrip(), ("ok" if verdict[1] == "PASS" else "failed") if verdict else ""))
    return found


def difference(text: str) -> list[Line]:
    """Return a unified difference's lines."""
    styles = {"+": "added", "-": "removed", "@": "place"}
    return [Line(line, styles.get(line[:1], "")) for line in text.rstrip("\n").splitlines()]


def opened(attempt: Mapping) -> str:
    """Return what an attempt is for."""
    release = attempt.get("release")
    parts = release if isinstance(release, t.Mapping) else attempt
    named = (parts.get("ticket"), parts.get("candidate") or parts.get("release"), parts.get("environment"))
    commit = str(parts.get("commit") or "")[:12]
    return one_line(", ".join(str(one) for one in (*named, commit and f"commit {commit}") if one))


def message(result: Mapping) -> str:
    """Return why a task failed, or what it said."""
    said = result.get("msg")
    if isinstance(said, (list, tuple)):
        inner = (one if isinstance(one, (list, tuple)) else [one] for one in said)
        return "\n".join(str(line) for one in inner for line in one)
    if said in (None, ""):
        said = result.get("censored") or result.get("reason") or "it gave no reason"
    return str(said)


def details(result: Mapping) -> dict[str, t.Any]:
    """Return what a failed task says beside its message."""
    return {
        name: value
        for name, value in result.items()
        if name not in _ASIDE and not name.startswith("_ansible") and value not in (None, "", [], {})
    }


def changed(*, check: bool) -> str:
    """Return the word for a change, which in check mode is none yet."""
    return "would change" if check else "changed"


def counts(summaries: t.Mapping[str, t.Mapping[str, int]], *, check: bool = False) -> str:
    """Return what happened on each host, as far as it is worth a word."""
    words = {
        "changed": changed(check=check),
        "failures": "failed",
        "unreachable": "unreachable",
        "ignored": "ignored",
    }
    hosts = []
    for host, summary in summaries.items():
        told = [f"{summary[name]} {word}" for name, word in words.items() if summary.get(name)]
        hosts.append(f"{host}: {', '.join(told) or 'nothing changed'}")
    return "; ".join(hosts)
