# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first line of every comment: what it belongs to, so that posting again finds it and adds no other."""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass, replace

PART = "part"
VERDICT = "verdict"
VOID = "void"

NOT_CLOSED = "no"
CLOSING = "asked"

_WORD = "rc-closure/1"
_PAIR = re.compile(r"([a-z0-9]+)=(\S+)")
_DIGEST = "0" * 64
_LARGEST = 99_999


@dataclass(frozen=True)
class Marker:
    """What a comment is."""

    ticket: str
    release: str  # the release candidate's name
    attempt: str  # its name in the locker
    kind: str  # part of the report, verdict, or void: no longer in use
    number: int = 0  # of a part, from 1
    total: int = 0
    cut: str = "-"  # of a part, how the next one goes on from it, see parts.py
    status: str = "-"  # of a verdict, the gate's
    run: str = "-"  # of a verdict, whether all that the run was to collect is PASS
    closed: str = NOT_CLOSED  # of a verdict: no, asked, or when the ticket was closed for it
    sha256: str = _DIGEST  # of the comment's text

    def __str__(self) -> str:
        pairs = {"ticket": self.ticket, "release": self.release, "attempt": self.attempt, "kind": self.kind}
        if self.kind == PART:
            pairs |= {"part": f"{self.number}/{self.total}", "cut": self.cut}
        if self.kind == VERDICT:
            pairs |= {"status": self.status, "run": self.run, "closed": self.closed}
        pairs["sha256"] = self.sha256
        return " ".join([_WORD, *(f"{key}={value}" for key, value in pairs.items())])

    @property
    def name(self) -> str:
        """A part's number, or else the kind."""
        return f"{self.number}/{self.total}" if self.number else self.kind

    @property
    def described(self) -> str:
        """What it is, for sentences."""
        return f"part {self.name}" if self.number else f"the {self.name}"

    def same_attempt(self, other: Marker) -> bool:
        """Whether both belong to the same attempt of the same release."""
        return (self.ticket, self.release, self.attempt) == (other.ticket, other.release, other.attempt)


def digest(text: str) -> str:
    """Return the SHA-256 of a text, as hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def longest(marker: Marker) -> Marker:
    """Return a marker of the same attempt that is at least as long as that of any part."""
    return replace(marker, kind=PART, number=_LARGEST, total=_LARGEST, cut="fold-fence-line", sha256=_DIGEST)


def parse(line: str) -> Marker | None:
    """Read a line that C(str()) wrote; None for any other, even if it is only longer."""
    pairs: dict[str, t.Any] = dict(_PAIR.findall(line))
    number, _slash, total = pairs.pop("part", "0/0").partition("/")
    try:
        found = Marker(**{**pairs, "number": int(number), "total": int(total)})
    except (TypeError, ValueError):
        return None
    return found if str(found) == line else None
