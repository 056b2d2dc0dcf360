"""Imported documents

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "importeditem",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("material_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", app.db_types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_importeditem_material_id_material")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_importeditem")),
    )
    with op.batch_alter_table("importeditem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_importeditem_material_id"), ["material_id"], unique=False)
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_abstract_quoted", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("is_abstract_quoted")
    with op.batch_alter_table("importeditem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_importeditem_material_id"))
    op.drop_table("importeditem")
