# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutabakat: reconciliation runs, by parameters in the query."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/reconciliations")


@router.post("", status_code=201)
def begin(provider: str, hours: int = 24) -> dict[str, str]:
    """Start a run."""
    return {"reconciliation": f"{provider}-{hours}"}


@router.get("/{reconciliation}")
def state(reconciliation: str) -> dict[str, str]:
    """Show where a run stands."""
    return {"reconciliation": reconciliation, "durum": "bekliyor"}
