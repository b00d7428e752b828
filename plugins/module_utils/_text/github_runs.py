# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How GitHub's documents about workflows, runs and jobs are read. Pure, for collectors and the judge."""

from __future__ import annotations

import json
import re
import typing as t

Document = dict[str, t.Any]

DISPATCHED = "workflow_dispatch"
COMPLETED = "completed"
SUCCESS = "success"
RED = ("failure", "timed_out", "startup_failure")

# https://docs.github.com/en/rest/actions: the conclusions of runs and jobs, and what each means here.
MEANINGS: dict[str, str] = {
    "success": "it passed",
    "failure": "it failed",
    "timed_out": "it was stopped at GitHub's time limit",
    "startup_failure": "GitHub could not start it: the workflow file is invalid or no runner could be had",
    "cancelled": "it was cancelled before its end, so it proves nothing",
    "skipped": "it was skipped, so no test ran, although GitHub shows the run as passed",
    "neutral": "it ended neutral, which says neither passed nor failed",
    "action_required": "it waits for somebody's approval and did not run to its end",
    "stale": "GitHub gave it up as stale after 14 days without an end",
}


def documents(text: str) -> list[Document]:
    """Return the JSON objects that stand one after the other in a text: one for each page.

    Raises:
        ValueError: something in it is no JSON object.
    """
    decoder, found, rest = json.JSONDecoder(), [], text.lstrip()
    while rest:
        document, end = decoder.raw_decode(rest)
        if not isinstance(document, dict):
            raise ValueError("it is no JSON object")
        found.append(document)
        rest = rest[end:].lstrip()
    return found


def is_workflow(document: Document, wanted: str) -> bool:
    """Whether a workflow is the one wanted, by file name, path or display name."""
    path = str(document.get("path", ""))
    if wanted.endswith((".yml", ".yaml")):
        return path == wanted or path.rsplit("/", maxsplit=1)[-1] == wanted.rsplit("/", maxsplit=1)[-1]
    return document.get("name") == wanted


def select_jobs(jobs: t.Sequence[Document], wanted: str) -> list[Document]:
    """Return the job of that name or, where none is named, the only one; nothing where that is not certain.

    A matrix makes several of it, C(name (15, 3.11)), and a reusable workflow puts its caller's name before
    it, C(call / name): all of them are the job.
    """
    made = re.compile(rf"(?:.+ / )?{re.escape(wanted)}(?: \(.+\))?")
    named = [job for job in jobs if not wanted or made.fullmatch(str(job.get("name")))]
    names = {job.get("name") for job in named}
    return named if len(names) == len(named) and (wanted or len(named) == 1) else []


def is_of_release(run: Document, commit: str, events: t.Sequence[str]) -> bool:
    """Whether a run is of that commit and was started by one of those events."""
    return run.get("head_sha") == commit and run.get("event") in events


def shows(run: Document, marker: str) -> bool:
    """Whether a run's title, which the workflow's C(run-name) makes, holds the marker."""
    return bool(marker) and marker in str(run.get("display_title", ""))


def newest(runs: t.Sequence[Document]) -> Document | None:
    """Return the run that was created last."""
    return max(runs, key=lambda run: (str(run.get("created_at", "")), int(run["id"])), default=None)


def attempt_of(run: Document) -> int:
    """Return the number of a run's attempt, 1 where it was never run again."""
    return int(run.get("run_attempt") or 1)


def meaning(document: Document) -> str:
    """Return in words what a run's or a job's status and conclusion say."""
    if document.get("status") != COMPLETED:
        return f"it is still {document.get('status')}"
    conclusion = str(document.get("conclusion"))
    return MEANINGS.get(conclusion, f"it ended {conclusion}, which is not known to mean that it passed")


def color(job: Document) -> str:
    """Return the checklist's word for a job's result: GREEN, RED, or C('') where it is neither."""
    if job.get("status") != COMPLETED:
        return ""
    conclusion = job.get("conclusion")
    return "GREEN" if conclusion == SUCCESS else "RED" if conclusion in RED else ""
