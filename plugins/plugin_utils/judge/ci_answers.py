# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What GitHub answered about the run and its jobs, as Package-0's evidence has it."""

from __future__ import annotations

import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence
from ...module_utils._text import github_runs
from ...module_utils._text.github_runs import Document
from .base import MissingStepError, Policy, ended

# https://docs.github.com/en/rest/actions/workflow-jobs: what the status of a log that is not there says.
_NO_LOG: dict[int | None, str] = {
    404: "GitHub has no log of this job",
    410: "the log has expired and GitHub has removed it: run the job again",
}


def run_of(evidence: Evidence) -> Document:
    """Return the run."""
    return documents(evidence, steps.CI_RUN)[0]


def required_jobs(evidence: Evidence, policy: Policy) -> list[Document]:
    """Return the required job, or all that a matrix or a reusable workflow made of it.

    Raises:
        MissingStepError: which they are is not certain.
    """
    jobs = items(evidence, steps.CI_JOBS, "jobs")
    wanted = str(policy.get("job") or "")
    found = github_runs.select_jobs(jobs, wanted)
    if not found:
        names = ", ".join(str(job.get("name")) for job in jobs) or "none"
        asked = f"exactly one job {wanted!r}" if wanted else "exactly one job, and no job is named"
        raise MissingStepError(f"the run does not have {asked}: it has {names}")
    return found


def log_of(evidence: Evidence, job: Document, *, alone: bool) -> str:
    """Return a job's log; that of a job that is C(alone) is the only one there is.

    Raises:
        MissingStepError: it was not kept, or GitHub did not give it.
    """
    title = steps.CI_JOB_LOG.about(job=job.get("name", "")).heading
    kept = [
        step for step in evidence.steps if step.name == steps.CI_JOB_LOG and (alone or step.title == title)
    ]
    if evidence.get(steps.CI_JOB_LOG) is not None and not kept:
        raise MissingStepError(f"{title}: it was not kept")
    step = ended(
        Evidence(evidence.package, evidence.release, tuple(kept)) if kept else evidence, steps.CI_JOB_LOG
    )
    if step.exit_status != 200:
        why = _NO_LOG.get(step.exit_status, "GitHub did not give it")
        raise MissingStepError(f"{step.title}: {why} (HTTP status {step.exit_status})")
    return step.stdout


def documents(evidence: Evidence, name: str) -> list[Document]:
    """Return the JSON documents of a step; any status but 200, or no JSON, is as if it were missing."""
    step = ended(evidence, name)
    if step.exit_status != 200:
        raise MissingStepError(f"{step.title}: HTTP status {step.exit_status}")
    try:
        found = github_runs.documents(step.stdout)
    except ValueError:
        found = []
    if not found:
        raise MissingStepError(f"{step.title}: the answer is no JSON object")
    return found


def items(evidence: Evidence, name: str, key: str) -> list[Document]:
    """Return what a list contains; one that is not complete is as if it were missing."""
    pages = documents(evidence, name)
    items = [item for page in pages for item in page.get(key, [])]
    # Attempts are asked for one after the other, and each answer counts its own.
    counts = {page.get("total_count", 0) for page in pages}
    if name != steps.CI_ATTEMPT_JOBS and max(counts) > len(items):
        step = ended(evidence, name)
        raise MissingStepError(f"{step.title}: {len(items)} of {max(counts)} were listed")
    return items


def earlier_jobs(evidence: Evidence, policy: Policy) -> dict[int, Document]:
    """Return the required job of each earlier attempt that had it, by the attempt's number.

    Of several that a matrix made, one that did not pass.
    """
    if evidence.get(steps.CI_ATTEMPT_JOBS) is None:
        return {}
    of_attempts: dict[int, list[Document]] = {}
    for job in items(evidence, steps.CI_ATTEMPT_JOBS, "jobs"):
        of_attempts.setdefault(github_runs.attempt_of(job), []).append(job)
    wanted = str(policy.get("job") or "")
    found = {number: github_runs.select_jobs(jobs, wanted) for number, jobs in of_attempts.items()}
    other = {
        number: [job for job in jobs if job.get("conclusion") != "success"] for number, jobs in found.items()
    }
    return {number: (other[number] or jobs)[0] for number, jobs in found.items() if jobs}


def not_green(attempts: t.Sequence[Document], jobs: t.Mapping[int, Document]) -> str:
    """Return the sentence that names the attempts that did not pass, or C('').

    An attempt passed where its required job did: a job that was skipped leaves a run a success.
    """
    said = []
    for attempt in attempts:
        number, whole = github_runs.attempt_of(attempt), attempt.get("conclusion")
        job = jobs[number].get("conclusion") if number in jobs else github_runs.SUCCESS
        if {whole, job} != {github_runs.SUCCESS}:
            of_job = f", its job {job}" if job != github_runs.SUCCESS else ""
            said.append(f"attempt {number} was {whole}{of_job}")
    return " and ".join(said)
