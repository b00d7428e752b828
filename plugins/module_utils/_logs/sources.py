# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a service's log is: in a file, in the journal under a unit, or with the engine of a container.

All are read from a mark on, which is taken before something happens and may travel as JSON.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from . import file as log_file
from .container import Container
from .file import Mark, Reading
from .journal import Journal

# As far back as a file is searched: what is further up was written long ago.
MAXIMUM_BYTES = 1024**3


class Source(t.Protocol):
    """A log. Its methods raise an C(OSError) whose C(strerror) says why it cannot be read."""

    @property
    def name(self) -> str:
        """What it is called in evidence."""

    def mark(self) -> dict[str, t.Any]:
        """Return where it ends now, with the C(time)."""

    def read_since(self, mark: Mark) -> Reading:
        """Return what was written since."""

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return whole lines from before a mark: the last C(most) bytes, or those since C(start)."""

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return where a process that began then may have logged its first C(count) lines, newest first."""

    def tail(self, count: int) -> bytes:
        """Return the last lines."""

    def written(self) -> datetime | None:
        """Return when it was written last, or None where C(around) only gives what is new enough."""


@dataclass(frozen=True)
class File:
    """A log file, and what rotation makes of it."""

    path: str

    @property
    def name(self) -> str:
        """Return the path."""
        return self.path

    def mark(self) -> dict[str, t.Any]:
        """Return where the file ends."""
        return log_file.mark(self.path)

    def read_since(self, mark: Mark) -> Reading:
        """Return what was written since, from rotated files, too."""
        return log_file.read_since(mark)

    def before(self, mark: Mark, start: datetime, most: int) -> bytes:
        """Return whole lines among the last bytes before the mark."""
        first = max(0, mark["offset"] - most)
        with Path(self.path).open("rb") as log:
            log.seek(first)
            raw = log.read(mark["offset"] - first)
        return raw if first == 0 else raw[raw.find(b"\n") + 1 :]

    def around(
        self, began: datetime | None, wanted: t.Callable[[bytes], bool], count: int
    ) -> t.Iterable[bytes]:
        """Return the end of the log that has what is wanted, and those of what it was rotated into since."""
        return log_file.ends(self.path, began, wanted, MAXIMUM_BYTES)

    def tail(self, count: int) -> bytes:
        """Return the last lines."""
        return log_file.last_lines_before(self.path, lambda data: data.count(b"\n") > count, 1024**2)

    def written(self) -> datetime | None:
        """Return when the file was changed last."""
        return datetime.fromtimestamp(Path(self.path).stat().st_mtime, timezone.utc)


def chosen(place: t.Mapping[str, t.Any]) -> Source:
    """Return the log at a place, which names a C(file), a systemd C(unit) or a C(container)."""
    if place.get("unit"):
        return Journal(str(place["unit"]))
    if place.get("container"):
        return Container(str(place["container"]))
    return File(str(place["file"]))


def option() -> dict[str, t.Any]:
    """Return the argument spec of an option that names the place of a log."""
    places = {"file": {"type": "path"}, "unit": {"type": "str"}, "container": {"type": "str"}}
    one = [list(places)]
    return {
        "type": "dict",
        "required": True,
        "options": places,
        "required_one_of": one,
        "mutually_exclusive": one,
    }
