# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a collector puts down on its host until the controller has it: whose it is, and its streams."""

from __future__ import annotations

import math
import secrets as random_source
import typing as t
from datetime import timedelta
from pathlib import Path

from ...module_utils._core.evidence import FAILED, Step, parse_time, rfc3339
from ...module_utils._core.streams import Taken, of_file
from .locker import STREAMS, Attempt

CLOCK_SECONDS = 2.0

# Puts a file of the host into one of the controller.
Fetch = t.Callable[[str, Path], None]


def owner(attempt: Attempt, package: int, module: str, host: str) -> dict[str, t.Any]:
    """Return whose the steps of one call of a module are: what the host's spool says of them."""
    release, name = attempt.release, attempt.folder.name
    return {
        "entry": f"{name}-{module}-{random_source.token_hex(4)}",
        "attempt": name,
        "ticket": release.ticket,
        "release": release.candidate,
        "staging": attempt.staging,
        "masked": dict(attempt.masked),
        "package": package,
        "module": module,
        "host": host,
    }


class Clock(t.NamedTuple):
    """By how many seconds a host's clock is ahead of the controller's: so much at least, so much at most.

    A module began and ended on the host between two moments of the controller's: so much is certain.
    """

    least: float = 0.0
    most: float = 0.0

    @classmethod
    def measured(cls, asked: float, host: t.Sequence[float], answered: float) -> Clock:
        """Return the clock of a host on which a module began and ended, or one that is right without that."""
        return cls(host[1] - answered, host[0] - asked) if host else cls()

    @property
    def off(self) -> str:
        """One sentence where it is off by more than C(CLOCK_SECONDS), or C('')."""
        if max(-self.most, self.least) <= CLOCK_SECONDS:
            return ""
        if self.most < 0:
            least, most = f"{-self.most:.1f}", f"{-self.least:.1f}"
            return f"the host's clock is at least {least} s behind the controller's, at most {most} s"
        least, most = f"{self.least:.1f}", f"{self.most:.1f}"
        return f"the host's clock is at least {least} s ahead of the controller's, at most {most} s"

    @property
    def bound(self) -> str:
        """One sentence for any clock: how far it is off, at most."""
        most = math.ceil(max(abs(self.least), abs(self.most)) * 10) / 10
        return self.off or f"the host's clock is within {most:.1f} s of the controller's"

    def corrected(self, time: str) -> str:
        """Return a time of the host's by the controller's clock, rather too late than too early."""
        if not self.off:
            return time
        return rfc3339(parse_time(time) - timedelta(seconds=self.least))


def step(record: t.Mapping[str, t.Any], fetch: Fetch, folder: Path) -> Step:
    """Return the step that a host's record stands for; C(fetch) puts a file of the host into C(folder).

    One whose stream is not what was put down, or cannot be had, is a failure with the reason.
    """
    filled, problems = dict(record), []
    for stream in STREAMS:
        if isinstance(record.get(stream), t.Mapping):
            filled[stream], problem = _stream(record[stream], fetch, folder)
            problems += [f"its {stream} {problem}"] if problem else []
    if problems:
        filled |= {"outcome": FAILED, "reason": "; ".join([*filter(None, [record.get("reason")]), *problems])}
    return Step.from_dict(filled)


def is_whole(record: t.Mapping[str, t.Any], found: Step) -> bool:
    """Whether a step has all that its record stands for, so that the host need not have it any longer."""
    return found.outcome == record.get("outcome") and found.reason == record.get("reason")


def _stream(left: t.Mapping[str, t.Any], fetch: Fetch, folder: Path) -> tuple[str, str]:
    """Return a stream, and what is wrong with it, C('') where nothing is."""
    where = f"({left['bytes']} bytes, left on the host as {left['file']})"
    file = folder / random_source.token_hex(8)
    taken = Taken()
    try:
        fetch(str(left["file"]), file)
        for chunk in of_file(file):
            taken.take(chunk)
    except Exception as exc:  # whatever a connection raises: the stream is still on the host
        return "", f"{where} could not be fetched: {exc}"
    if taken.sha256 != left["sha256"]:
        return "", f"{where} is not what was put down"
    return taken.stream(str(file)), ""
