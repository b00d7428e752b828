# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-0: the CI Postgres job is GREEN for the release's commit.

Policy: C(repository), owner and name; C(workflow), its file or display name; C(job), the required job's name,
C('') for the only one; C(mode), whether the run was to be dispatched or found; C(events), what may have
started it where it was found. Then what the checklist leaves open: C(rerun), whether a run that was run again
may pass, as it may by default: the note then names the attempts that were not GREEN; C(run), whether the
whole run has to have C(ended), by default, or be C(green), or whether the C(job) alone counts; C(summary),
the pattern of the line by which the job's log says that tests ran.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, NOT_RUN, Evidence
from ...module_utils._text import github_runs
from ...module_utils._text.ci_intent import Intent
from ...module_utils._text.github_runs import Document
from . import ci_tests, github_log
from .base import (
    NOT_MET,
    NOT_PROVEN,
    Finding,
    Judge,
    MissingStepError,
    Policy,
    Rule,
    ended,
    met,
    not_met,
    not_proven,
)
from .ci_answers import documents, earlier_jobs, items, log_of, not_green, required_jobs, run_of

# What a job and its run have in common.
_SAME = ("run_id", "head_sha", "run_attempt")


def run_is_of_repository(evidence: Evidence, policy: Policy) -> Finding:
    """The evidence binds to the release: a fork may have the commit, and other workflows and secrets."""
    run, wanted = run_of(evidence), str(policy["repository"])
    have = [str((run.get(of) or {}).get("full_name")) for of in ("repository", "head_repository")]
    if [name.lower() for name in have] == [wanted.lower()] * 2:
        return met(f"{_named(run)} is of {wanted}, and so is what it tested", steps.CI_RUN)
    if "None" in have:
        return not_proven(f"{_named(run)} does not say of which repository it is", steps.CI_RUN)
    reason = f"{_named(run)} is of {have[0]} and tested what is in {have[1]}, required is {wanted}"
    return not_met(reason, steps.CI_RUN)


def workflow_ran(evidence: Evidence, policy: Policy) -> Finding:
    """Do: "Run the GitHub Actions workflow Backend PSP-03D Postgres Tests"."""
    wanted = str(policy["workflow"])
    workflows = items(evidence, steps.CI_WORKFLOW, "workflows")
    named = [found for found in workflows if github_runs.is_workflow(found, wanted)]
    ids = [found.get("id") for found in named]
    run, names = run_of(evidence), (steps.CI_WORKFLOW, steps.CI_RUN)
    if not ids:
        return not_proven(f"no workflow {wanted!r} was found", steps.CI_WORKFLOW)
    if run.get("workflow_id") not in ids:
        return not_met(f"{_named(run)} is of the workflow {run.get('name')!r}", *names)
    # A workflow keeps its id when its file is renamed or replaced; a run names the file that it came from.
    path, paths = str(run.get("path", "")).partition("@")[0], {str(found.get("path")) for found in named}
    if path not in paths:
        files = " or ".join(sorted(paths))
        return not_met(f"{_named(run)} came from the file {path!r}, and the workflow's is {files}", *names)
    return met(f"{_named(run)} is of the workflow {wanted!r}", *names)


def run_is_of_release(evidence: Evidence, policy: Policy) -> Finding:
    """The evidence binds to the release: what another commit's tests say proves nothing."""
    run, commit = run_of(evidence), evidence.release.commit
    tested = f"{_named(run)} tested {run.get('head_sha')}"
    if run.get("head_sha") != commit:
        return not_met(f"{tested}, not the release's commit {commit}", steps.CI_RUN)
    return met(tested, steps.CI_RUN)


