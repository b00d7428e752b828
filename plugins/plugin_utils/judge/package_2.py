# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-2, STG-ROLL: the flags are on, the backfill is done, the smoke passes, and no webhook spikes.

Policy: C(flags), a list of C(name), C(variable) and C(pointer); C(spec), the end-to-end spec's file;
C(code), the error code of a refused signature; C(minimum_requests); C(commit_pointer), empty where the
running backend is not asked for its commit; and C(spike): C(p_value), C(floor), C(rate_ratio) and C(share);
C(words), those of the backfill's summary; and C(left_out).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence, Step
from ...module_utils._text import backfill, flags, webhook_log
from . import backfill_runs, e2e, rollout_flags, spike
from .base import (
    MET,
    Finding,
    Judge,
    MissingStepError,
    Policy,
    Rule,
    ended,
    last_line,
    met,
    not_met,
    not_proven,
)


def signature_enforced(evidence: Evidence, policy: Policy) -> Finding:
    """Flags: C(webhook_signature_enforced) has its effect: a webhook without a signature is refused."""
    step = ended(evidence, steps.WEBHOOK_PROBE)
    answer = f"POST {{}} without a signature is answered {step.exit_status}"
    if step.exit_status == 401 and policy["code"] in step.stdout:
        return met(f"{answer} {policy['code']}", steps.WEBHOOK_PROBE)
    if step.exit_status is not None and step.exit_status >= 500:
        return not_proven(answer, steps.WEBHOOK_PROBE)
    return not_met(f"{answer}, not 401 {policy['code']}", steps.WEBHOOK_PROBE)


