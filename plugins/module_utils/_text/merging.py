# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an attempt takes from earlier ones of its release: packages that it does not collect itself. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field

from .._core.evidence import Evidence


@dataclass(frozen=True)
class Change:
    """An intent, kept before staging was changed."""

    attempt: str  # its name, a time in UTC; C('') for the attempt that merges
    package: int
    what: str  # such as C(alembic_evidence): the name of its step without C(_intent)
    host: str
    at: str  # RFC 3339, UTC; C('') where its file cannot be read

    def __str__(self) -> str:
        """Say what it was, when and by whom."""
        whose = f"the attempt {self.attempt}" if self.attempt else "this attempt"
        when = f"at {self.at} on {self.host}" if self.at else "at a time that cannot be read"
        return f"{self.what} by {whose}, Package-{self.package}, {when}"


@dataclass(frozen=True)
class Candidate:
    """The newest earlier attempt that had opened a package, as it was when the merging one was opened."""

    package: int
    attempt: str  # its name, a time in UTC
    sha256: str  # of all of it, as its own verdict in the ticket names it; C('') where it has no report
    commit: str
    environment: str
    staging: str  # which one of its hosts; C('') where it locked none
    url: str = ""  # of its verdict in the ticket
    since: tuple[Change, ...] = ()  # what later attempts on that staging were about to change


@dataclass(frozen=True)
class Merge:
    """All that an attempt takes."""

    max_age: float  # seconds
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, t.Any]:
        """Return what JSON can hold."""
        return asdict(self)


@dataclass(frozen=True)
class Offered:
    """A candidate with its evidence, read again."""

    candidate: Candidate
    sha256: str  # of its attempt as it is now
    evidence: Evidence
    policy: t.Mapping[str, t.Any] = field(default_factory=dict)


def read(data: t.Mapping[str, t.Any]) -> Merge:
    """Read C(Merge.as_dict()).

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    candidates = [
        Candidate(**{**one, "since": tuple(Change(**change) for change in one["since"])})
        for one in data["candidates"]
    ]
    return Merge(float(data["max_age"]), tuple(candidates))
