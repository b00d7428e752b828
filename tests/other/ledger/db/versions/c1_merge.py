# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both branches, as one."""

from __future__ import annotations

revision = "c1"
down_revision = ("b1", "b2")


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
