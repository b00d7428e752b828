# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of refused webhooks says what the judge counted, and what would have been a spike."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown
from tests.unit.captured import step
from tests.unit.reports import report

POLICY = {
    "code": "WEBHOOK_SIGNATURE_INVALID",
    "spike": {"p_value": 0.01, "floor": 5, "rate_ratio": 3, "share": 0.05},
}
THRESHOLD = (
    "A spike is at least 5 refused webhooks, more than 5.0% of all or 3 times the share before with p below "
    "0.01; here, p is "
)


def counted(name: str, requests: int, status_401: int, signature_invalid: int) -> Step:
    row = {"requests": requests, "checked": requests, "status_401": status_401, "status_5xx": 0}
    head = {"source": "access.log", "unreadable": 0}
    rows = [head, {"at": "t", **row, "signature_invalid": signature_invalid}]
    return step(name, stdout="".join(json.dumps(one) + "\n" for one in rows))


BEFORE, SINCE = counted("webhook_baseline", 200, 2, 1), counted("webhook_window", 100, 12, 10)
BY_CODE = step("webhook_probe_log", stdout="POST /webhook 401 WEBHOOK_SIGNATURE_INVALID")


def page(steps: list[Step], policy: dict[str, t.Any]) -> str:
    document = report(steps={2: steps})
    document["packages"]["package_2"]["policy"] = policy
    return markdown.render(document)


@pytest.mark.parametrize(
    ("steps", "rows", "chance"),
    [
        (
            [BEFORE, SINCE, BY_CODE],
            ["| before the flags were set | 200 | 1 | 0.50% |", "| since then | 100 | 10 | 10.00% |"],
            "0.00013.",
        ),
        # A log that does not show the code is counted by its 401s.
        (
            [BEFORE, SINCE],
            ["| before the flags were set | 200 | 2 | 1.00% |", "| since then | 100 | 12 | 12.00% |"],
            "8.2e-05.",
        ),
        (
            [SINCE],
            ["| before the flags were set | 0 | 0 | 0.00% |", "| since then | 100 | 12 | 12.00% |"],
            "1.",
        ),
    ],
)
def test_the_table(steps: list[Step], rows: list[str], chance: str) -> None:
    head = ["| Webhooks | Requests | Refused with 401 | Share |", "|---|---|---|---|"]
    assert "\n".join([*head, *rows, "", f"{THRESHOLD}{chance}"]) in page(steps, POLICY)


@pytest.mark.parametrize(
    ("steps", "policy"),
    [
        ([], POLICY),
        ([BEFORE], POLICY),
        ([step("webhook_window", stdout="not a count")], POLICY),
        ([step("webhook_window", outcome="failed", exit_status=None, reason="no log")], POLICY),
        ([BEFORE, SINCE], {}),
    ],
    ids=["not kept", "no window", "unreadable", "not read", "an older policy"],
)
def test_there_is_none_where_it_is_not_known(steps: list[Step], policy: dict[str, t.Any]) -> None:
    assert "| Webhooks |" not in page(steps, policy)
