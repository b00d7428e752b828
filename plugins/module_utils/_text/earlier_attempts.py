# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier attempts had begun and never reported, and what came of it, as a step's text. Pure."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass

from .._core.evidence import ENDED


@dataclass(frozen=True)
class Outcome:
    """The step that shows what came of an intent; the streams where it is a command of the package's own."""

    name: str
    outcome: str
    reason: str
    exit_status: int | None
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Intent:
    """Something that was about to be done, and what came of it; None where that was not kept."""

    package: int
    name: str  # of its step
    what: str  # the commands, one a line, or what else was about to be done
    host: str
    at: str  # RFC 3339, UTC
    outcome: Outcome | None

    @property
    def ended_well(self) -> bool:
        """Whether it is known to have ended, with status 0 where it is a command."""
        return bool(self.outcome and self.outcome.outcome == ENDED and self.outcome.exit_status in (0, None))

    def __str__(self) -> str:
        """Say what was begun, and what came of it."""
        what, at, host = ", ".join(self.what.splitlines()), self.at, self.host
        if self.outcome is None:
            return f"{what} at {at} on {host}, and its outcome was not kept"
        if self.outcome.reason:
            return f"{what} at {at} on {host}, and then: {self.outcome.reason}"
        status = self.outcome.exit_status
        ended = "" if status is None else f" with status {status}"
        return f"{what} at {at} on {host}, and it ended{ended}"


@dataclass(frozen=True)
class Attempt:
    """An attempt that was begun and never reported."""

    name: str  # a time in UTC
    kept: t.Mapping[str, t.Sequence[str]]  # the package's folder -> the steps that were kept
    intents: tuple[Intent, ...]
    # The package's folder -> the later attempt whose report named this one in the package's evidence.
    told: t.Mapping[str, str]

    def told_of(self, package: int) -> str:
        """Return which attempt's report has told of this one, for a package; C('') where none has."""
        return self.told.get(folder(package), "")


def folder(package: int) -> str:
    """Return the name of a package's folder."""
    return f"package_{package}"


def render(attempts: t.Sequence[Attempt]) -> str:
    """Return the text of the step."""
    return json.dumps([asdict(attempt) for attempt in attempts], ensure_ascii=False, indent=1) + "\n"


def parse(text: str) -> list[Attempt]:
    """Read what C(render()) wrote.

    Raises:
        KeyError, TypeError, ValueError: it is not such a text.
    """
    return read(json.loads(text))


def read(attempts: t.Iterable[t.Mapping[str, t.Any]]) -> list[Attempt]:
    """Read what JSON has of attempts; raises what C(parse()) does."""
    return [
        Attempt(str(one["name"]), dict(one["kept"]), tuple(map(_intent, one["intents"])), dict(one["told"]))
        for one in attempts
    ]


def _intent(data: t.Mapping[str, t.Any]) -> Intent:
    outcome = data["outcome"]
    return Intent(**{**data, "outcome": outcome and Outcome(**outcome)})
