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

import re
import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, NOT_RUN, Evidence
from ...module_utils._text import github_runs
from ...module_utils._text.ci_intent import Intent
from ...module_utils._text.github_runs import Document
from . import github_log
from .base import Finding, Judge, MissingStepError, Policy, Rule, ended, met, not_met, not_proven

# What a job and its run have in common.
_SAME = ("run_id", "head_sha", "run_attempt")
# https://docs.github.com/en/rest/actions/workflow-jobs: what the status of a log that is not there says.
_NO_LOG: dict[int | None, str] = {
    404: "GitHub has no log of this job",
    410: "the log has expired and GitHub has removed it: run the job again",
}


def run_is_of_repository(evidence: Evidence, policy: Policy) -> Finding:
    """The evidence binds to the release: a fork may have the commit, and other workflows and secrets."""
    run, wanted = _run(evidence), str(policy["repository"])
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
    workflows = _items(evidence, steps.CI_WORKFLOW, "workflows")
    named = [found for found in workflows if github_runs.is_workflow(found, wanted)]
    ids = [found.get("id") for found in named]
    run, names = _run(evidence), (steps.CI_WORKFLOW, steps.CI_RUN)
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
    run, commit = _run(evidence), evidence.release.commit
    tested = f"{_named(run)} tested {run.get('head_sha')}"
    if run.get("head_sha") != commit:
        return not_met(f"{tested}, not the release's commit {commit}", steps.CI_RUN)
    return met(tested, steps.CI_RUN)


def run_is_the_dispatched(evidence: Evidence, policy: Policy) -> Finding:
    """Do: "through a PR or C(workflow_dispatch)": the run that was dispatched or, found, of this commit."""
    run, dispatch = _run(evidence), evidence.get(steps.CI_DISPATCH)
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
    run, wanted = _run(evidence), str(policy.get("run") or "ended")
    jobs = _items(evidence, steps.CI_JOBS, "jobs")
    other = [job for job in jobs if github_runs.color(job) != "GREEN" and job != _job(evidence, policy)]
    said = [f"job {job.get('name')}: {github_runs.meaning(job)}" for job in other]
    state = "; ".join([f"{_named(run)}: {github_runs.meaning(run)}", *said])
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
    pattern = str(policy.get("summary") or github_log.SUMMARY)
    lines = [line.text for line in github_log.clean(_log(evidence))]
    found = [line.strip("= ") for line in lines if re.search(pattern, line)]
    if not found:
        reason = f"no line of the job's log says that a test passed (none matches {pattern})"
        return not_proven(reason, steps.CI_JOB_LOG)
    failed = [line for line in found if re.search(github_log.FAILED, line)]
    if failed:
        return not_met(f"the log says {failed[0]!r}", steps.CI_JOB_LOG)
    return met("; ".join(found), steps.CI_JOB_LOG)


def job_result_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "job result GREEN or RED"."""
    job = _job(evidence, policy)
    if job.get("status") != github_runs.COMPLETED:
        return not_proven(f"job {job['name']}: {github_runs.meaning(job)}", steps.CI_JOBS)
    return met(f"job {job['name']} ended {job.get('conclusion')} at {job.get('completed_at')}", steps.CI_JOBS)


def job_link_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "the job's link"."""
    link = _job(evidence, policy).get("html_url")
    return met(str(link), steps.CI_JOBS) if link else not_proven("the job has no link", steps.CI_JOBS)


def error_block_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "when RED, the top error block and the log section around it"."""
    job = _job(evidence, policy)
    if github_runs.color(job) != "RED":
        return met(f"job {job['name']} is not RED: none is asked for", steps.CI_JOBS)
    cause = github_log.first_cause(_log(evidence), job.get("steps") or [])
    if cause is None:
        return not_proven(f"the log of job {job['name']} is empty", steps.CI_JOB_LOG)
    detail = f"Step: {cause.step}\n\n{cause.block}\n"
    return met(f"step {cause.step}: {cause.line}", steps.CI_JOB_LOG, detail=detail)


def job_green(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "the job is GREEN": the required job's own conclusion, for a skipped job leaves a run GREEN."""
    run = _run(evidence)
    if not _items(evidence, steps.CI_JOBS, "jobs"):
        why = f"{github_runs.meaning(run)}: {run.get('html_url')}"
        return not_met(f"{_named(run)} has no job: {why}", steps.CI_JOBS)
    job = _job(evidence, policy)
    named, meaning, link = _job_of(run, job), github_runs.meaning(job), job.get("html_url")
    if [job.get(of) for of in _SAME] != [run.get("id"), *(run.get(of) for of in _SAME[1:])]:
        reason = f"job {job['name']} is not of {_named(run)}, attempt {github_runs.attempt_of(run)}"
        return not_proven(reason, steps.CI_RUN, steps.CI_JOBS)
    if job.get("status") != github_runs.COMPLETED:
        return not_proven(f"{named}: {meaning}: {link}", steps.CI_JOBS)
    color = github_runs.color(job)
    if color == "GREEN":
        return met(f"{named} is GREEN: {link}", steps.CI_JOBS)
    said = "RED" if color else f"neither GREEN nor RED but {job.get('conclusion')}"
    line = _first_line(evidence, job)
    # What failed is said by its first error; what was stopped or never began, by that.
    said_already = job.get("conclusion") == "failure" and line
    why = line if said_already else "; ".join(filter(None, [meaning, line]))
    return not_met(f"{named} is {said}: {why}: {link}", steps.CI_JOBS, steps.CI_JOB_LOG)


