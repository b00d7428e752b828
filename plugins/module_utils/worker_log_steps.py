# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that shows how the running worker started."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime
from pathlib import Path

from . import arq_log, log_source, process, process_steps
from .collector import Collector
from .command import hostname
from .evidence import ENDED, FAILED, LOG, Step, rfc3339, utc_now

NAME, TITLE = "worker_start_log", "First lines of the worker's start log"
# As far back as a start is looked for: a worker that has logged more since then has run for long.
MAXIMUM_BYTES = 1024**3


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the step: what the running worker has logged from its start on, up to so many lines."""
    params, started = collector.params, utc_now()
    path = str(params["log"])
    try:
        running = process.find(params["process"], params["directory"])
        lines = start_lines(path, params["lines"])
    except (OSError, process.ProcessError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else exc
        collector.failure(NAME, TITLE, path, f"{path} cannot be read: {why}", kind=LOG)
        return {}
    what = process_steps.describe(params["process"], params["directory"])
    reason = problem(path, lines, running) if running else f"there is no {what}"
    collector.add(
        Step(
            name=NAME,
            title=TITLE,
            kind=LOG,
            command=_described(path, lines, params["lines"], running),
            host=hostname(),
            started=started,
            ended=utc_now(),
            stdout=collector.redact("".join(f"{line}\n" for line in lines or _last(path, params["lines"]))),
            outcome=FAILED if reason else ENDED,
            reason=collector.redact(reason),
        )
    )
    return {}


def start_lines(path: str, count: int) -> list[str]:
    """Return the lines from the last start on, in the log or in the one before it; none where none is there.

    Raises:
        OSError: the log cannot be read.
    """
    for candidate in (path, f"{path}.1"):
        if candidate != path and not Path(candidate).is_file():
            continue
        data = log_source.last_lines_before(candidate, _has_start, MAXIMUM_BYTES)
        lines = _lines(data)
        first = arq_log.start_of(lines)
        if first is not None:
            return lines[first : first + count]
    return []


def problem(path: str, lines: t.Sequence[str], running: t.Sequence[process.Process]) -> str:
    """Return what keeps these lines from being the running worker's start, or C('')."""
    if not lines:
        return f"no worker says in {path} that it starts"
    written = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    began = min(one.started for one in running)
    if written < began:
        return (
            f"{path} was written last at {rfc3339(written)}, before the running worker started "
            f"at {rfc3339(began)}"
        )
    return ""


def _has_start(data: bytes) -> bool:
    # A start in the middle of the piece has what led to it before it.
    return arq_log.says_start(data[len(data) // 8 :].decode("utf-8", "backslashreplace"))


def _last(path: str, count: int) -> list[str]:
    """Return the log's last lines: where there is no start, they tell why."""
    data = log_source.last_lines_before(path, lambda data: data.count(b"\n") > count, 1024**2)
    return _lines(data)[-count:]


def _lines(data: bytes) -> list[str]:
    return [line.rstrip("\r") for line in data.decode("utf-8", "backslashreplace").rstrip("\n").split("\n")]


def _described(path: str, lines: t.Sequence[str], count: int, running: t.Sequence[process.Process]) -> str:
    if not lines:
        return f"the last {count} lines of {path}"
    since = f", process {running[0].pid} since {rfc3339(running[0].started)}" if running else ""
    return f"the first {count} lines of {path} from the worker's start on{since}"
