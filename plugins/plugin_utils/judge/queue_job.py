# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-3: that the API, the worker's log and arq's own record tell the same of the run's job."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, Evidence, Step, parse_time
from ...module_utils._text import arq_log, arq_record, recon
from ...module_utils._text.arq_log import Attempt
from ...module_utils._text.arq_record import Record
from . import clocks, recon_run
from .base import Finding, MissingStepError, Policy, ended, met, not_proven
from .recon_run import Run

# Clocks of the backend, of the worker and of who asks may differ by so much and not be measured as off.
_CLOCKS = timedelta(seconds=2)


def job_record(evidence: Evidence, policy: Policy) -> Finding:
    """3.2: "for the same run_id": one job, of which all who know of it tell the same.

    arq keeps a record of each job's end, with its arguments, unless C(keep_result) is 0. A job that the
    record or the API contradicts is not proven, whatever the log says.
    """
    run = recon_run.find(evidence, policy)
    names: tuple[str, ...] = (steps.RECON_LIFECYCLE, steps.RECON_WORKER_LOG)
    if not run.finished:
        raise MissingStepError(f"the worker's log has no end of a job of run {run.id}")
    jobs = {one.start.job: one for one in run.finished}
    named = " and ".join(jobs)
    # One of several may be about the run, and not be the run.
    if run.state == recon.COMPLETED and all(
        one.end.kind == arq_log.FAILED for one in run.finished if one.end
    ):
        reason = f"the API shows run {run.id} completed, and the worker's log its job {named} failed"
        return not_proven(reason, *names)
    found, why = _records(evidence)
    names = (*names, *(s.name for s in evidence.steps if s.name == steps.RECON_RECORDS))
    # Another job about the run, such as its successor, contradicts only by having ended as the run does.
    found = [one for one in found if one.job in jobs] or [
        one for one in found if one.success is not None and not one.before
    ]
    told = [one for one in found if one.success is not None]
    wrong = next(filter(None, (_contradicted(evidence, run, one, jobs) for one in found)), "")
    if wrong:
        return not_proven(wrong, *names)
    if not told:
        return met(f"API and log agree on job {named}; no more was seen: {why}", *names)
    return met("; ".join(_described(one) for one in told), *names)


def _records(evidence: Evidence) -> tuple[list[Record], str]:
    """Return what arq has of the run, and why there may be no end among it that can be read."""
    step = evidence.get(steps.RECON_RECORDS) or evidence.get(steps.RECON_RECORDS_BEFORE)
    if step is None or step.outcome != ENDED or step.name != steps.RECON_RECORDS:
        return [], (step.reason if step else "") or "arq's records were not looked at"
    found = _read(step)
    unreadable = [f"{one.key} cannot be decoded ({one.unreadable})" for one in found if one.unreadable]
    why = unreadable or [f"Redis kept no result of job {one.job}" for one in found]
    return found, (why or ["Redis kept no record of it"])[0]


def _read(step: Step) -> list[Record]:
    try:
        return arq_record.parse(step.stdout)
    except ValueError as exc:
        raise MissingStepError(f"{step.title}: {exc}") from exc


def _contradicted(evidence: Evidence, run: Run, record: Record, jobs: dict[str, Attempt]) -> str:
    """Say what of a record is not as the log, the API and the moments of the run have it, or C('')."""
    what = f"arq's record of job {record.job} of run {run.id}"
    if record.before:
        return f"{what} was there before the POST"
    if record.job not in jobs:
        return f"{what} is of none of the jobs that the log has of it: {', '.join(sorted(jobs))}"
    end = jobs[record.job].end
    kind = end.kind if end else ""
    if record.success is not None and record.success != (kind == arq_log.COMPLETED):
        return f"{what} says success={record.success}, and the worker's log {kind}"
    if not _in_time(evidence, record):
        asked = ended(evidence, steps.RECON_POST).started
        return f"{what} has other times ({_times(record)}) than from the POST at {asked} on"
    return ""


def _in_time(evidence: Evidence, record: Record) -> bool:
    """Whether a record's times follow one another from the POST until it was read.

    The backend puts down when the job was queued, the worker the others, each by its own clock: of several
    hosts by that of any.
    """
    asked, read = (ended(evidence, name) for name in (steps.RECON_POST, steps.RECON_RECORDS))
    first = parse_time(asked.started) - clocks.of(evidence, asked.host).ahead - _CLOCKS
    last = parse_time(read.ended) - clocks.of(evidence, read.host).ahead + _CLOCKS
    off = (clocks.of_steps(evidence, name) for name in (steps.BACKEND_ENVIRONMENT, steps.WORKER_ENVIRONMENT))
    for backend, worker in product(*off):
        told = ((record.enqueued, backend), (record.started, worker), (record.finished, worker))
        moments = [parse_time(moment) - clock.ahead for moment, clock in told if moment]
        forward = all(one <= then + _CLOCKS for one, then in pairwise(moments))
        if forward and all(first <= moment <= last for moment in moments):
            return True
    return False


def _described(record: Record) -> str:
    how = "success" if record.success else "failure"
    return (
        f"arq's record of job {record.job} in {record.queue or 'its queue'} is {record.function} of "
        f"{record.arguments}, with {how}: {_times(record)}"
    )


def _times(record: Record) -> str:
    times = {"enqueued": record.enqueued, "started": record.started, "finished": record.finished}
    return ", ".join(f"{name} {time}" for name, time in times.items() if time)
