# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Players and their wallets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_players_wallets"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "players",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_players"),
    )
    op.create_table(
        "wallets",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_wallets_player_id_players"),
        sa.PrimaryKeyConstraint("player_id", name="pk_wallets"),
    )


def downgrade() -> None:
    op.drop_table("wallets")
    op.drop_table("players")
