# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-3, PSP-03D: the queue is enabled, and one run went through it from the API to the worker and back.

Policy: C(environment), the worker's C(ENV); C(runner), the backend's C(RECON_RUNNER); C(require_completed),
whether a run that ended failed is not enough;
C(api), how runs are asked for; C(variables), the names of the services' variables; C(left_out).
"""

from __future__ import annotations

import re
from itertools import pairwise

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import FAILED, Evidence, Step, parse_time
from ...module_utils._text import arq_log, recon, service_variables
from ...module_utils._text.run_api import RunApi
from ...module_utils._text.service_variables import DATABASE, REDIS
from . import clocks, connections, queue_job, recon_run, running
from .base import Finding, Judge, Policy, Rule, ended, last_line, left_out, met, not_met, not_proven
from .clocks import Moment
from .recon_run import Run

# So many lines are quoted that have a run, and are not the worker's own.
_QUOTED = 10
_MAXMEMORY_POLICY = re.compile(r"^maxmemory[-_]policy[\n:](?P<value>\S+)", re.MULTILINE)


def redis_healthcheck(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: "a Redis service with a healthcheck". Minimum evidence: "Redis healthcheck output"."""
    # Its own host is asked where the inventory says how, the worker's always.
    asked = [steps.REDIS_PING, *([steps.REDIS_HOST_PING] if evidence.get(steps.REDIS_HOST_PING) else [])]
    for ping in [ended(evidence, name) for name in asked]:
        if ping.exit_status != 0 or ping.stdout.strip() != "PONG":
            return not_met(f"PING got no PONG: {' '.join(ping.output.split())}", ping.name)
    return met("PING was answered PONG", *asked)


def redis_keeps_jobs(evidence: Evidence, policy: Policy) -> Finding:
    """A Redis that evicts (C(maxmemory-policy) other than C(noeviction)) loses jobs.

    C(INFO) contains it, too, where C(CONFIG) is forbidden.
    """
    for step in filter(None, map(evidence.get, (steps.REDIS_CONFIG, steps.REDIS_INFO))):
        found = _MAXMEMORY_POLICY.search(step.stdout)
        if found:
            decide = met if found["value"] == "noeviction" else not_met
            return decide(f"maxmemory-policy is {found['value']}", step.name)
    config = ended(evidence, steps.REDIS_CONFIG)
    return not_proven(f"Redis does not report its maxmemory-policy{last_line(config.stderr)}", config.name)


