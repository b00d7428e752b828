# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to run a command: argv, directory, environment and time limit in, a step out.

The streams go to files, not pipes, so that a process killed at its limit leaves everything it wrote,
and one that writes a lot never blocks. They are masked while they are read from there, piece by piece.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import typing as t
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from . import streams
from .evidence import COMMAND, ENDED, TIMED_OUT, Step
from .step_names import StepName
from .steps import Redact, Started

GRACE_SECONDS = 5.0

Running = t.Callable[[int, str], AbstractContextManager[None]]


def run(
    argv: t.Sequence[str],
    step: StepName | None = None,
    *,
    limit: float,
    redact: Redact = str,
    directory: str | None = None,
    env: t.Mapping[str, str] | None = None,
    running: Running | None = None,
    folder: Path | None = None,
    account: t.Mapping[str, t.Any] | None = None,
) -> Step:
    """Run a command and return it as a step, whatever the command does.

    No shell is involved, and no secret may be in C(argv). After C(limit) seconds its whole process group is
    terminated, then killed. C(env) is complete; without one, it is this process's own. C(running) is entered
    with the process's number and the masked command while it runs. A stream that is large or no text is put
    into C(folder); without one there is its text alone. C(account) is whose rights it has, as C(Popen) takes
    them; without one, this process's.
    """
    name = step or StepName(argv[0])
    started = Started(name, shlex.join(argv), redact, kind=COMMAND, directory=directory)
    if directory is not None and not Path(directory).is_dir():
        return started.failed(f"the directory {directory} does not exist")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                list(argv),
                cwd=directory,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                **(account or {}),
            )
        except OSError as exc:
            return started.failed(_why(exc, argv[0], env))
        with running(process.pid, redact(started.what)) if running else nullcontext():
            status, in_time = _wait(process, limit)
        return started.ended(
            _stream(out, redact, folder),
            _stream(err, redact, folder),
            exit_status=status,
            outcome=ENDED if in_time else TIMED_OUT,
            reason="" if in_time else f"stopped at its limit of {limit:g} s",
        )


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[int, bool]:
    """Return the status, and whether the process ended by itself within the limit."""
    try:
        return process.wait(limit), True
    except subprocess.TimeoutExpired:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        _signal(process.pid, signal.SIGKILL)
        return process.wait(), False
    finally:
        # A command may leave children behind that still hold the group.
        _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _stream(raw: t.IO[bytes], redact: Redact, folder: Path | None) -> str:
    """Return what was written, masked: its text, and the bytes in a file where that is not all."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(0)
    data = raw.read(streams.LARGE + 1)
    mask = getattr(redact, "stream", None) or (lambda chunks: chunks)
    if folder is None or (len(data) <= streams.LARGE and _is_text(data)):
        return _text(raw, size, redact)
    taken = streams.Taken()
    handle, name = tempfile.mkstemp(dir=folder, prefix=".stream-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(taken.passing(streams.masked(raw, size, mask)))
    except OSError as exc:
        # The disk is full: the text has to do.
        Path(name).unlink(missing_ok=True)
        return f"{_text(raw, size, redact)}\n[... {size} bytes could not be put down: {exc.strerror} ...]\n"
    found = taken.stream(name)
    if not isinstance(found, streams.Stream):
        Path(name).unlink()
    return found


def _text(raw: t.IO[bytes], size: int, redact: Redact) -> str:
    mask = getattr(redact, "stream", None)
    if mask is None:  # no Redactor
        raw.seek(0)
        data, left = streams.bounded(iter(lambda: raw.read(streams.CHUNK), b""))
        text = redact(data.decode("utf-8", "backslashreplace"))
        return streams.part(text, size, left) if left else text
    taken = streams.Taken()
    for chunk in streams.masked(raw, size, mask):
        taken.take(chunk)
    return str(taken.stream(""))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _why(exc: OSError, program: str, env: t.Mapping[str, str] | None) -> str:
    if isinstance(exc, FileNotFoundError):
        path = (os.environ if env is None else env).get("PATH", "")
        return f"{program} was not found (PATH={path})"
    return f"{program} could not be started: {exc.strerror or exc}"
