# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What flows through the house: a step, the evidence of a package, the release they belong to.

A step is one command, query or request, with everything an auditor needs to read it a year later.
It holds no opinion: judging happens elsewhere, from the text kept here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone

ENDED = "ended"
TIMED_OUT = "timed_out"
FAILED = "failed"
NOT_RUN = "not_run"

COMMAND = "command"
SQL = "sql"
HTTP = "http"
LOG = "log"
FILE = "file"


def utc_now() -> str:
    """Return the time now as RFC 3339 in UTC, to the millisecond: C(2026-11-24T02:52:03.123Z)."""
    return rfc3339(datetime.now(timezone.utc))


def rfc3339(moment: datetime) -> str:
    """Render an aware datetime as RFC 3339 in UTC, to the millisecond."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time.

    Raises:
        ValueError: the text is no RFC 3339 time, or has no zone.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment


@dataclass(frozen=True)
class Step:
    """One command, query or request, and what came back (masked).

    Attributes:
        name: unique within its package, for instance C(alembic_upgrade); judges look steps up by it.
        title: what a reader calls it.
        kind: C(command), C(sql), C(http), C(log) or C(file).
        command: argv as a shell would take it, SQL, an HTTP request line, or what was read.
        directory: where it ran, or None where that has no meaning.
        host: the machine it ran on or was sent from.
        started: RFC 3339, UTC, milliseconds.
        ended: the same.
        exit_status: a process's status (negative: killed by that signal), an HTTP status code,
            0 or 1 for SQL; None where there is none.
        stdout: complete; for HTTP the response's body.
        stderr: complete; for HTTP the status line and headers.
        outcome: C(ended); C(timed_out), killed at its limit; C(failed), could not be carried out;
            C(not_run), left out on purpose.
        reason: one sentence where the outcome is not C(ended).
        masks: name → how many masks of it are in its text, as pairs; known once it was kept.
    """

    name: str
    title: str
    kind: str
    command: str
    host: str
    started: str
    ended: str
    directory: str | None = None
    exit_status: int | None = None
    stdout: str = ""
    stderr: str = ""
    outcome: str = ENDED
    reason: str = ""
    masks: tuple[tuple[str, int], ...] = ()

    @property
    def bytes_left(self) -> int:
        """How many bytes of a large stream are not in its text: its middle, but for lines that may matter."""
        return sum(int(getattr(stream, "left", 0)) for stream in (self.stdout, self.stderr))

    @property
    def ok(self) -> bool:
        """Whether it ended with status 0. For commands and SQL only."""
        return self.outcome == ENDED and self.exit_status == 0

    @property
    def output(self) -> str:
        """Both streams as one text, for rules that do not care which one a tool chose."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (parse_time(self.ended) - parse_time(self.started)).total_seconds()

    def as_dict(self) -> dict[str, t.Any]:
        """Return a JSON-ready mapping with one key for each attribute; C(masks) where there are some."""
        return {**self.attributes(), "stdout": str(self.stdout), "stderr": str(self.stderr)}

    def attributes(self) -> dict[str, t.Any]:
        """Return the same without a copy of large streams."""
        found = dict(vars(self))
        del found["masks"]
        return {**found, "masks": dict(self.masks)} if self.masks else found

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Step:
        """Build a step from C(as_dict()), leaving keys it does not know aside.

        Raises:
            TypeError: a key without a default is missing.
        """
        known = {f.name for f in fields(cls)}
        given = {key: value for key, value in data.items() if key in known}
        return cls(**{**given, "masks": tuple(dict(given.get("masks", ())).items())})


@dataclass(frozen=True)
class Release:
    """What all evidence binds to.

    Attributes:
        ticket: the ticket's key, for instance C(PSP-1234).
        candidate: the release candidate's name, for instance C(2026.11.0-rc3).
        commit: the full git commit, 40 or 64 hex digits, lower case.
        environment: for instance C(staging).
    """

    ticket: str
    candidate: str
    commit: str
    environment: str


@dataclass(frozen=True)
class Evidence:
    """The steps of one package, in the order in which they were kept."""

    package: int
    release: Release
    steps: tuple[Step, ...] = field(default=())

    def get(self, name: str) -> Step | None:
        """Return the last step of that name: a step taken again replaces the one before."""
        return next((step for step in reversed(self.steps) if step.name == name), None)