def redis_serves(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: a Redis that the queue can be kept in: no replica, its data loaded. Whether it saves is said.

    Where C(INFO) is forbidden, a job that went through it proves that it can be written.
    """
    info, config = evidence.get(steps.REDIS_INFO), evidence.get(steps.REDIS_CONFIG)
    told = dict(re.findall(r"^(\w+):([^\r\n]*)", info.stdout if info else "", re.MULTILINE))
    if info is None or "role" not in told:
        if recon_run.is_proven(evidence, policy):
            return met("a job went through it; INFO does not show how it saves", steps.RECON_WORKER_LOG)
        return not_proven("INFO does not show its role")
    if told["role"] != "master" or told.get("loading") != "0":
        return not_met(f"its role is {told['role']}, loading={told.get('loading')}", info.name)
    points = re.search(r"^save\n(\d[\d ]*)$", config.stdout if config else "", re.MULTILINE)
    saves = [f"by snapshots ({points[1]})"] if points else []
    saves += ["by its append-only file"] if told.get("aof_enabled") == "1" else []
    how = f"it saves {' and '.join(saves)}" if saves else "it saves nothing: what is queued ends with it"
    return met(f"it is a master, its data loaded; {how}", info.name)


def enabled(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: what sets Redis, the worker and the backend up went through, where it was run."""
    name = steps.QUEUE_ENABLEMENT
    broken = [step for step in evidence.steps if step.name == name and step.outcome == FAILED]
    if broken:
        return not_met("; ".join(f"{step.host}: {step.reason}" for step in broken), name)
    return met("nothing broke down")


def worker_environment(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: "a worker service C(arq …) with C(DATABASE_URL) (staging), C(REDIS_URL), C(ENV=staging)"."""
    given = {service_variables.LABELS[kind]: _required(policy, kind) for kind in (DATABASE, REDIS)}
    name = service_variables.described(policy.get("variables"))["environment"]
    return running.shows(evidence, steps.WORKER_ENVIRONMENT, name, str(policy["environment"]), given)


def worker_start_log(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: "the first 20 lines of the worker's start log (its Redis connection among them)"."""
    log = ended(evidence, steps.WORKER_START_LOG)
    if not arq_log.says_start(log.stdout):
        return not_met(f"the worker does not say that it starts{last_line(log.stdout)}", log.name)
    connection = arq_log.redis_line(log.stdout)
    if not connection:
        return not_met(f"no line shows a Redis connection{last_line(log.stdout)}", log.name)
    return met(f"{len(log.stdout.splitlines())} lines are kept, among them {connection!r}", log.name)


def backend_runner(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: "the backend with C(RECON_RUNNER=queue)", as the running process was started."""
    name = service_variables.described(policy.get("variables"))["runner"]
    return running.shows(evidence, steps.BACKEND_ENVIRONMENT, name, str(policy["runner"]))


def backend_without_runner(evidence: Evidence, policy: Policy) -> Finding:
    """A backend that always queues has no such variable: then none of its processes was started with it."""
    name = service_variables.described(policy.get("variables"))["runner"]
    found = running.processes(evidence, steps.BACKEND_ENVIRONMENT)
    if not found or any(process.shown.get(name) for process in found):
        return backend_runner(evidence, policy)
    return left_out(f"no process of it was started with {name}", steps.BACKEND_ENVIRONMENT)


def same_redis(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: the backend with "the same C(REDIS_URL) as the worker", by digests and by their connections.

    The variable must be the same; that both use it, and its database, Redis' list of clients shows.
    """
    return connections.weigh(
        evidence, policy, connections.REDIS, _same_redis_url(evidence, policy), enough=False
    )


def _same_redis_url(evidence: Evidence, policy: Policy) -> Finding:
    digests, names = running.digests(evidence, "REDIS_URL"), running.BOTH
    if not all(digest.given for digest in digests):
        return not_met(f"a running process was started without {_required(policy, REDIS)}", *names)
    if not all(digest.value for digest in digests):
        return not_proven("the digests were taken without a key", *names)
    if len({digest.value for digest in digests}) == 1:
        return met(f"the digests of all {len(digests)} processes are equal", *names)
    if len({digest.endpoint for digest in digests}) == 1:
        return not_met("they name the same Redis, but differ in password or spelling", *names)
    return not_met("worker and backend were started with different ones", *names)


def same_database(evidence: Evidence, policy: Policy) -> Finding:
    """3.1: the worker's C(DATABASE_URL) is staging's, the one that the backend has.

    Postgres' list of sessions shows which database each is connected to, however it was configured.
    """
    return connections.weigh(
        evidence, policy, connections.POSTGRES, _same_database_url(evidence, policy), enough=True
    )


def _same_database_url(evidence: Evidence, policy: Policy) -> Finding:
    """Compare what the processes were started with.

    Drivers may differ, so what the URLs name is compared. Where a host has two names, a run that the
    worker carried out and that the API then showed as ended proves it, too.
    """
    endpoints = [digest.endpoint for digest in running.digests(evidence, "DATABASE_URL")]
    if all(endpoints) and len(set(endpoints)) == 1:
        return met("worker and backend name the same host, port, user and database", *running.BOTH)
    if recon_run.is_proven(evidence, policy):
        other = "spelled differently" if all(endpoints) else "not given everywhere as DATABASE_URL"
        reason = f"{other}, but the run that the worker carried out ended in the API"
        return met(reason, *running.BOTH, steps.RECON_LIFECYCLE, steps.RECON_WORKER_LOG)
    if all(endpoints):
        return not_met("worker and backend name different databases", *running.BOTH)
    return not_proven("DATABASE_URL is not given everywhere, or the digests have no key", *running.BOTH)


def post_queued(evidence: Evidence, policy: Policy) -> Finding:
    """3.2: C(POST /api/v1/reconciliation/runs) "answers C(status="queued") and an C(id)"."""
    post = ended(evidence, steps.RECON_POST)
    api = RunApi(policy.get("api") or {})
    run_id, state = api.id_of(post.stdout), api.state(post.stdout)
    if post.exit_status == recon.TOO_MANY_REQUESTS:
        return not_proven("the API answered 429 until the limit", steps.RECON_POST)
    if not 200 <= (post.exit_status or 0) < 300:
        return not_met(f"the POST was answered {post.exit_status}{last_line(post.stdout)}", steps.RECON_POST)
    has = f"the answer has id {run_id or 'none'} and status {api.said(post.stdout) or 'none'}"
    if run_id and not api.answers_queued:
        return met(f"{has}; package_3_queue_api says that none is to be expected", steps.RECON_POST)
    decide = met if run_id and state == recon.QUEUED else not_met
    return decide(has, steps.RECON_POST)


def api_lifecycle(evidence: Evidence, policy: Policy) -> Finding:
    """3.2: GET "shows queued → running → completed or failed".

    C(running) may be too short for any poll to meet it: then the worker's start line proves it.
    """
    run = recon_run.find(evidence, policy)
    if run.state not in recon.TERMINAL:
        return _not_ended(run)
    if not run.forward:
        return not_met(f"run {run.id} went {' → '.join(run.states)}", steps.RECON_LIFECYCLE)
    if policy.get("require_completed") and run.state != recon.COMPLETED:
        return not_met(f"run {run.id} ended failed, and completed is required", steps.RECON_LIFECYCLE)
    if not run.running_shown_by:
        reason = f"neither a poll nor the worker's log shows run {run.id} running"
        return not_proven(reason, steps.RECON_LIFECYCLE)
    reason = f"run {run.id} {_went(run)}; {run.running_shown_by} shows running"
    return met(reason, steps.RECON_POST, steps.RECON_LIFECYCLE, steps.RECON_WORKER_LOG)


def worker_log(evidence: Evidence, policy: Policy) -> Finding:
    """3.2: "the worker log has C(started), then C(completed) or C(failed), for the same run_id".

    arq's words for it are C(→), then C(←) or C(!), joined by the job's id, in what was logged since before
    the POST. Other workers on the queue, which could have carried the run out, too, are named.
    """
    run, others = recon_run.find(evidence, policy), connections.other_workers(evidence)
    if not run.attempts:
        why = _jobs_that_never_started(ended(evidence, steps.RECON_WORKER_LOG))
        if run.state in (recon.RUNNING, *recon.TERMINAL):
            why += f", though the API shows it {run.state}: no worker of this log carried it out"
        named = _lines_with(evidence, run)
        has = f"no line since the POST contains run {run.id}"
        if named:
            has = f"no line since the POST is arq's own of run {run.id}, though {len(named)} contain it"
        return not_met(f"{has}{why}{others}", steps.RECON_WORKER_LOG, detail="\n".join(named[:_QUOTED]))
    last = (run.finished or run.attempts)[-1]
    fate = last.end.kind if last.end else "no line ends it"
    decide = met if last.finished else not_met
    lines = "\n".join(event.line.strip() for event in (last.start, last.end) if event)
    link = "and" if last.finished else "but"
    reason = f"job {last.start.job} of run {run.id} started, {link} {fate}{others}"
    return decide(reason, steps.RECON_WORKER_LOG, detail=lines)


def get_response(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "the GET response (lifecycle)"."""
    answer, run = ended(evidence, steps.RECON_GET), recon_run.find(evidence, policy)
    state = run.state_in(recon.Poll(answer.started, answer.exit_status, answer.stdout))
    if state in recon.TERMINAL:
        return met(f"the last answer shows run {run.id} {state}", steps.RECON_GET)
    return not_proven(f"the last answer ({answer.exit_status}) shows no end of run {run.id}", steps.RECON_GET)


def in_order(evidence: Evidence, policy: Policy) -> Finding:
    """The worker ran and its log was marked before the POST; the run ended after it, and was read then."""
    names = (steps.WORKER_ENVIRONMENT, steps.RECON_POST, steps.RECON_GET, steps.RECON_WORKER_LOG)
    log, post, last = (ended(evidence, name) for name in (names[-1], *names[1:-1]))
    workers = running.by_host(evidence, steps.WORKER_ENVIRONMENT)
    if not workers:
        return not_proven("no worker process is running", steps.WORKER_ENVIRONMENT)
    host, first = min(workers, key=lambda one: parse_time(one[1].started) - clocks.of(evidence, one[0]).ahead)
    moments = (
        ("start of the worker", Moment(host, first.started)),
        ("mark in the worker's log", Moment(log.host, log.started)),
        ("POST", Moment(post.host, post.started)),
        ("end of the run in the API", Moment(last.host, last.ended)),
        ("reading of the worker's log", Moment(log.host, log.ended)),
    )
    for (one, earlier), (then, later) in pairwise(moments):
        if clocks.is_after(evidence, earlier, later):
            return not_met(f"{then} ({later.at}) before {one} ({earlier.at})", *names)
    run = recon_run.find(evidence, policy)
    if run.state not in recon.TERMINAL or not run.finished:
        where = "the worker's log" if run.state in recon.TERMINAL else "the API"
        return not_proven(f"run {run.id} has no end in {where}", *names)
    return met(", ".join(name for name, _moment in moments), *names)


RULES = (
    # First, since what did not come up is the cause of whatever else is missing.
    Rule("enabled", "Redis, worker and backend were set up", enabled),
    Rule("redis_healthcheck", "Redis answers its healthcheck", redis_healthcheck),
    Rule("redis_noeviction", "Redis evicts nothing", redis_keeps_jobs),
    Rule("worker_environment", "the worker runs with DATABASE_URL, REDIS_URL and ENV", worker_environment),
    Rule("worker_start_log", "the worker's start log shows its Redis connection", worker_start_log),
    Rule(
        "backend_runner",
        "the backend runs with RECON_RUNNER=queue",
        backend_runner,
        instead=backend_without_runner,
    ),
    Rule("same_redis_url", "backend and worker have the same REDIS_URL", same_redis),
    Rule("same_database", "backend and worker have the same database", same_database),
    Rule("post_queued", "the POST answers queued and an id", post_queued),
    Rule("api_lifecycle", "the API shows queued → running → completed or failed", api_lifecycle),
    Rule("worker_log", "the worker's log has the run's start and end", worker_log),
    Rule("job_record", "API, log and arq's record agree on the run's job", queue_job.job_record),
    Rule("get_response", "the GET's answer is kept", get_response),
    Rule("redis_serves", "Redis is a master that has loaded its data", redis_serves),
    Rule("deployed_code", "worker and backend run the deployed code", running.deployed_code),
    Rule("order", "it all happened in this order", in_order),
)


def _summary(evidence: Evidence, policy: Policy) -> str:
    run = recon_run.find(evidence, policy)
    attempt = run.finished[-1]
    outcome = attempt.end.kind if attempt.end else ""
    counts = " (the checklist takes completed or failed)" if run.state == recon.FAILED else ""
    return (
        f"Run {run.id} {_went(run)} in the API{counts}, {run.running_shown_by} "
        f"showing running, and its job {attempt.start.job} started and {outcome} in the worker's log."
    )


judge = Judge(RULES, _summary)


def _went(run: Run) -> str:
    """Say which states a run that has ended went through, as far as its API shows them."""
    if run.api.answers_queued:
        return f"went queued → running → {run.state}"
    shown = " → ".join(run.states)
    return f"is shown as {shown} (this API has no word for it before)"


def _required(policy: Policy, kind: str) -> str:
    return service_variables.required(policy.get("variables"), kind)


def _not_ended(run: Run) -> Finding:
    """Say how far the run came. That the API asks for patience is evidence of nothing."""
    answers = f", other answers: {run.answers}" if run.answers else ""
    if run.state:
        reason = f"run {run.id} was still {run.state} when the limit was reached{answers}"
        return not_met(reason, steps.RECON_LIFECYCLE)
    decide = not_met if re.search(r"\b5\d\d\b", run.answers) else not_proven
    return decide(f"no answer shows run {run.id}{answers}", steps.RECON_LIFECYCLE)


def _lines_with(evidence: Evidence, run: Run) -> list[str]:
    """Return what the logs that were marked before the POST have of a run, whoever wrote it."""
    post = ended(evidence, steps.RECON_POST)
    logs = [step for step in evidence.steps if step.name == steps.RECON_WORKER_LOG]
    kept = [log.stdout for log in logs if recon_run.is_before(evidence, log, post)]
    return [line.strip() for text in kept for line in text.split("\n") if run.id in line]


def _jobs_that_never_started(log: Step) -> str:
    """Quote what the worker says of a job that it could not start, which has no run's id."""
    events = arq_log.events(log.stdout)
    lines = [event.line.strip() for event in events if event.detail in arq_log.NEVER_STARTED]
    return f"; {lines[-1]}" if lines else ""
