# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service's running processes were started with, as Package-3's evidence shows it."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, Evidence, Step, parse_time
from ...module_utils._text import environment_report
from ...module_utils._text.environment_report import Digest, Running
from .base import Finding, MissingStepError, Policy, ended, met, not_met, not_proven

# What a process does to its code before it becomes the service (an entrypoint's C(chown), C(envsubst)).
_GRACE = timedelta(seconds=10)
BOTH = (steps.WORKER_ENVIRONMENT, steps.BACKEND_ENVIRONMENT)


def processes(evidence: Evidence, name: str) -> list[Running]:
    """Return the processes of every host's newest step of that name; none is an answer, too.

    Raises:
        MissingStepError: a host's could not be looked at.
    """
    return [process for _host, process in by_host(evidence, name)]


def by_host(evidence: Evidence, name: str) -> list[tuple[str, Running]]:
    """Return each of these processes with its host.

    Raises:
        MissingStepError: a host's could not be looked at.
    """
    newest = {step.host: step for step in evidence.steps if step.name == name}
    for step in newest.values() or [ended(evidence, name)]:
        if step.outcome != ENDED:
            raise MissingStepError(f"{step.title}: {step.reason}")
    return [(step.host, process) for step in newest.values() for process in read(step)]


def read(step: Step) -> list[Running]:
    """Return the processes that a step shows.

    Raises:
        MissingStepError: it shows something else.
    """
    try:
        return environment_report.parse(step.stdout)
    except ValueError as exc:
        raise MissingStepError(f"{step.title}: it cannot be read: {exc}") from exc


def shows(
    evidence: Evidence, step: str, name: str, want: str, given: t.Mapping[str, str] | None = None
) -> Finding:
    """Find whether all processes were started with a variable's value, and with others of any value.

    C(given) has the digests of these, and what they are called.
    """
    running, service = processes(evidence, step), step.partition("_")[0]
    if not running:
        return not_met(f"no {service} process is running", step)
    absent = [
        called
        for other, called in (given or {}).items()
        if not all(_digest(process, other).given for process in running)
    ]
    if absent:
        return not_met(f"the running {service} was started without {' and '.join(absent)}", step)
    values = {process.shown.get(name) for process in running}
    if values == {want}:
        return met(f"the running {service} was started with {name}={want}", step)
    have = sorted(f"with {name}={value}" if value else f"without {name}" for value in values)
    return not_met(f"the running {service} was started {' and '.join(have)}, want {want}", step)


def deployed_code(evidence: Evidence, policy: Policy) -> Finding:
    """What all of the evidence is about: worker and backend run the code that is deployed, and no older."""
    newest = ""
    for name in BOTH:
        running = processes(evidence, name)
        if not running:
            return not_proven(f"no {name.partition('_')[0]} process is running", name)
        for process in running:
            who, code = f"{name.partition('_')[0]} {process.pid}", process.code
            if code is None or not code.file:
                why = code.unseen if code else "was not looked at"
                return not_proven(f"the code of {who}: {why}", *BOTH)
            # Of workers that were forked counts their master: it may have loaded the code for them.
            began = code.loaded or process.started
            if parse_time(code.changed) > parse_time(began) + _GRACE:
                reason = (
                    f"{who}, or what it was forked from, was started at {began}, before {code.file} was put "
                    f"there at {code.changed} (or its owner, mode or links were changed): it may run older "
                    "code, restart it"
                )
                return not_proven(reason, *BOTH)
            newest = max(newest, f"{code.changed} ({code.file})")
    return met(f"all processes were started after the newest file of their code, of {newest}", *BOTH)


def digests(evidence: Evidence, name: str) -> list[Digest]:
    """Return what is known of a variable in all processes, of the worker and of the backend.

    Raises:
        MissingStepError: one of the two has no process.
    """
    found = []
    for step in BOTH:
        running = processes(evidence, step)
        if not running:
            raise MissingStepError(f"no {step.partition('_')[0]} process is running")
        found += [_digest(process, name) for process in running]
    return found


def _digest(process: Running, name: str) -> Digest:
    return process.digests.get(name, Digest(False))
