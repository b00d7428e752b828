# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is at: its sections, which are plays or packages, and what is under way in them. Pure.

Moments are seconds of one clock, and texts are masked already.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Key = tuple[str, str]  # host, task

PACKAGES = ("package_0", "package_1", "package_2", "package_3")


@dataclass
class Running:
    """A task that is under way on a host.

    Attributes:
        since: when it began.
        limit: seconds after which it ends itself, 0 where that is not known.
        note: what it said of itself, such as its number of tries.
        shown: when it was last told of.
    """

    host: str
    section: str
    what: str
    since: float
    limit: float = 0
    note: str = ""
    shown: float = 0

    def __post_init__(self) -> None:
        self.shown = self.since

    def time(self, now: float, write: t.Callable[[float], str]) -> str:
        """Return for how long it has been at work, and its limit."""
        limit = f", limit {write(self.limit)}" if self.limit else ""
        return f"{write(now - self.since)}{limit}"


@dataclass
class Section:
    """A play, or a package.

    Attributes:
        began: when its first task began, None where none did.
        ended: when the last one ended so far.
        done: how many tasks ended, or of collectors, steps.
        failed: how many of them failed.
        last: the last of them.
    """

    name: str
    began: float | None = None
    ended: float = 0
    done: int = 0
    failed: int = 0
    last: str = ""


@dataclass
class Board:
    """All of it.

    Attributes:
        head: what the run is for.
        packages: the sections of packages, for which their tasks count; none before an attempt is open.
    """

    began: float
    head: str = ""
    packages: tuple[str, ...] = ()
    play: str = ""
    sections: dict[str, Section] = field(default_factory=dict)
    running: dict[Key, Running] = field(default_factory=dict)

    def open(self, packages: t.Iterable[str]) -> None:
        """Count from now on by package; those are what is to come."""
        self.packages = tuple(map(heading, packages))
        for package in self.packages:
            self.section(package)

    def section(self, name: str) -> Section:
        """Return the section of that name, a new one if it is the first time."""
        return self.sections.setdefault(name, Section(name))

    def started(self, key: Key, what: str, packages: t.Sequence[str], now: float, limit: float = 0) -> None:
        """A task begins on a host. It is of the first of these packages that is collected, or of its play."""
        name = next((one for one in map(heading, packages) if one in self.packages), self.play)
        section = self.section(name)
        section.began = now if section.began is None else section.began
        self.running[key] = Running(key[0], name, what, now, limit)

    def ended(self, key: Key, now: float) -> Running:
        """Return what has ended on a host: what began without a word of it began now."""
        found = self.running.pop(key, None) or Running(key[0], self.play, "", now)
        self.section(found.section).ended = now
        return found

    def count(self, section: str, last: str, *, failed: bool = False) -> None:
        """One more task, or step, of a section is done."""
        found = self.section(section)
        found.done += 1
        found.failed += failed
        found.last = last or found.last

    def close(self) -> None:
        """The report is written: what follows is no package's."""
        self.packages, self.sections = (), {}

    def waiting(self, now: float, seconds: float) -> list[Running]:
        """Return what nothing was told of for so long, which is told of now."""
        found = [one for one in self.running.values() if now - one.shown >= seconds]
        for one in found:
            one.shown = now
        return found


def heading(package: str) -> str:
    """Return what a reader calls a package."""
    return f"Package-{package[-1]}" if package in PACKAGES else package