def run_is_the_dispatched(evidence: Evidence, policy: Policy) -> Finding:
    """Do: "through a PR or C(workflow_dispatch)": the run that was dispatched or, found, of this commit."""
    run, dispatch = run_of(evidence), evidence.get(steps.CI_DISPATCH)
    if policy["mode"] == "find":
        return _started_by(run, policy["events"])
    if dispatch is not None and dispatch.outcome != NOT_RUN:
        return _dispatched(evidence, run)
    if evidence.get(steps.CI_DISPATCH_INTENT) is not None:
        return _came_of_intent(evidence, run, steps.CI_DISPATCH_INTENT, timely=True)
    # A run that bore this attempt's marker already was taken up: nothing was sent a second time.
    if evidence.get(steps.CI_RUNS_BEFORE) is None:
        return not_proven("a run was to be dispatched, and no dispatch was kept", steps.CI_RUN)
    return _started_by(run, [github_runs.DISPATCHED])


def run_has_ended(evidence: Evidence, policy: Policy) -> Finding:
    """What is left of the run may still turn RED, or be what the job's tests were to be held against."""
    run, wanted = run_of(evidence), str(policy.get("run") or "ended")
    jobs, required = items(evidence, steps.CI_JOBS, "jobs"), required_jobs(evidence, policy)
    other = [job for job in jobs if github_runs.color(job) != "GREEN" and job not in required]
    said = [f"job {job.get('name')}: {github_runs.meaning(job)}" for job in other]
    state = "; ".join([f"run {run.get('id')}: {github_runs.meaning(run)}", *said])
    names = (steps.CI_RUN, steps.CI_JOBS)
    if wanted == "job":
        return met(f"the job alone counts ({state})", *names)
    if run.get("status") != github_runs.COMPLETED:
        return not_proven(state, *names)
    if wanted == "green" and run.get("conclusion") != github_runs.SUCCESS:
        return not_met(state, *names)
    return met(state, *names)


