# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitHub's answers by the keys that Package-0's judge reads: a tenth of them, the rest is addresses. Pure.

The whole answers are in the locker. A test holds the keys against what the judge reads.
"""

from __future__ import annotations

import json
import typing as t

from ....module_utils._core import step_names as steps
from ....module_utils._text import github_runs

ANSWERS = frozenset(
    {
        steps.CI_WORKFLOW,
        steps.CI_REPOSITORY,
        steps.CI_COMMIT,
        steps.CI_RUNS_BEFORE,
        steps.CI_DISPATCH,
        steps.CI_RUNS,
        steps.CI_RUN,
        steps.CI_ATTEMPTS,
        steps.CI_ATTEMPT_JOBS,
        steps.CI_JOBS,
    }
)
# At whatever depth.
JUDGED = frozenset(
    {
        *("total_count", "workflows", "jobs", "steps", "repository", "head_repository"),
        *("id", "run_id", "workflow_id", "workflow_run_id", "run_attempt"),
        *("name", "full_name", "path", "display_title", "html_url", "head_sha", "event"),
        *("status", "conclusion", "created_at", "started_at", "completed_at"),
    }
)
# What no rule reads, and a reader looks for.
FOR_PEOPLE = frozenset({"workflow_runs", "default_branch", "head_branch", "sha", "message", "number"})
_KEYS = JUDGED | FOR_PEOPLE


def by_keys(name: str, body: str) -> str | None:
    """Return what is shown of the body of a step of that name, None where it is shown as it is."""
    if name not in ANSWERS:
        return None
    try:
        found = github_runs.documents(body)
    except ValueError:
        return None
    shown = "".join(json.dumps(_pruned(one), ensure_ascii=False, indent=1) + "\n" for one in found)
    return shown if 0 < len(shown) < len(body) else None


def _pruned(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _pruned(one) for key, one in value.items() if key in _KEYS}
    return [_pruned(one) for one in value] if isinstance(value, list) else value
