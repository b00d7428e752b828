# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2)),
    )
    op.create_table(
        "ledger_runs",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False, unique=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        # Without a zone: what writes them is in UTC.
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("succeeded", sa.Boolean()),
        sa.Column("differences", sa.Integer()),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ledger_runs")
    op.drop_table("accounts")
