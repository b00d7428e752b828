# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to run a command: argv, directory, environment and time limit in, a step out.

The streams go to files, not pipes, so that a process killed at its limit leaves everything it wrote,
and one that writes a lot never blocks.
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
) -> Step:
    """Run a command and return it as a step, whatever the command does.

    No shell is involved, and no secret may be in C(argv). After C(limit) seconds its whole process group is
    terminated, then killed. C(env) is complete; without one, it is this process's own. C(running) is entered
    with the process's number and the masked command while it runs.
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
            )
        except OSError as exc:
            return started.failed(_why(exc, argv[0], env))
        with running(process.pid, redact(started.what)) if running else nullcontext():
            status, in_time = _wait(process, limit)
        return started.ended(
            _text(out),
            _text(err),
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


def _text(stream: t.IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "backslashreplace")


def _why(exc: OSError, program: str, env: t.Mapping[str, str] | None) -> str:
    if isinstance(exc, FileNotFoundError):
        path = (os.environ if env is None else env).get("PATH", "")
        return f"{program} was not found (PATH={path})"
    return f"{program} could not be started: {exc.strerror or exc}"
