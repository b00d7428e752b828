# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MIG-01A: an index for reading one provider's window of events."""

from __future__ import annotations

from alembic import op

revision = "0005_mig_01a_event_window"
down_revision = "0004_provider_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_provider_events_provider_received_at", "provider_events", ["provider", "received_at"])


def downgrade() -> None:
    op.drop_index("ix_provider_events_provider_received_at", "provider_events")
