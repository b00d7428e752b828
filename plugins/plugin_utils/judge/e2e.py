# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end-to-end smoke, by the report that this very run wrote: words on a terminal prove nothing."""

from __future__ import annotations

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence, parse_time
from ...module_utils._text import playwright
from ...module_utils._text.playwright import Report
from .base import Finding, MissingStepError, Policy, ended, met, not_met, not_proven

_NAMES = (steps.E2E_SMOKE, steps.E2E_REPORT)


def passes(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "E2E passes". The "E2E PASS log" is minimum evidence."""
    smoke = ended(evidence, steps.E2E_SMOKE)
    ended_badly = not_met(f"exit status {smoke.exit_status}: {playwright.why_none(smoke)}", smoke.name)
    try:
        report = _report(evidence)
    except MissingStepError:
        if smoke.exit_status == 0:
            raise
        return ended_badly
    told = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items()) or "no test ran"
    bad = [test for test in report.tests if test.outcome != playwright.PASSED]
    if bad:
        failed = next((test for test in bad if test.error), None)
        detail = f"{failed.file} › {failed.title}\n\n{failed.error}" if failed else ""
        return not_met(f"{told} ({bad[0].title} {bad[0].outcome})", *_NAMES, detail=detail)
    if report.errors:
        error = report.errors[0]
        return not_met(f"{told}, and outside the tests: {error.splitlines()[0]}", *_NAMES, detail=error)
    if smoke.exit_status != 0:
        return ended_badly
    if report.shard:
        return not_met(f"{told}, but only shard {report.shard} ran", *_NAMES)
    return (met if report.tests else not_proven)(told, *_NAMES)


def is_the_one_asked_for(evidence: Evidence, policy: Policy) -> Finding:
    """E2E smoke: "C(tests/finance-withdrawals-smoke.spec.ts)", and nothing beside it.

    What another project does before or after it, such as a login, is part of it.
    """
    tests, spec = _report(evidence).tests, str(policy["spec"])
    asked = [test for test in tests if playwright.is_same_file(test.file, spec)]
    if not asked:
        return not_proven(f"no test of {spec} is in the report", steps.E2E_REPORT)
    beside = [test for test in tests if test not in asked]
    projects = {test.project for test in asked}
    also = dict.fromkeys(test.file for test in beside if test.project in projects)
    if also:
        return not_met(f"{', '.join(also)} ran, too; required is {spec} alone", steps.E2E_REPORT)
    of_others = ", ".join(dict.fromkeys(f"{test.file} of the project {test.project}" for test in beside))
    return met(f"only {spec} ran{', with ' + of_others if of_others else ''}", steps.E2E_REPORT)


def _report(evidence: Evidence) -> Report:
    """Return the smoke's own report: one that another run wrote, or that cannot be read, is missing."""
    smoke, step = (ended(evidence, name) for name in _NAMES)
    try:
        report = playwright.read(step.stdout)
        in_time = parse_time(smoke.started) <= parse_time(report.started) <= parse_time(smoke.ended)
    except ValueError as exc:
        raise MissingStepError(f"{step.title}: {exc}") from exc
    if not in_time:
        raise MissingStepError(f"{step.title}: it is of a run that started at {report.started}")
    return report
