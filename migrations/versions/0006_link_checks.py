"""What the last check of each link found

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = ("ok", "moved", "gone", "refused", "unreachable", "not-checkable")


def upgrade() -> None:
    op.create_table(
        "linkcheck",
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("checked_at", app.db_types.UtcDateTime(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("first_failed_at", app.db_types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_linkcheck")),
    )


def downgrade() -> None:
    op.drop_table("linkcheck")
