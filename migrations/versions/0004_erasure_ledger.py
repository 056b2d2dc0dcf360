"""Erasure ledger

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", app.db_types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erasure")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
