# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that the judges made of what real closures collected, one with each fault."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import HTTP, LOG, Evidence, Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import Policy
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document
from tests.unit.captured import FIXTURES, NOW, RELEASE, captured, evidence

QUEUE: Policy = {"environment": "staging", "runner": "queue", "require_completed": False}
ROLLOUT: Policy = {
    "flags": [{"name": "ledger_shadow_write", "variable": "LEDGER_SHADOW_WRITE", "pointer": "/shadow"}],
    "spec": "tests/finance-withdrawals-smoke.spec.ts",
    "code": "WEBHOOK_SIGNATURE_INVALID",
    "minimum_requests": 30,
    "spike": {"p_value": 0.01, "floor": 5, "rate_ratio": 3.0, "share": 0.05},
}
MIGRATION: Policy = {"table": "reconciliation_findings", "columns": ["provider", "provider_event_id"]}

# Ten closures whose verdict is FAIL, each for another reason.
FAULTS = (
    "api_429_for_ever",
    "api_500",
    "api_500_post",
    "in_process_fallback",
    "redis_down",
    "redis_evicting",
    "redis_noauth",
    "runner_background",
    "worker_down",
    "worker_killed_midway",
)


def queue(name: str) -> list[Step]:
    """Return Package-3's steps of a closure on a staging with this fault, or of C(pass)."""
    records = json.loads((FIXTURES / "package_3" / f"{name}.json").read_text("utf-8"))
    return [Step.from_dict(record) for record in records]


def webhooks(name: str) -> list[Step]:
    """Return what a closure showed of the webhooks: C(pass) or C(spike)."""
    kinds = {"baseline": LOG, "window": LOG, "probe": HTTP, "probe_log": LOG}
    return [captured(f"webhook_{one}", f"webhook/{name}_{one}", kind=kind) for one, kind in kinds.items()]


def migration() -> list[Step]:
    """Return some of Package-1's steps, by far not enough."""
    return [captured("alembic_heads", "alembic/heads"), captured("alembic_upgrade", "alembic/upgrade_head")]


def build(*, fault: str = "pass", spike: str = "pass", more: t.Sequence[Step] = ()) -> document.Document:
    """Return the report of Package-1, 2 and 3; C(more) are further steps of Package-1."""
    kept: dict[int, tuple[Evidence, Policy]] = {
        1: (evidence(1, [*migration(), *more]), MIGRATION),
        2: (evidence(2, webhooks(spike)), ROLLOUT),
        3: (evidence(3, queue(fault)), QUEUE),
    }
    return document.build(Attempt("/evidence/x", NOW, RELEASE), kept, NOW)


def only(fault: str) -> document.Document:
    """Return the report of Package-3 alone."""
    kept: dict[int, tuple[Evidence, Policy]] = {3: (evidence(3, queue(fault)), QUEUE)}
    return document.build(Attempt("/evidence/x", NOW, RELEASE), kept, NOW)


def passing() -> document.Document:
    """Return a report in which every verdict is PASS: Package-3 as judged, the others by their word."""
    found = only("pass")
    for package in found["packages"].values():
        package.update(status="PASS", note=package["note"] if package["criteria"] else "It is PASS.")
    return {**found, "gate": {"status": "PASS", "reasons": []}}