def tests_ran(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "the job is GREEN" means that tests passed. GitHub shows GREEN where none ran, too."""
    given, commit, of = policy.get("summary"), evidence.release.commit, str(policy["repository"])

    def decide(one: _Required) -> Finding:
        return ci_tests.of_other_code(one.log(), commit, of) or ci_tests.ran(one.log(), str(given or ""))

    return _each(evidence, policy, decide, named=True)


def job_result_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "job result GREEN or RED"."""

    def decide(one: _Required) -> Finding:
        job = one.job
        if job.get("status") != github_runs.COMPLETED:
            return not_proven(f"job {job['name']}: {github_runs.meaning(job)}", steps.CI_JOBS)
        said = f"job {job['name']} ended {job.get('conclusion')} at {job.get('completed_at')}"
        return met(said, steps.CI_JOBS)

    return _each(evidence, policy, decide)


def job_link_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "the job's link"."""

    def decide(one: _Required) -> Finding:
        link = one.job.get("html_url")
        return met(str(link), steps.CI_JOBS) if link else not_proven("the job has no link", steps.CI_JOBS)

    return _each(evidence, policy, decide)


def error_block_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "when RED, the top error block and the log section around it"."""
    required = _required(evidence, policy)
    red = next((one for one in required if github_runs.color(one.job) == "RED"), None)
    if red is None:
        names = ", ".join(one.job["name"] for one in required)
        return met(f"job {names} is not RED: none is asked for", steps.CI_JOBS)
    cause = github_log.first_cause(red.log(), red.job.get("steps") or [])
    if cause is None:
        return not_proven(f"the log of job {red.job['name']} is empty", steps.CI_JOB_LOG)
    detail = f"Step: {cause.step}\n\n{cause.block}\n"
    return met(f"step {cause.step}: {cause.line}", steps.CI_JOB_LOG, detail=detail)


def job_green(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "the job is GREEN": the required job's own conclusion, for a skipped job leaves a run GREEN."""
    run = run_of(evidence)
    if not items(evidence, steps.CI_JOBS, "jobs"):
        reason = f"{_named(run)} has no job: {github_runs.meaning(run)}: {run.get('html_url')}"
        return not_met(reason, steps.CI_JOBS)
    return _each(evidence, policy, _is_green)


def earlier_attempts(evidence: Evidence, policy: Policy) -> Finding:
    """A run that is run again hides what it was before: every attempt is evidence."""
    run = run_of(evidence)
    count = github_runs.attempt_of(run)
    if count == 1:
        return met(f"{_named(run)} had one attempt", steps.CI_RUN)
    attempts = documents(evidence, steps.CI_ATTEMPTS)
    kept = sorted(github_runs.attempt_of(attempt) for attempt in attempts)
    if kept != list(range(1, count)):
        there = len(set(kept).intersection(range(1, count)))
        return not_proven(f"of the {count - 1} earlier attempts, {there} were kept", steps.CI_ATTEMPTS)
    red = not_green(attempts, earlier_jobs(evidence, policy))
    if red and not policy.get("rerun", True):
        return not_met(f"{red}, and a run that was run again is not allowed to pass", steps.CI_ATTEMPTS)
    return met(red or f"all {count - 1} earlier attempts were GREEN", steps.CI_RUN, steps.CI_ATTEMPTS)


RULES = (
    Rule("ci_release_commit", "The CI run is of the release's commit", run_is_of_release),
    Rule("ci_repository", "The CI run is of the release's repository", run_is_of_repository),
    Rule("ci_workflow", "The CI run is of the required workflow", workflow_ran),
    Rule("ci_run_identity", "The CI run is the one that was dispatched or asked for", run_is_the_dispatched),
    Rule("ci_job_green", "The CI job is GREEN", job_green),
    Rule("ci_tests_ran", "The CI job's log shows that tests ran and passed", tests_ran),
    Rule("ci_run_ended", "The CI run has ended", run_has_ended),
    Rule("ci_job_result", "The CI job's result is kept", job_result_kept),
    Rule("ci_job_link", "The CI job's link is kept", job_link_kept),
    Rule("ci_error_block", "A RED job's top error block and log section are kept", error_block_kept),
    Rule("ci_attempts", "Every attempt of the CI run is kept", earlier_attempts),
)


def _summary(evidence: Evidence, policy: Policy) -> str:
    required = _required(evidence, policy)
    run, number = required[0].run, github_runs.attempt_of(required[0].run)
    earlier = documents(evidence, steps.CI_ATTEMPTS) if number > 1 else []
    red = not_green(earlier, earlier_jobs(evidence, policy))
    other = run_has_ended(evidence, policy).reason if run.get("conclusion") != github_runs.SUCCESS else ""
    history = "".join(f"; {more}" for more in (red, other) if more)
    names = " and ".join(one.job["name"] for one in required)
    links = ", ".join(str(one.job["html_url"]) for one in required)
    whole = f"{names} of {_named(run)} (attempt {number})"
    said = f"Jobs {whole} are GREEN" if required[1:] else f"Job {whole} is GREEN"
    return f"{said} for commit {evidence.release.commit}: {links}{history}."


judge = Judge(RULES, _summary)


def _is_green(one: _Required) -> Finding:
    run, job, named = one.run, one.job, one.named
    meaning, link = github_runs.meaning(job), job.get("html_url")
    if [job.get(of) for of in _SAME] != [run.get("id"), *(run.get(of) for of in _SAME[1:])]:
        reason = f"job {job['name']} is not of {_named(run)}, attempt {github_runs.attempt_of(run)}"
        return not_proven(reason, steps.CI_RUN, steps.CI_JOBS)
    if job.get("status") != github_runs.COMPLETED:
        return not_proven(f"{named}: {meaning}: {link}", steps.CI_JOBS)
    color = github_runs.color(job)
    if color == "GREEN":
        return met(f"{named} is GREEN: {link}", steps.CI_JOBS)
    said = "RED" if color else f"neither GREEN nor RED but {job.get('conclusion')}"
    line = _first_line(one)
    # What failed is said by its first error; what was stopped or never began, by that.
    said_already = job.get("conclusion") == "failure" and line
    why = line if said_already else "; ".join(filter(None, [meaning, line]))
    return not_met(f"{named} is {said}: {why}: {link}", steps.CI_JOBS, steps.CI_JOB_LOG)


def _started_by(run: Document, allowed: t.Sequence[str]) -> Finding:
    reason = f"{_named(run)} was started by {run.get('event')} at {run.get('created_at')}"
    if run.get("event") not in allowed:
        return not_met(f"{reason}, not by {' or '.join(allowed)}", steps.CI_RUN)
    return met(reason, steps.CI_RUN)


def _dispatched(evidence: Evidence, run: Document) -> Finding:
    """Hold the run against the dispatch: by the id that GitHub gave or, where it gave none, by its intent."""
    step, names = evidence.get(steps.CI_DISPATCH), (steps.CI_DISPATCH, steps.CI_RUN)
    # Only an answer with this status has a body, and only a whole one can name the run.
    whole = step is not None and (step.outcome, step.exit_status) == (ENDED, 200)
    answered = documents(evidence, steps.CI_DISPATCH)[0].get("workflow_run_id") if whole else None
    if answered is None:
        return _came_of_intent(evidence, run, steps.CI_DISPATCH, timely=False)
    reason = f"GitHub answered the dispatch with run {answered}"
    if run.get("id") == answered:
        return met(reason, *names)
    return not_met(f"{reason}, and {_named(run)} was looked at", *names)


def _came_of_intent(evidence: Evidence, run: Document, step: str, *, timely: bool) -> Finding:
    """Hold a run against what was meant to be dispatched, where no answer says which run it was."""
    intent = Intent.from_dict(github_runs.documents(ended(evidence, steps.CI_DISPATCH_INTENT).stdout)[0])
    if not intent.moment and not intent.marker:
        return not_proven("the server's time before the dispatch was not kept", steps.CI_RUNS_BEFORE)
    named = f"{_named(run)}, created at {run.get('created_at')}"
    why_not = intent.why_not(run, timely=timely)
    if why_not:
        return not_met(f"{named}, is not that of the dispatch: {why_not}", step, steps.CI_RUN)
    return met(f"{named}, came with the dispatch", step, steps.CI_RUN)


@dataclass(frozen=True)
class _Required:
    """A required job, of its run."""

    job: Document
    run: Document
    log: t.Callable[[], str]  # raises MissingStepError where there is none

    @property
    def named(self) -> str:
        return (
            f"job {self.job['name']} of run {self.run.get('id')} (attempt {github_runs.attempt_of(self.run)})"
        )


def _required(evidence: Evidence, policy: Policy) -> list[_Required]:
    run, jobs = run_of(evidence), required_jobs(evidence, policy)
    logs = [partial(log_of, evidence, job, alone=len(jobs) == 1) for job in jobs]
    return [_Required(job, run, log) for job, log in zip(jobs, logs, strict=True)]


def _each(
    evidence: Evidence, policy: Policy, decide: t.Callable[[_Required], Finding], *, named: bool = False
) -> Finding:
    """Decide on each required job: all have to be met, and the first that is not is the reason."""
    required = _required(evidence, policy)
    found = [(one, _decided(decide, one)) for one in required]
    if named and len(found) > 1:
        found = [(one, replace(each, reason=f"{one.job['name']}: {each.reason}")) for one, each in found]
    for result in (NOT_MET, NOT_PROVEN):
        bad = [each for _one, each in found if each.result == result]
        if bad:
            more = f" (and {len(bad) - 1} more of its {len(found)} jobs)" if bad[1:] else ""
            return replace(bad[0], reason=f"{bad[0].reason}{more}")
    return replace(found[0][1], reason="; ".join(each.reason for _one, each in found))


def _decided(decide: t.Callable[[_Required], Finding], one: _Required) -> Finding:
    try:
        return decide(one)
    except MissingStepError as exc:
        return not_proven(str(exc))


def _first_line(one: _Required) -> str:
    """Return the first error's line of a RED job, C('') where the log does not give one."""
    if github_runs.color(one.job) != "RED":
        return ""
    try:
        cause = github_log.first_cause(one.log(), one.job.get("steps") or [])
    except MissingStepError:
        return ""
    return cause.line if cause else ""


def _named(run: Document) -> str:
    return f"run {run.get('id')}"
