# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MIG-01C: one finding of a type per provider event."""

from __future__ import annotations

from alembic import op

revision = "0007_mig_01c_finding_unique"
down_revision = "0006_mig_01b_reconciliation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_unique_constraint(
        "uq_recon_findings_provider_event_type",
        "reconciliation_findings",
        ["provider", "provider_event_id", "finding_type"],
    )


def downgrade() -> None:
    op.drop_constraint("uq_recon_findings_provider_event_type", "reconciliation_findings", type_="unique")
