# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show how a service's running processes started, and with which environment."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._clients import process
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import ENDED, FAILED, FILE, rfc3339, utc_now
from .._core.step_names import WORKER_START_LOG, StepName
from .._logs import sources
from .._logs.log import Log
from .._text import arq_log
from .process_environment import show, wanted


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps that are asked for, and return the C(processes)' numbers: none is evidence, too."""
    params = collector.params
    running: list[process.Process] = []
    if params["log"]:
        running = _start(collector, sources.chosen(params["log"]))
    if params["show"] or params["digest"] or params["connections"] or not params["log"]:
        step = StepName(params["name"], params["title"], FILE)
        more = {name: params[name] for name in ("connections", "code")}
        running = show(collector, step, params["show"], params["digest"], **more)
    if params["servers"]:
        # Its libraries take longer to import than all the rest.
        from . import servers  # noqa: PLC0415

        servers.look(collector, steps.BACKEND_REDIS_CLIENTS, steps.BACKEND_SESSIONS)
    return {"processes": [one.pid for one in running]}


def _start(collector: Collector, log: Log) -> list[process.Process]:
    """Take the step of what the running worker has logged from its start on; return its processes."""
    params, at = collector.params, utc_now()
    count = params["lines"]
    try:
        running = process.find(params["process"], params["directory"])
        lines = _start_lines(log, running, count)
        reason = _problem(log, lines, running) if running else f"there is no {wanted(params)}"
        # Where there is no start, the last lines show why.
        shown = lines or _lines(log.tail(count))[-count:]
    except (OSError, process.ProcessError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else exc
        collector.failed(WORKER_START_LOG, log.name, f"{log.name} cannot be read: {why}")
        return []
    text = "".join(f"{line}\n" for line in shown)
    step = collector.start(WORKER_START_LOG, _described(log.name, lines, count, running), at=at)
    collector.add(step.ended(text, outcome=FAILED if reason else ENDED, reason=reason))
    return running


def _start_lines(log: Log, running: t.Sequence[process.Process], count: int) -> list[str]:
    """Return the lines from the running worker's last start on; none where none is there."""
    for data in log.around(_began(running), _has_start, count):
        lines = _lines(data)
        first = arq_log.start_of(lines)
        if first is not None:
            return lines[first : first + count]
    return []


def _problem(log: Log, lines: t.Sequence[str], running: t.Sequence[process.Process]) -> str:
    """Return what keeps these lines from being the running worker's start, or C('')."""
    if not lines:
        return f"no worker says in {log.name} that it starts (where it was rotated away, restart the worker)"
    written, began = log.written(), _began(running)
    if written and began and written < began:
        return (
            f"{log.name} was written last at {rfc3339(written)}, before the running worker started "
            f"at {rfc3339(began)}"
        )
    return ""


def _began(running: t.Sequence[process.Process]) -> datetime | None:
    return min((one.started for one in running), default=None)


def _has_start(data: bytes) -> bool:
    # A start in the middle of the piece has what led to it before it.
    return arq_log.says_start(data[len(data) // 8 :].decode("utf-8", "backslashreplace"))


def _lines(data: bytes) -> list[str]:
    return [line.rstrip("\r") for line in data.decode("utf-8", "backslashreplace").rstrip("\n").split("\n")]


def _described(name: str, lines: t.Sequence[str], count: int, running: t.Sequence[process.Process]) -> str:
    if not lines:
        return f"the last {count} lines of {name}"
    since = f", process {running[0].pid} since {rfc3339(running[0].started)}" if running else ""
    return f"the first {count} lines of {name} from the worker's start on{since}"
