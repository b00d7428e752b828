# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reconciliation compares, free of any database: provider's events against the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One difference; `event_id` is None where the provider told of no event."""

    finding_type: str
    severity: str
    event_id: str | None
    details: Mapping[str, object]


def compare(told: Mapping[str, int], booked: Mapping[str, int]) -> list[Difference]:
    """Compare event id to cents, as the provider told them and as the ledger booked them."""
    differences: list[Difference] = []
    for event_id, amount in sorted(told.items()):
        if event_id not in booked:
            differences.append(Difference("missing_in_ledger", "high", event_id, {"provider_amount": amount}))
        elif booked[event_id] != amount:
            details = {"provider_amount": amount, "ledger_amount": booked[event_id]}
            differences.append(Difference("amount_mismatch", "high", event_id, details))
    for event_id in sorted(booked.keys() - told.keys()):
        known = {"reference": event_id, "ledger_amount": booked[event_id]}
        differences.append(Difference("unknown_to_provider", "medium", None, known))
    return differences
