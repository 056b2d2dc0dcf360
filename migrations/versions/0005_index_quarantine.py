"""Index quarantine, urgent changes

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indexquarantine",
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("since", app.db_types.UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("engine", "key", name=op.f("pk_indexquarantine")),
    )
    # Not by copying the table: SQLite would then forget that its numbers are never used again.
    op.add_column("outbox", sa.Column("is_urgent", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "is_urgent")
    op.drop_table("indexquarantine")
