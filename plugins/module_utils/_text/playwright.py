# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playwright's JSON report: which tests there were, from which files, and what became of each.

https://playwright.dev/docs/api/class-reporter and the types of C(@playwright/test/reporter) describe it. What
is printed for people is read only for why there is no report.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._core.evidence import Step

PASSED = "passed"

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ERROR = re.compile(r"\w*Error: ")
# What yarn says itself, whatever the command was.
_YARN = re.compile(
    r"yarn run v|\$ |info Visit |Done in |warning From Yarn |error Command failed with exit code"
)


class Test(t.NamedTuple):
    """A test in one project."""

    file: str  # from the tests' root
    title: str  # with the titles of what it is grouped in
    project: str  # the project's name, C('') where there is only one
    # C(passed), C(failed), C(flaky), C(skipped), C(did not run) or C(failed as marked): with C(test.fail()),
    # Playwright counts a failure as what was expected.
    outcome: str
    error: str  # why it failed, without colours, C('') where it did not


class Report(t.NamedTuple):
    """A run of Playwright."""

    started: str  # RFC 3339, UTC
    tests: tuple[Test, ...]  # all that there were, in order
    errors: tuple[str, ...]  # what went wrong outside any test
    shard: str  # C(1 of 2) where the run was a part of the tests, else C('')

    @property
    def counts(self) -> dict[str, int]:
        """How many tests had each outcome, in the order in which they came."""
        outcomes = [test.outcome for test in self.tests]
        return {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}


def read(text: str) -> Report:
    """Read a JSON report.

    Raises:
        ValueError: it is none.
    """
    try:
        document = json.loads(text)
        shard = document["config"].get("shard") or {"current": 1, "total": 1}
        return Report(
            started=document["stats"]["startTime"],
            tests=tuple(test for suite in document["suites"] for test in _tests(suite, ())),
            errors=tuple(_plain(error) for error in document["errors"]),
            shard=f"{shard['current']} of {shard['total']}" if shard["total"] > 1 else "",
        )
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise ValueError(f"it is not a report of Playwright's: {type(exc).__name__}: {exc}") from exc


def why_none(step: Step) -> str:
    """Return the line by which a command says why no test could run, or its last one, or C('')."""
    lines = [_ANSI.sub("", line).strip() for line in (*step.stdout.splitlines(), *step.stderr.splitlines())]
    named = [line for line in lines if _ERROR.match(line)]
    last = [line for line in lines if line and not _YARN.match(line)]
    return named[0] if named else "".join(last[-1:])


def is_same_file(printed: str, wanted: str) -> bool:
    """Whether a file of the report is the wanted one, which may be named from above the tests' root."""
    printed = printed.replace("\\", "/")
    return printed == wanted or wanted.endswith(f"/{printed}")


def _tests(suite: t.Mapping[str, t.Any], within: tuple[str, ...]) -> t.Iterator[Test]:
    for spec in suite["specs"]:
        title = " › ".join([*within, spec["title"]])
        for test in spec["tests"]:
            error = next((_plain(error) for result in test["results"] for error in result["errors"]), "")
            yield Test(spec["file"], title, test["projectName"], _outcome(test), error)
    for group in suite.get("suites", ()):
        yield from _tests(group, (*within, group["title"]))


def _outcome(test: t.Mapping[str, t.Any]) -> str:
    expected, status, results = test["expectedStatus"], test["status"], test["results"]
    if status == "skipped":
        return "skipped" if expected == "skipped" else "did not run"
    if status != "expected":
        return "failed" if status == "unexpected" else str(status)
    return PASSED if expected == results[-1]["status"] == PASSED else "failed as marked"


def _plain(error: t.Mapping[str, t.Any]) -> str:
    """Return an error's message and the lines of source that it shows."""
    parts = [str(error.get(part) or "") for part in ("message", "snippet")]
    return _ANSI.sub("", "\n\n".join(parts)).strip()
