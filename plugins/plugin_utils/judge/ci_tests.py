# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CI job's log says of its tests: that they ran and passed, and of which commit they are."""

from __future__ import annotations

import re

from ...module_utils._core import step_names as steps
from . import github_log
from .base import Finding, met, not_met, not_proven


def of_other_code(log: str, commit: str, repository: str) -> Finding | None:
    """Return the finding where the log shows that the job checked out another commit than the release's.

    A workflow can check out what it likes, whatever it was started for.
    """
    shown = github_log.checked_out(log, repository)
    if not shown or any(map(commit.startswith, shown)):
        return None
    reason = f"the job checked out {' and '.join(dict.fromkeys(shown))}, the release's commit is {commit}"
    return not_met(reason, steps.CI_JOB_LOG)


def ran(log: str, given: str) -> Finding:
    """Judge by the lines that a pattern finds or, where none is C(given), by every last line of pytest's.

    Beside tests that pass, others may be allowed to fail, be skipped, or never be reached.
    """
    pattern, lines = given or github_log.SUMMARY, [line.text for line in github_log.clean(log)]
    found = [line.strip("= ") for line in lines if re.search(pattern, line)]
    if not found:
        reason = f"no line of the job's log says that a test passed (none matches {pattern})"
        return not_proven(reason, steps.CI_JOB_LOG)
    read = () if given else (github_log.SESSION, github_log.BROKEN_OFF)
    others = [line.strip("=! ") for line in lines if any(form.search(line) for form in read)]
    failed = [line for line in (*found, *others) if re.search(github_log.FAILED, line)]
    if failed:
        return not_met(f"the log says {failed[0]!r}", steps.CI_JOB_LOG)
    empty = [line for line in others if line not in found]
    if empty:
        return not_proven(f"the log says {found[0]!r}, but also {empty[0]!r}", steps.CI_JOB_LOG)
    return met("; ".join(found), steps.CI_JOB_LOG)
