# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings, guarded: a trial may have made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    """Make them where they are not."""
    if sa.inspect(op.get_bind()).has_table("ledger_findings"):
        return
    op.create_table(
        "ledger_findings",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.UniqueConstraint("source", "event", "kind", name="uq_ledger_findings"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ledger_findings")
