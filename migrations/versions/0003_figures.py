"""Figures

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

import app.figures.models

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "persons",
                "cases",
                "reports",
                "permits",
                "percent",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("definitions", sa.JSON(), nullable=False),
        sa.Column("caveats", sa.JSON(), nullable=False),
        sa.Column("contradiction", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("partitions", sa.JSON(), nullable=False),
        sa.Column("sources", app.figures.models.SourcesType(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "CLEAR",
                "GREEN",
                "AMBER",
                "AMBER+STRICT",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_country"), ["country"], unique=False)

    op.create_table(
        "indicatorseries",
        sa.Column("indicator_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("caveats", sa.JSON(), nullable=False),
        sa.Column("breakdown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicatorseries_indicator_id_indicator")
        ),
        sa.PrimaryKeyConstraint("indicator_id", "code", name=op.f("pk_indicatorseries")),
    )
    op.create_table(
        "observation",
        sa.Column("indicator_id", sa.String(length=64), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=15), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_observation_indicator_id_indicator")),
        sa.PrimaryKeyConstraint("indicator_id", "series", "period", name=op.f("pk_observation")),
    )


def downgrade() -> None:
    op.drop_table("observation")
    op.drop_table("indicatorseries")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_country"))

    op.drop_table("indicator")