def webhooks_covered(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "proof of a 401 spike or of none": traffic, in a log that would show a spike."""
    window = _window(ended(evidence, steps.WEBHOOK_WINDOW))
    head, failed = window.head, window.total.status_5xx
    seen = f"the log shows {head['enforced']} webhooks, accepted or refused, while the flags were on"
    if failed:
        seen += f", and {failed} on which the backend failed (5xx)"
    if unsound := _unsound(head):
        return not_proven(unsound, steps.WEBHOOK_WINDOW)
    if head["enforced"] < policy["minimum_requests"]:
        return not_proven(f"{seen}, want {policy['minimum_requests']}", steps.WEBHOOK_WINDOW)
    probe = ended(evidence, steps.WEBHOOK_PROBE)
    if probe.exit_status != 401:
        reason = f"the probe is answered {probe.exit_status}, so whether the log shows a 401 is not known"
        return not_proven(reason, steps.WEBHOOK_PROBE)
    shown = ended(evidence, steps.WEBHOOK_PROBE_LOG).stdout
    if not shown:
        reason = "the log does not show the probe's 401, so it would show no other"
        return not_proven(reason, steps.WEBHOOK_PROBE_LOG)
    mark = re.search(rf"{webhook_log.PROBE}\w+", probe.command)
    how = "by its mark" if mark and mark[0] in shown else "by where it stands, for the log shows no mark"
    return met(f"{seen}, and the probe's 401, {how}", steps.WEBHOOK_WINDOW, steps.WEBHOOK_PROBE_LOG)


def no_spike(evidence: Evidence, policy: Policy) -> Finding:
    """Webhook 401: "is there a spike of 401 C(WEBHOOK_SIGNATURE_INVALID)? yes or no, with short proof"."""
    names = (steps.WEBHOOK_BASELINE, steps.WEBHOOK_WINDOW, steps.WEBHOOK_401_LINES)
    before, after = refused(evidence, policy)
    told = f"{after.events} of {after.requests} webhooks since, {before.events} of {before.requests} before"
    baseline = evidence.get(steps.WEBHOOK_BASELINE)
    if baseline is None or not baseline.stdout:
        told += f" (what was before was not read{f': {baseline.reason}' if baseline else ''})"
    proof = _proof(before, after, policy["spike"])
    if proof:
        return not_met(f"yes: {told} ({proof})", *names)
    covered = webhooks_covered(evidence, policy)
    if covered.result != MET:
        return not_proven(f"none is seen, but {covered.reason}", *covered.steps)
    return met(f"no: {told}", *names)


def refused(evidence: Evidence, policy: Policy) -> tuple[spike.Stretch, spike.Stretch]:
    """Return the refused webhooks before the flags and since.

    A log that does not show the error code is counted by its 401s, which hold all refused signatures.
    """
    shown = evidence.get(steps.WEBHOOK_PROBE_LOG)
    by_code = shown is not None and policy["code"] in shown.stdout
    baseline = evidence.get(steps.WEBHOOK_BASELINE)
    counts = [
        _window(baseline).total if baseline and baseline.stdout else webhook_log.Count(),
        _window(ended(evidence, steps.WEBHOOK_WINDOW)).total,
    ]
    before, after = (
        spike.Stretch(count.signature_invalid if by_code else count.status_401, count.requests)
        for count in counts
    )
    return before, after


def runs_release(evidence: Evidence, policy: Policy) -> Finding:
    """What all of the evidence is about: the release's commit is what runs. Asked where it can be told."""
    step = ended(evidence, steps.BACKEND_COMMIT)
    if step.exit_status != 200:
        raise MissingStepError(f"{step.title}: status {step.exit_status}{last_line(step.stderr)}")
    told = flags.at(step, policy["commit_pointer"])
    if not isinstance(told, str) or not re.fullmatch(r"[0-9a-f]{7,64}", told):
        return not_proven(f"the answer has no commit at {policy['commit_pointer']}, but {told!r}", step.name)
    if not evidence.release.commit.startswith(told):
        return not_met(f"it is of {told}, and the release is {evidence.release.commit}", step.name)
    return met(f"it is of {told}", step.name)


RULES = (
    Rule(
        "flags_shown",
        "Proof that the flags are set, out of the running process",
        rollout_flags.shown,
        instead=rollout_flags.not_shown,
    ),
    Rule("flags_set", "The four flags are True", rollout_flags.are_true, instead=rollout_flags.none_there),
    Rule("signature_enforced", "webhook_signature_enforced has its effect", signature_enforced),
    Rule("dry_run_ok", "The backfill's dry run is OK, its output kept", backfill_runs.dry_run_ok),
    Rule("dry_run_is_dry", "The dry run writes nothing", backfill_runs.dry_run_is_dry),
    Rule("real_run_ok", "The backfill's real run is OK, its output kept", backfill_runs.real_run_ok),
    Rule(
        "real_run_as_announced",
        "The real run writes what the dry run announced",
        backfill_runs.real_run_as_announced,
    ),
    Rule(
        "real_run_in_database",
        "The database shows what the real run wrote",
        backfill_runs.real_run_in_database,
    ),
    Rule("nothing_left", "The real run leaves nothing to backfill", backfill_runs.nothing_left),
    Rule("e2e_passes", "The E2E smoke passes, its PASS log kept", e2e.passes),
    Rule("e2e_spec", "The E2E smoke is the one asked for", e2e.is_the_one_asked_for),
    Rule("webhooks_covered", "Proof of a 401 spike or of none", webhooks_covered),
    Rule("no_spike", "No spike of 401 WEBHOOK_SIGNATURE_INVALID", no_spike),
    Rule("runs_release", "The running backend is of the release's commit", runs_release, "commit_pointer"),
)


def _window(step: Step) -> webhook_log.Window:
    """Return the counts of a stretch of the access log; a step without them is missing."""
    try:
        return webhook_log.read(step.stdout)
    except ValueError as exc:
        raise MissingStepError(f"{step.title}: {exc}") from exc


def _unsound(head: t.Mapping[str, t.Any]) -> str:
    """Say why what the log shows is not all, or not of this time, or return C('')."""
    if head["unreadable"]:
        return f"{head['unreadable']} webhook lines of the log have no time or no status"
    if head.get("unzoned"):
        reason = f"{head['unzoned']} webhook lines of the log have a time without its zone"
        return f"{reason}: give package_2_rollout_access_log a zone"
    return f"what came is not all known: {head['read']}" if head.get("gap") else ""


def _proof(before: spike.Stretch, after: spike.Stretch, limits: t.Mapping[str, t.Any]) -> str:
    """Return why it is a spike, or C('').

    The share alone decides too: a baseline may be short, or hold the same trouble already.
    """
    if after.events < limits["floor"]:
        return ""
    if after.share > limits["share"]:
        return f"{after.share:.1%} of the webhooks, above {limits['share']:.1%}"
    chance, times = spike.p_value(before, after), spike.ratio(before, after)
    if chance < limits["p_value"] and times >= limits["rate_ratio"]:
        rise = f"{times:.1f} times the share before" if before.events else "none before"
        return f"{rise}, p = {chance:.1g}"
    return ""


def _summary(evidence: Evidence, policy: Policy) -> str:
    dry, real = (
        backfill_runs.counts(evidence, run) for run in (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN)
    )
    smoke = e2e.passes(evidence, policy).reason
    after = refused(evidence, policy)[1]
    return (
        f"{_flags(policy)}, the backfill wrote "
        f"{real.changed} of {real.total} rows as its dry run announced ({dry.changed}), the E2E smoke has "
        f"{smoke}, and there is no 401 spike ({after.events} of {after.requests} webhooks)."
    )


def _flags(policy: Policy) -> str:
    if not policy["flags"]:
        return "There are no flags"
    left_out = "flags_shown" in (policy.get("left_out") or {})
    where = "environment of every process" if left_out else "running process"
    return f"All {len(policy['flags'])} flags are True in the {where}"


def _in_known_words(evidence: Evidence, policy: Policy) -> Evidence:
    words = policy.get("words") or {}
    found = [
        backfill.in_known_words(step, words) if step.name.startswith("backfill_") else step
        for step in evidence.steps
    ]
    return replace(evidence, steps=tuple(found)) if words else evidence


judge = Judge(RULES, _summary, _in_known_words)
