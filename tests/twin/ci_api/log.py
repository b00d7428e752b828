# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's log as GitHub stores it: a BOM, a timestamp before each line, groups, colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ci_api.model import now

BOM = "\ufeff"
BLUE, CYAN, RESET = "\x1b[34;1m", "\x1b[36;1m", "\x1b[0m"
MASK = "***"


class JobLog:
    """Appends to one file. What `mask` was told never gets there."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(BOM)
        self._secrets: list[str] = []

    def mask(self, secret: str) -> None:
        """From now on this reads ***."""
        self._secrets.append(secret)

    def write(self, text: str) -> None:
        """Each line gets the time, to a tenth of a microsecond as GitHub has it."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        for line in text.splitlines() or [""]:
            self._file.write(f"{now():%Y-%m-%dT%H:%M:%S.%f}0Z {line}\n")

    def error(self, text: str) -> None:
        """A line that GitHub shows in red."""
        self.write(f"##[error]{text}")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """What is written inside can be folded away."""
        self.write(f"##[group]{title}")
        yield
        self.write("##[endgroup]")

    def command(self, line: str, variables: dict[str, str]) -> None:
        """The head of a `run:` step."""
        with self.group(f"Run {line}"):
            self.write(f"{CYAN}{line}{RESET}")
            self.write("shell: /usr/bin/bash -e {0}")
            self.write("env:")
            for name, value in variables.items():
                self.write(f"  {name}: {value}")

    def close(self) -> None:
        """No line comes any more."""
        self._file.close()
