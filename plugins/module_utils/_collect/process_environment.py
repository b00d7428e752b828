# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that shows what a service's running processes were started with."""

from __future__ import annotations

import shlex
import typing as t

from .._clients import process
from .._core.collector import Collector
from .._core.evidence import FILE, rfc3339
from .._core.step_names import StepName
from .._text import environment_report
from .._text.environment_report import Running


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the step, and return the C(processes)' numbers. That there is none is evidence, too."""
    params = collector.params
    words, directory = params["process"], params["directory"]
    what = f"/proc/PID/environ of every {describe(words, directory)}"
    started = collector.start(StepName(params["name"], params["title"], FILE), what, directory=directory)
    try:
        running = [_running(one, params) for one in process.find(words, directory)]
    except process.ProcessError as exc:
        collector.add(started.failed(str(exc)))
        return {"processes": []}
    collector.add(started.ended(environment_report.render(running)))
    return {"processes": [one.pid for one in running]}


def describe(words: t.Sequence[str], directory: str | None) -> str:
    """Say which process is meant, or which processes are."""
    place = f" in {directory}" if directory else ""
    return f"process{place} whose command line contains {' and '.join(words)}"


def _running(found: process.Process, params: t.Mapping[str, t.Any]) -> Running:
    environment = process.environment(found.pid)
    key = str(params["digest_key"] or "")
    return Running(
        pid=found.pid,
        started=rfc3339(found.started),
        command=shlex.join(found.argv),
        directory=found.directory,
        shown={name: environment.get(name) for name in params["show"]},
        digests={
            name: environment_report.digest(environment.get(name, ""), key) for name in params["digest"]
        },
    )
