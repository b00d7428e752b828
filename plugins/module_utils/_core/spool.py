# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each step on the host's disk as it ends, masked, until the controller has kept it.

    /var/tmp/psp.rc_closure-<uid>/<entry>/       one for each call of a collector
        owner.json                               the attempt, the module, and its process
        0001-<step>.json                         a step
        0001-<step>.stdout, .stderr              a stream that is too large for a module's answer
        running-<pid>.json                       a command under way

A run that is killed leaves its entry; the next one on this staging is given it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
import threading
import typing as t
from contextlib import contextmanager, suppress
from pathlib import Path

from . import files
from .evidence import Step
from .streams import LARGE, Stream

# A container may have only the system's temporary directory to write to.
PARENT = "/var/tmp"
NEEDED_MIB = 64

ENTRY = re.compile(r"[A-Za-z0-9][\w.-]*")

Record = dict[str, t.Any]


class SpoolError(Exception):
    """There is no directory for steps, or it cannot be trusted or is full."""


class Spool:
    """The entry of one call of a collector."""

    def __init__(self, owner: t.Mapping[str, t.Any]) -> None:
        """Make the entry C(owner["entry"]).

        Raises:
            SpoolError: no directory is ours alone and has space.
        """
        self.folder = directory() / _checked(str(owner["entry"]))
        self._number = 0
        self._lock = threading.Lock()
        try:
            # A module that begins again under another interpreter finds its own.
            self.folder.mkdir(mode=0o700, exist_ok=True)
            _note(self.folder / "owner.json", {**owner, **_process(os.getpid())})
        except OSError as exc:
            raise SpoolError(f"{self.folder} cannot be written: {exc.strerror}") from exc

    def add(self, step: Step) -> Record:
        """Write a step, and return its record for the module's answer: all of it if the disk is full."""
        with self._lock:
            self._number += 1
            base = f"{self._number:04d}-{step.name}"
        record = step.as_dict()
        try:
            record.update(
                (stream, self._put(f"{base}.{stream}", content))
                for stream, content in (("stdout", step.stdout), ("stderr", step.stderr))
                if isinstance(content, Stream) or len(content.encode()) > LARGE
            )
            files.write(self.folder / f"{base}.json", json.dumps(record))
        except OSError:
            return step.as_dict()
        return record

    def _put(self, name: str, content: str) -> Record:
        file = self.folder / name
        if isinstance(content, Stream):
            Path(content.file).replace(file)
            return {"file": str(file), "sha256": content.sha256, "bytes": content.size}
        data = content.encode()
        files.write(file, data)
        return {"file": str(file), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

    @contextmanager
    def running(self, pid: int, what: str) -> t.Iterator[None]:
        """Have it on the disk that a command is under way, while the block lasts."""
        file = self.folder / f"running-{pid}.json"
        with suppress(OSError):  # a full disk must not end what was begun
            _note(file, {"what": what, **_process(pid)})
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def directory() -> Path:
    """Return the directory of all entries of this user, which is made where it is missing.

    Raises:
        SpoolError: there is none, others may write to it, or it is full.
    """
    problems = []
    for parent in (PARENT, tempfile.gettempdir()):
        path = Path(parent) / f"psp.rc_closure-{os.geteuid()}"
        try:
            wrong = _not_ours(_made(path))
        except OSError as exc:
            problems.append(f"{path} cannot be made: {exc.strerror}")
            continue
        if wrong:
            raise SpoolError(f"{path} is to hold the steps until they are fetched, and {wrong}: remove it")
        problem = lacks_space(path, NEEDED_MIB)
        if not problem:
            return path
        problems.append(problem)
    raise SpoolError(f"the steps cannot be put down on the host: {'; '.join(problems)}")


def lacks_space(path: Path, needed: int) -> str:
    """Return one sentence where the file system of a directory has less than C(needed) MiB, or C('')."""
    found = os.statvfs(path)
    free = found.f_bavail * found.f_frsize // 2**20
    return "" if free >= needed else f"{path} has {free} MiB free, and {needed} MiB are needed"


def fetched(entry: str) -> Record:
    """Return one entry of this user, as C(left()) does.

    Raises:
        SpoolError: as C(directory()).
    """
    folder = directory() / _checked(entry)
    return _read(folder, _json(folder / "owner.json") or {})


def left(owner: t.Mapping[str, t.Any]) -> list[Record]:
    """Return what other attempts on the same staging left.

    Each is C(folder), C(owner), C(steps), C(broken), files that were cut off, C(begun), commands that had not
    ended, and C(running), processes that still run. Where one does, the steps are not read.

    Raises:
        SpoolError: as C(directory()).
    """
    found = []
    for folder in sorted(directory().iterdir()):
        whose = _json(folder / "owner.json") or {}
        if (
            owner["staging"]
            and whose.get("staging") == owner["staging"]
            and whose.get("attempt") != owner["attempt"]
        ):
            found.append(_read(folder, whose))
    return found


def _read(folder: Path, whose: t.Mapping[str, t.Any]) -> Record:
    commands = [_json(file) or {} for file in sorted(folder.glob("running-*.json"))]
    module = {**whose, "what": f"the module {whose.get('module')}"}
    running = [f"{one['what']} (process {one['pid']})" for one in (module, *commands) if _runs(one)]
    steps, broken = [], []
    for file in [] if running else sorted(folder.glob("[0-9]*.json")):
        record = _json(file)
        if record is None:
            broken.append(file.name)
        else:
            steps.append(record)
    begun = [str(one.get("what", "a command")) for one in commands]
    return {
        "folder": str(folder),
        "owner": dict(whose),
        "steps": steps,
        "broken": broken,
        "begun": begun,
        "running": running,
    }


def is_ours(path: Path) -> bool:
    """Whether a directory, made where it is missing, is this user's alone.

    Raises:
        OSError: it cannot be made.
    """
    return not _not_ours(_made(path))


def _made(path: Path) -> os.stat_result:
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    return path.lstat()


def _not_ours(found: os.stat_result) -> str:
    """Return why a directory cannot be trusted, or C('')."""
    if not stat.S_ISDIR(found.st_mode):
        return "it is a link" if stat.S_ISLNK(found.st_mode) else "it is no directory"
    if found.st_uid != os.geteuid():
        return f"it belongs to the user {found.st_uid}"
    mode = stat.S_IMODE(found.st_mode)
    return f"its mode {mode:04o} opens it to others" if mode & 0o077 else ""


def _checked(entry: str) -> str:
    if not ENTRY.fullmatch(entry):
        raise SpoolError(f"{entry} is not the name of an entry")
    return entry


def _process(pid: int) -> Record:
    return {"pid": pid, "start": _start(pid)}


def _runs(process: t.Mapping[str, t.Any]) -> bool:
    """Whether a process is still there, and is not another of the same number."""
    start = _start(int(process.get("pid") or 0))
    return bool(start) and start == process.get("start")


def _start(pid: int) -> str:
    """Return when a process began: the machine's boot, and ticks since; C('') where none runs."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    return "" if state == "Z" else f"{boot} {rest[18]}"


def _note(file: Path, content: Record) -> None:
    """Write what has to outlive this process, but not the machine."""
    file.write_text(json.dumps(content), "utf-8")


def _json(file: Path) -> Record | None:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
