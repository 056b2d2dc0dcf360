"""When a virus scanner let a document pass

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("scanned_at", app.db_types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("file") as batch:
        batch.drop_column("scanned_at")
