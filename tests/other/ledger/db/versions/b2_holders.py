# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holders are looked for, in the same days' other branch."""

from __future__ import annotations

from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade() -> None:
    """Index them."""
    op.create_index("ix_accounts_holder", "accounts", ["holder"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_accounts_holder")