def earlier_attempts(evidence: Evidence, policy: Policy) -> Finding:
    """A run that is run again hides what it was before: every attempt is evidence."""
    run = _run(evidence)
    count = github_runs.attempt_of(run)
    if count == 1:
        return met(f"{_named(run)} had one attempt", steps.CI_RUN)
    attempts = _documents(evidence, steps.CI_ATTEMPTS)
    kept = sorted(github_runs.attempt_of(attempt) for attempt in attempts)
    if kept != list(range(1, count)):
        return not_proven(f"of the {count - 1} earlier attempts, {len(kept)} were kept", steps.CI_ATTEMPTS)
    red = _not_green(attempts, _earlier_jobs(evidence, policy))
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
    run, job = _run(evidence), _job(evidence, policy)
    earlier = _documents(evidence, steps.CI_ATTEMPTS) if github_runs.attempt_of(run) > 1 else []
    red = _not_green(earlier, _earlier_jobs(evidence, policy))
    other = run_has_ended(evidence, policy).reason if run.get("conclusion") != github_runs.SUCCESS else ""
    history = "".join(f"; {more}" for more in (red, other) if more)
    fact = f"{_job_of(run, job)} is GREEN for commit {evidence.release.commit}"
    return f"{fact[0].upper()}{fact[1:]}: {job['html_url']}{history}."


judge = Judge(RULES, _summary)


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
    answered = _documents(evidence, steps.CI_DISPATCH)[0].get("workflow_run_id") if whole else None
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


def _run(evidence: Evidence) -> Document:
    return _documents(evidence, steps.CI_RUN)[0]


def _job(evidence: Evidence, policy: Policy) -> Document:
    """Return the required job; where the run does not have exactly one of that name, it is missing."""
    jobs = _items(evidence, steps.CI_JOBS, "jobs")
    wanted = str(policy.get("job") or "")
    job = github_runs.select_job(jobs, wanted)
    if job is None:
        names = ", ".join(str(found.get("name")) for found in jobs) or "none"
        asked = f"exactly one job {wanted!r}" if wanted else "exactly one job, and no job is named"
        raise MissingStepError(f"the run does not have {asked}; it has {names}")
    return job


def _log(evidence: Evidence) -> str:
    step = ended(evidence, steps.CI_JOB_LOG)
    if step.exit_status != 200:
        why = _NO_LOG.get(step.exit_status, "GitHub did not give it")
        raise MissingStepError(f"{step.title}: {why} (HTTP status {step.exit_status})")
    return step.stdout


def _first_line(evidence: Evidence, job: Document) -> str:
    """Return the first error's line of a RED job, C('') where the log does not give one."""
    if github_runs.color(job) != "RED":
        return ""
    try:
        cause = github_log.first_cause(_log(evidence), job.get("steps") or [])
    except MissingStepError:
        return ""
    return cause.line if cause else ""


def _documents(evidence: Evidence, name: str) -> list[Document]:
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


def _items(evidence: Evidence, name: str, key: str) -> list[Document]:
    """Return what a list contains; one that is not complete is as if it were missing."""
    pages = _documents(evidence, name)
    items = [item for page in pages for item in page.get(key, [])]
    # Attempts are asked for one after the other, and each answer counts its own.
    counts = {page.get("total_count", 0) for page in pages}
    if name != steps.CI_ATTEMPT_JOBS and max(counts) > len(items):
        step = ended(evidence, name)
        raise MissingStepError(f"{step.title}: {len(items)} of {max(counts)} were listed")
    return items


def _earlier_jobs(evidence: Evidence, policy: Policy) -> dict[int, Document]:
    """Return the required job of each earlier attempt that had it, by the attempt's number."""
    if evidence.get(steps.CI_ATTEMPT_JOBS) is None:
        return {}
    of_attempts: dict[int, list[Document]] = {}
    for job in _items(evidence, steps.CI_ATTEMPT_JOBS, "jobs"):
        of_attempts.setdefault(github_runs.attempt_of(job), []).append(job)
    wanted = str(policy.get("job") or "")
    found = {number: github_runs.select_job(jobs, wanted) for number, jobs in of_attempts.items()}
    return {number: job for number, job in found.items() if job is not None}


def _not_green(attempts: t.Sequence[Document], jobs: t.Mapping[int, Document]) -> str:
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


def _named(run: Document) -> str:
    return f"run {run.get('id')}"


def _job_of(run: Document, job: Document) -> str:
    return f"job {job['name']} of run {run.get('id')} (attempt {github_runs.attempt_of(run)})"
