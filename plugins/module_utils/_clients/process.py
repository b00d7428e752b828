# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running processes, as C(/proc) shows them: those whose command line contains certain words."""

from __future__ import annotations

import os
import re
import time
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

PROC = Path("/proc")


class ProcessError(Exception):
    """The system does not let processes be looked at."""


@dataclass(frozen=True)
class Process:
    """A running process.

    Attributes:
        directory: its working directory, or C('') where that may not be seen.
        started: when it began, UTC; a C(dotenv run) before its C(exec) counts.
    """

    pid: int
    parent: int
    argv: tuple[str, ...]
    directory: str
    started: datetime
    stack: str = "0"  # where its stack begins: a fork has its parent's, C(0) where it may not be seen


def find(words: t.Sequence[str], directory: str | None = None) -> list[Process]:
    """Return the processes whose command line contains every word (C(a|b): one or the other), by number.

    Of processes that descend from one another only the last in line counts: the command line of a wrapper
    contains its command's words, too. This process and those that it descends from are left out. A path's
    last part is a word. Where a C(directory) is given, only processes that work in it count.

    Raises:
        ProcessError: there is no C(/proc).
    """
    if not (PROC / "self" / "stat").exists():
        raise ProcessError("there is no /proc to look processes up in")
    running = everything()
    own = _line(running, os.getpid())
    where = None if directory is None else os.path.realpath(directory)
    found = {
        pid: process
        for pid, process in running.items()
        # One whose directory may not be seen is looked at, too, and says then what else may not be.
        if pid not in own and _contains(process.argv, words) and where in (None, process.directory or where)
    }
    wrappers = {above for pid in found for above in _line(running, pid)[1:]}
    return [found[pid] for pid in sorted(found.keys() - wrappers)]


def family(pid: int) -> list[int]:
    """Return the number of a process and those of its descendants."""
    running = everything()
    return [pid, *sorted(other for other in running if pid in _line(running, other)[1:])]


def imported(one: Process) -> datetime:
    """Return when what a process runs was started: the first of the processes that it was forked from.

    A server that loads its code before it forks (C(gunicorn --preload)) runs in its workers what was there
    when its master started. Whoever executed a program of its own has other words and another stack.
    """
    running, began = everything(), one.started
    for above in map(running.__getitem__, _line(running, one.pid)[1:]):
        if above.argv != one.argv and (above.stack != one.stack or one.stack == "0"):
            break
        began = min(began, above.started)
    return began


def environment(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with.

    Raises:
        ProcessError: it may not be seen, or the process has gone.
    """
    try:
        raw = (PROC / str(pid) / "environ").read_bytes()
    except OSError as exc:
        raise ProcessError(f"the environment of process {pid} cannot be read: {exc.strerror}") from exc
    pairs = (entry.partition("=") for entry in raw.decode("utf-8", "backslashreplace").split("\0"))
    return {name: value for name, separator, value in pairs if separator}


def everything() -> dict[int, Process]:
    """Return all processes by number."""
    numbers = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return {process.pid: process for process in map(_read, numbers) if process}


def _read(pid: int) -> Process | None:
    """Return a process, or None where it has gone or is a kernel's or a dead one."""
    folder = PROC / str(pid)
    try:
        argv = (folder / "cmdline").read_bytes().decode("utf-8", "backslashreplace")
        # The name in parentheses may hold anything; the fields count from behind it.
        fields = (folder / "stat").read_text("utf-8", "backslashreplace").rpartition(")")[2].split()
    except OSError:
        return None
    if not argv:
        return None
    parent, ticks = int(fields[1]), int(fields[19])
    words = tuple(argv.rstrip("\0").split("\0"))
    return Process(pid, parent, words, _directory(folder), _began(ticks), fields[25])


def _directory(folder: Path) -> str:
    try:
        return str((folder / "cwd").readlink())
    except OSError:
        return ""


def _began(ticks: int) -> datetime:
    """Return the time of a clock tick since the machine's start."""
    ago = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return datetime.now(timezone.utc) - timedelta(seconds=ago)


def _line(processes: t.Mapping[int, Process], pid: int) -> list[int]:
    """Return a process's number and those of the processes above it."""
    line = []
    while pid in processes and pid not in line:
        line.append(pid)
        pid = processes[pid].parent
    return line


def _contains(argv: t.Sequence[str], words: t.Sequence[str]) -> bool:
    text = " ".join(argv)
    # Each word, or one of several that a bar is between.
    chosen = ["|".join(map(re.escape, word.split("|"))) for word in words]
    return all(re.search(rf"(?<![\w.-])(?:{one})(?![\w.-])", text) for one in chosen)
