# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that shows a service's running processes: how they were started, and their connections."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import replace

from .._clients import deployed, process, sockets
from .._core.collector import Collector
from .._core.evidence import rfc3339
from .._core.step_names import StepName
from .._text import environment_report, service_variables
from .._text.environment_report import Running


def show(
    collector: Collector,
    step: StepName,
    names: t.Sequence[str] = (),
    digest: t.Sequence[str] = (),
    *,
    connections: bool = False,
    code: bool = False,
) -> list[process.Process]:
    """Take the step and return the processes that the options C(process) and C(directory) choose.

    Args:
        collector: takes it; its option C(digest_key), if it has one, is the key of the digests.
        step: its name.
        names: of the variables to show.
        digest: names of the variables to show digests of.
        connections: whether to show the TCP connections that the processes have, too.
        code: whether to show the newest file of their code.
    """
    params = collector.params
    files = ["/proc/PID/environ"] if names or digest or not connections else []
    files += ["/proc/PID/{fd,net/tcp,net/tcp6}"] if connections else []
    what = f"{' and '.join(files)} of every {wanted(params)}"
    started = collector.start(step, what, directory=params.get("directory"))
    try:
        found = process.find(params["process"], params.get("directory"))
        key = str(params.get("digest_key") or "")
        running = [_running(one, names, digest, key, params["variables"]) for one in found]
        if connections:
            running = [replace(one, sockets=sockets.of(one.pid)) for one in running]
        if code:
            running = [replace(shown, code=deployed.code_of(one)) for shown, one in zip(running, found)]
        report = environment_report.render(running)
    except process.ProcessError as exc:
        collector.add(started.failed(str(exc)))
        return []
    collector.add(started.ended(report))
    return found


def wanted(params: t.Mapping[str, t.Any]) -> str:
    """Describe the processes that the options choose."""
    place = f" in {params['directory']}" if params.get("directory") else ""
    return f"process{place} whose command line contains {' and '.join(params['process'])}"


def _running(
    found: process.Process,
    names: t.Sequence[str],
    digest: t.Sequence[str],
    key: str,
    variables: t.Mapping[str, t.Any],
) -> Running:
    environment = process.environment(found.pid) if names or digest else {}
    kinds = {label: kind for kind, label in service_variables.LABELS.items()}
    values = {
        name: service_variables.own_url(variables, kinds[name], environment)
        if name in kinds
        else environment.get(name, "")
        for name in digest
    }
    return Running(
        pid=found.pid,
        started=rfc3339(found.started),
        command=shlex.join(found.argv),
        directory=found.directory,
        shown={name: environment.get(name) for name in names},
        digests={name: environment_report.digest(value, key) for name, value in values.items()},
    )
