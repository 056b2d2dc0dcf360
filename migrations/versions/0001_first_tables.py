"""First tables

Revision: 0001, after .
"""

import sqlalchemy as sa
from alembic import op

import app.db_types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", app.db_types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("record", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "casesummary",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_composite", sa.Boolean(), nullable=False),
        sa.Column("exploitation_forms", sa.JSON(), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("victim_groups", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("concepts", sa.JSON(), nullable=False),
        sa.Column("what_happened", sa.String(), nullable=False),
        sa.Column("detection", sa.String(), nullable=False),
        sa.Column("cooperation", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("lessons", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "withdrawn",
                "archived",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casesummary")),
    )
    with op.batch_alter_table("casesummary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_casesummary_country"), ["country"], unique=False)

    op.create_table(
        "concept",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=32), nullable=False),
        sa.Column("broader", sa.JSON(), nullable=False),
        sa.Column("related", sa.JSON(), nullable=False),
        sa.Column("definitions", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concept")),
    )
    with op.batch_alter_table("concept", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concept_facet"), ["facet"], unique=False)

    op.create_table(
        "counterpart",
        sa.Column("function", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("is_gap", sa.Boolean(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("function", "country", name=op.f("pk_counterpart")),
    )
    op.create_table(
        "emergencycountry",
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("headline", sa.JSON(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_emergencycountry")),
    )
    op.create_table(
        "factsource",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factsource")),
    )
    op.create_table(
        "missingbody",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missingbody")),
    )
    with op.batch_alter_table("missingbody", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_missingbody_country"), ["country"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("abbreviation", sa.String(length=40), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("places", sa.JSON(), nullable=True),
        sa.Column("mandate", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("concepts", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("languages_served", sa.JSON(), nullable=True),
        sa.Column("website_domain", sa.String(), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column("compiled_on", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "stated", "common-knowledge", name="confidence", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("verified_at", app.db_types.UtcDateTime(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("missing_note", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_country"), ["country"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_type"), ["type"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("at", app.db_types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_key"), ["key"], unique=False)

    op.create_table(
        "outboxcursor",
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("engine", name=op.f("pk_outboxcursor")),
    )
    op.create_table(
        "term",
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("definitions", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("search_labels", sa.JSON(), nullable=False),
        sa.Column("concepts", sa.JSON(), nullable=False),
        sa.Column("time_zones", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "code", name=op.f("pk_term")),
    )
    op.create_table(
        "conceptlabel",
        sa.Column("concept_id", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Enum("PREFERRED", "ALTERNATIVE", "HIDDEN", name="labelkind"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_whole_word", sa.Boolean(), nullable=False),
        sa.Column("is_case_sensitive", sa.Boolean(), nullable=False),
        sa.Column("is_never_in_compounds", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["concept_id"], ["concept.id"], name=op.f("fk_conceptlabel_concept_id_concept")),
        sa.PrimaryKeyConstraint("concept_id", "language", "text", name=op.f("pk_conceptlabel")),
    )
    op.create_table(
        "contactpoint",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("display", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("hours", app.db_types.HoursType(), nullable=True),
        sa.Column("is_open_24h", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=True),
        sa.Column("languages_basis", sa.String(length=16), nullable=True),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("functions", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("source_note", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "stated", "common-knowledge", name="confidence", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("check_at", sa.String(), nullable=True),
        sa.Column("verified_at", app.db_types.UtcDateTime(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contactpoint_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contactpoint")),
    )
    with op.batch_alter_table("contactpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contactpoint_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "counterpartbody",
        sa.Column("function", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("is_stand_in", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_counterpartbody_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint(
            "function", "country", "organisation_id", "is_stand_in", name=op.f("pk_counterpartbody")
        ),
    )
    op.create_table(
        "countryfact",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("assisted", sa.JSON(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.String(length=64), nullable=True),
        sa.Column("source_ids", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column("is_found", sa.Boolean(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("audience", sa.String(length=16), nullable=True),
        sa.Column("verified_at", app.db_types.UtcDateTime(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_countryfact_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countryfact")),
    )
    with op.batch_alter_table("countryfact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_countryfact_country"), ["country"], unique=False)
        batch_op.create_index(batch_op.f("ix_countryfact_topic"), ["topic"], unique=False)

    op.create_table(
        "material",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("concepts", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("publisher_id", sa.String(length=64), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("licence", sa.String(length=40), nullable=True),
        sa.Column("identifiers", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("is_url_at_publisher", sa.Boolean(), nullable=True),
        sa.Column("related_url", sa.String(), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "withdrawn",
                "archived",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("review_by", sa.Date(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["organisation.id"], name=op.f("fk_material_publisher_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_publisher_id"), ["publisher_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_type"), ["type"], unique=False)

    op.create_table(
        "organisationfunction",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("function", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=4), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisationfunction_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "function", name=op.f("pk_organisationfunction")),
    )
    with op.batch_alter_table("organisationfunction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisationfunction_function"), ["function"], unique=False)

    op.create_table(
        "edition",
        sa.Column("material_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "original", "translation", "summary", name="kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("abstract", sa.String(), nullable=False),
        sa.Column("abstract_basis", sa.String(), nullable=True),
        sa.Column("success_factors", sa.JSON(), nullable=False),
        sa.Column("recommendations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_edition_material_id_material")),
        sa.PrimaryKeyConstraint("material_id", "language", name=op.f("pk_edition")),
    )
    op.create_table(
        "emergencyline",
        sa.Column("country", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contact_point_id", sa.String(length=80), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("display", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=True),
        sa.Column("hours", app.db_types.HoursType(), nullable=True),
        sa.Column("is_open_24h", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=True),
        sa.Column("is_for_victims", sa.Boolean(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "stated", "common-knowledge", name="confidence", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("show_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contactpoint.id"], name=op.f("fk_emergencyline_contact_point_id_contactpoint")
        ),
        sa.ForeignKeyConstraint(
            ["country"], ["emergencycountry.country"], name=op.f("fk_emergencyline_country_emergencycountry")
        ),
        sa.PrimaryKeyConstraint("country", "position", name=op.f("pk_emergencyline")),
    )
    op.create_table(
        "file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("material_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_file_material_id_material")),
        sa.PrimaryKeyConstraint("sha256", "material_id", name=op.f("pk_file")),
    )
    op.create_table(
        "materialrelation",
        sa.Column("material_id", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "translation-of",
                "adapted-from",
                "part-of",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("target_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_materialrelation_material_id_material")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["material.id"], name=op.f("fk_materialrelation_target_id_material")),
        sa.PrimaryKeyConstraint("material_id", "kind", "target_id", name=op.f("pk_materialrelation")),
    )
    with op.batch_alter_table("materialrelation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materialrelation_target_id"), ["target_id"], unique=False)

    op.create_table(
        "passage",
        sa.Column("material_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_passage_material_id_material")),
        sa.PrimaryKeyConstraint("material_id", "language", "position", name=op.f("pk_passage")),
    )


def downgrade() -> None:
    op.drop_table("passage")
    with op.batch_alter_table("materialrelation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_materialrelation_target_id"))

    op.drop_table("materialrelation")
    op.drop_table("file")
    op.drop_table("emergencyline")
    op.drop_table("edition")
    with op.batch_alter_table("organisationfunction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisationfunction_function"))

    op.drop_table("organisationfunction")
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_type"))
        batch_op.drop_index(batch_op.f("ix_material_status"))
        batch_op.drop_index(batch_op.f("ix_material_publisher_id"))

    op.drop_table("material")
    with op.batch_alter_table("countryfact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_countryfact_topic"))
        batch_op.drop_index(batch_op.f("ix_countryfact_country"))

    op.drop_table("countryfact")
    op.drop_table("counterpartbody")
    with op.batch_alter_table("contactpoint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contactpoint_organisation_id"))

    op.drop_table("contactpoint")
    op.drop_table("conceptlabel")
    op.drop_table("term")
    op.drop_table("outboxcursor")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_key"))

    op.drop_table("outbox")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_type"))
        batch_op.drop_index(batch_op.f("ix_organisation_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_country"))

    op.drop_table("organisation")
    with op.batch_alter_table("missingbody", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_missingbody_country"))

    op.drop_table("missingbody")
    op.drop_table("factsource")
    op.drop_table("emergencycountry")
    op.drop_table("counterpart")
    with op.batch_alter_table("concept", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concept_facet"))

    op.drop_table("concept")
    with op.batch_alter_table("casesummary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_casesummary_country"))

    op.drop_table("casesummary")
    op.drop_table("audit")
