# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier attempts of a release had begun and never reported, as a step's text. Pure."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Intent:
    """Something that was about to be done, and of which no outcome was kept."""

    package: int
    name: str  # of its step
    what: str  # the commands, one a line, or what else was about to be done
    host: str
    at: str  # RFC 3339, UTC


@dataclass(frozen=True)
class Attempt:
    """An attempt that was begun and never reported."""

    name: str  # a time in UTC
    kept: t.Mapping[str, t.Sequence[str]]  # the package's folder -> the steps that were kept
    intents: tuple[Intent, ...]  # those without an outcome
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
    return [
        Attempt(
            str(one["name"]),
            dict(one["kept"]),
            tuple(Intent(**intent) for intent in one["intents"]),
            dict(one["told"]),
        )
        for one in json.loads(text)
    ]


def sentence(attempt: Attempt, intents: t.Iterable[Intent]) -> str:
    """Say what an attempt had begun, without a full stop."""
    begun = " and ".join(f"{', '.join(one.what.splitlines())} at {one.at} on {one.host}" for one in intents)
    who = f"the attempt {attempt.name}, which was never reported,"
    return f"{who} had begun {begun}, and its outcome was not kept"
