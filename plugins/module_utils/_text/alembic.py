# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to read what Alembic prints. Pure: text in, facts out.

Revisions come on stdout; the transcript of an upgrade is logging and comes on stderr, where the
project's ini lets it through.
"""

from __future__ import annotations

import re
import typing as t

from .._core.evidence import Step

_REVISION = re.compile(r"^(?P<revision>[\w.-]*\w)(?P<labels>(?: \([\w, -]+\))*)(?:, .*)?$")
# How C(--verbose) begins what it says of a revision, the message's own lines being any text.
_VERBOSE = re.compile(r"^Rev: (?P<revision>\S+)(?: \([\w, -]+\))*$")
_UPGRADE = re.compile(r"Running upgrade (?P<old>[^\s,]*(?:, [^\s,]+)*) ?-> (?P<new>[^\s,\"]*)")
_OBJECT = re.compile(r"\b(?:relation|table|constraint|type|column|schema|index)\b", re.IGNORECASE)
_ERROR = re.compile(
    r"^(?:[\w.]*(?:Error|Exception|DuplicateTable|DuplicateObject|LockNotAvailable)\b.*|FAILED:.*|sqlalchemy\.exc\..*|.*\bERROR\b.*)$"
)
_HISTORY = re.compile(
    r"^(?P<parents>\S+(?:, \S+)*)(?: \([^()]+\))? -> (?P<revision>[^\s,]+)(?: \([\w, -]+\))*(?:,|$)"
)
# What the step of the alembic.ini has before a file in force, and before another in reach.
_USED, _OTHER = "in force: ", "in reach: "


def revisions(stdout: str, listed: t.Collection[str] = ()) -> list[str]:
    """Return the revisions that C(alembic current) or C(alembic heads) printed.

    A word that env.py prints beside C(current) looks like one; it is none where the history C(listed) others.
    """
    lines = stdout.splitlines()
    verbose = [match["revision"] for match in map(_VERBOSE.match, lines) if match]
    found = (_REVISION.match(line.strip()) for line in lines)
    named = verbose or [match["revision"] for match in found if match]
    return [name for name in named if not listed or name in listed]


def moves(step: Step) -> list[tuple[str, str]]:
    """Return the (from, to) pairs that the transcript of an upgrade announces.

    Alembic logs a move before it makes it: the last one of a failed command did not happen. A merge comes
    from several revisions, C(a, b).
    """
    return _UPGRADE.findall(step.output)


def already_exists(step: Step) -> str:
    """Return the line that says an object is there already, or C('').

    Postgres says C(relation "x" already exists), with C(DuplicateTable) before it. What it says of C(IF NOT
    EXISTS), C(already exists, skipping), is no error.
    """
    skipped = "already exists, skipping"
    said = (line for line in step.output.splitlines() if skipped not in line)
    lines = (line.strip() for line in said if "already exists" in line)
    return next((line for line in lines if _OBJECT.search(line)), "")


def error_line(step: Step) -> str:
    """Return the line of a failed command that names its cause, or its last one."""
    lines = [line.strip() for line in step.output.splitlines() if line.strip()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines or [f"exit status {step.exit_status}"])[0 if named else -1]


def known(history: str) -> set[str]:
    """Return the revisions that C(alembic history) lists."""
    found = (_HISTORY.match(line.strip()) for line in history.splitlines())
    return {match["revision"] for match in found if match}


def parents(history: str, revision: str) -> list[str]:
    """Return what C(alembic history) names as the revisions before one; none for the first."""
    found = (_HISTORY.match(line.strip()) for line in history.splitlines())
    named = [match["parents"] for match in found if match and match["revision"] == revision]
    return [name for text in named for name in text.split(", ") if name != "<base>"]


def single(names: t.Sequence[str]) -> str:
    """Return the only name of a list, or C('')."""
    return names[0] if len(names) == 1 else ""


def config_given(argv: t.Sequence[str]) -> str:
    """Return the file that C(-c) or C(--config) names in a command of Alembic's, C('') where none does."""
    words = list(argv)
    for word, after in zip(words, [*words[1:], ""]):
        if word in ("-c", "--config"):
            return after
        found = re.match(r"--config=|-c(?=.)", word)
        if found:
            return word[found.end() :]
    return ""


def config_lines(used: str, others: t.Sequence[str]) -> str:
    """Return what the step says: the file in force, C('') where it does not exist, and others in reach."""
    return "".join([f"{_USED}{used or 'none that exists'}\n", *(f"{_OTHER}{path}\n" for path in others)])


def several_configs(stdout: str) -> str:
    """Return which file is in force where there are others in reach, in a clause, or C('')."""
    lines = stdout.splitlines()
    used = [line[len(_USED) :] for line in lines if line.startswith(_USED)]
    others = [line[len(_OTHER) :] for line in lines if line.startswith(_OTHER)]
    return f"Alembic's file in force is {', '.join(used)}, not {', '.join(others)}" if others else ""
