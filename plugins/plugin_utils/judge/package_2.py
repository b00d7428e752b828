# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-2, STG-ROLL: the flags are on, the backfill is done, the smoke passes, and no webhook spikes.

Policy: C(flags), a list of C(name), C(variable) and C(pointer); C(spec), the end-to-end spec's file;
C(code), the error code of a refused signature; C(minimum_requests); C(commit_pointer), empty where the
running backend is not asked for its commit; and C(spike): C(p_value), C(floor), C(rate_ratio) and C(share).
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence, Step
from ...module_utils._text import backfill, flags, webhook_log
from . import e2e, rollout_flags, spike
from .base import (
    MET,
    TRACEBACK,
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
    succeeded,
    with_earlier,
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


def dry_run_ok(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run … OK". Its output is minimum evidence."""
    return _run_ok(evidence, steps.BACKFILL_DRY_RUN)


def dry_run_is_dry(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run … OK": it writes nothing, which only the rows themselves can show."""
    names = (steps.BACKFILL_ROWS_BEFORE, steps.BACKFILL_ROWS_AFTER_DRY_RUN)
    ended(evidence, steps.BACKFILL_DRY_RUN)
    before, after = (_told(_row(succeeded(evidence, name))) for name in names)
    if before != after:
        return not_met(f"the dry run wrote: {before} before it, {after} after it", *names)
    return met(f"{before} before it and after it", *names)


def real_run_ok(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "… and real run OK". Its output, with the "processed, updated and skipped counts", is kept."""
    return _run_ok(evidence, steps.BACKFILL_REAL_RUN)


def real_run_as_announced(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "dry run and real run OK": the real run wrote what the dry run said that it would."""
    names = (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN)
    announced, written = (_counts(evidence, name).changed for name in names)
    if announced != written:
        return not_met(f"the dry run announced {announced} rows, the real run wrote {written}", *names)
    return met(f"{written} rows, as the dry run announced", *names)


@with_earlier(
    "backfill_evidence", idle=lambda evidence: not _counts(evidence, steps.BACKFILL_REAL_RUN).changed
)
def real_run_in_database(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "real run OK": the database shows the rows that it says it wrote, or that none were left.

    Of the query's counts, the first is of all rows, the second of those that have what the backfill writes.
    """
    names = (steps.BACKFILL_ROWS_AFTER_DRY_RUN, steps.BACKFILL_ROWS_AFTER)
    written = _counts(evidence, steps.BACKFILL_REAL_RUN).changed
    before, after = (_row(succeeded(evidence, name)) for name in names)
    went = f"the database went from {_told(before)} to {_told(after)}"
    if not written:
        done = [int(count) for count in list(after.values())[:2] if count.isdigit()]
        if before == after and len(done) == 2 and done[0] == done[1]:
            return met(f"nothing was left to write: {_told(after)}", *names)
        return not_proven(f"it wrote nothing, and {went}, which does not show that all is done", *names)
    both = [(count, after.get(name, "")) for name, count in before.items()]
    moved = [int(then) - int(count) for count, then in both if count.isdigit() and then.isdigit()]
    if written in moved:
        return met(f"{went}, by the {written} rows that it wrote", *names)
    return not_met(f"it says that it wrote {written} rows, and {went}", *names)


def nothing_left(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "real run OK": a second dry run finds nothing left to write."""
    name = steps.BACKFILL_SECOND_DRY_RUN
    finding, left = _run_ok(evidence, name), _counts(evidence, name).changed
    if finding.result != MET:
        return finding
    if left:
        return not_met(f"after the real run, a dry run still finds {left} rows", name)
    return met("after the real run, a dry run finds none", name)


def webhooks_covered(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "proof of a 401 spike or of none": traffic, in a log that would show a spike."""
    window = _window(ended(evidence, steps.WEBHOOK_WINDOW))
    head, failed = window.head, window.total.status_5xx
    seen = f"the log shows {head['enforced']} webhooks, accepted or refused, while the flags were on"
    if failed:
        seen += f", and {failed} on which the backend failed (5xx)"
    if head["unreadable"]:
        reason = f"{head['unreadable']} webhook lines of the log have no time or no status"
        return not_proven(reason, steps.WEBHOOK_WINDOW)
    if head["enforced"] < policy["minimum_requests"]:
        return not_proven(f"{seen}, want {policy['minimum_requests']}", steps.WEBHOOK_WINDOW)
    probe = ended(evidence, steps.WEBHOOK_PROBE)
    if probe.exit_status != 401:
        reason = f"the probe is answered {probe.exit_status}, so whether the log shows a 401 is not known"
        return not_proven(reason, steps.WEBHOOK_PROBE)
    if not ended(evidence, steps.WEBHOOK_PROBE_LOG).stdout:
        reason = "the log does not show the probe's 401, so it would show no other"
        return not_proven(reason, steps.WEBHOOK_PROBE_LOG)
    return met(f"{seen}, and the probe's 401", steps.WEBHOOK_WINDOW, steps.WEBHOOK_PROBE_LOG)


def no_spike(evidence: Evidence, policy: Policy) -> Finding:
    """Webhook 401: "is there a spike of 401 C(WEBHOOK_SIGNATURE_INVALID)? yes or no, with short proof"."""
    names = (steps.WEBHOOK_BASELINE, steps.WEBHOOK_WINDOW, steps.WEBHOOK_401_LINES)
    before, after = _refused(evidence, policy)
    told = f"{after.events} of {after.requests} webhooks since, {before.events} of {before.requests} before"
    proof = _proof(before, after, policy["spike"])
    if proof:
        return not_met(f"yes: {told} ({proof})", *names)
    covered = webhooks_covered(evidence, policy)
    if covered.result != MET:
        return not_proven(f"none is seen, but {covered.reason}", *covered.steps)
    return met(f"no: {told}", *names)


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
    Rule("flags_shown", "Proof that the flags are set, out of the running process", rollout_flags.shown),
    Rule("flags_set", "The four flags are True", rollout_flags.are_true),
    Rule("signature_enforced", "webhook_signature_enforced has its effect", signature_enforced),
    Rule("dry_run_ok", "The backfill's dry run is OK, its output kept", dry_run_ok),
    Rule("dry_run_is_dry", "The dry run writes nothing", dry_run_is_dry),
    Rule("real_run_ok", "The backfill's real run is OK, its output kept", real_run_ok),
    Rule("real_run_as_announced", "The real run writes what the dry run announced", real_run_as_announced),
    Rule("real_run_in_database", "The database shows what the real run wrote", real_run_in_database),
    Rule("nothing_left", "The real run leaves nothing to backfill", nothing_left),
    Rule("e2e_passes", "The E2E smoke passes, its PASS log kept", e2e.passes),
    Rule("e2e_spec", "The E2E smoke is the one asked for", e2e.is_the_one_asked_for),
    Rule("webhooks_covered", "Proof of a 401 spike or of none", webhooks_covered),
    Rule("no_spike", "No spike of 401 WEBHOOK_SIGNATURE_INVALID", no_spike),
    Rule("runs_release", "The running backend is of the release's commit", runs_release, "commit_pointer"),
)


def _run_ok(evidence: Evidence, name: str) -> Finding:
    """A backfill's run: status 0, a summary, no row in error, and none that is in no count."""
    step = ended(evidence, name)
    if step.exit_status != 0:
        return not_met(f"exit status {step.exit_status}: {backfill.error(step)}", name)
    if TRACEBACK in step.output:
        return not_met(f"a traceback in spite of status 0: {backfill.error(step)}", name)
    counts = _counts(evidence, name)
    if counts.errors:
        return not_met(f"status 0, but {counts.errors} errors: {counts.text}", name)
    if counts.unaccounted:
        return not_proven(f"{counts.unaccounted} rows are in no other count: {counts.text}", name)
    return met(counts.text, name)


def _counts(evidence: Evidence, name: str) -> backfill.Summary:
    """Return what a run says of its rows; where it does not say how many it wrote, they are missing."""
    step = ended(evidence, name)
    counts = backfill.summary(step)
    if counts is None:
        raise MissingStepError(f"{step.title}: it printed no summary of its rows")
    if counts.changed is None:
        raise MissingStepError(f"{step.title}: it does not say how many rows it wrote: {counts.text}")
    return counts


def _row(step: Step) -> dict[str, str]:
    """Return what a query of one row found, by the columns' names."""
    lines = [*step.stdout.splitlines(), "", "", ""]
    cells = zip(lines[0].split("|"), lines[2].split("|"), strict=False)
    return {name.strip(): value.strip() for name, value in cells}


def _told(row: t.Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items())


def _window(step: Step) -> webhook_log.Window:
    """Return the counts of a stretch of the access log; a step without them is missing."""
    try:
        return webhook_log.read(step.stdout)
    except ValueError as exc:
        raise MissingStepError(f"{step.title}: {exc}") from exc


def _refused(evidence: Evidence, policy: Policy) -> tuple[spike.Stretch, spike.Stretch]:
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
    dry, real = (_counts(evidence, run) for run in (steps.BACKFILL_DRY_RUN, steps.BACKFILL_REAL_RUN))
    smoke = e2e.passes(evidence, policy).reason
    after = _refused(evidence, policy)[1]
    return (
        f"All {len(policy['flags'])} flags are True in the running process, the backfill wrote "
        f"{real.changed} of {real.total} rows as its dry run announced ({dry.changed}), the E2E smoke has "
        f"{smoke}, and there is no 401 spike ({after.events} of {after.requests} webhooks)."
    )


judge = Judge(RULES, _summary)
