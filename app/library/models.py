"""Materials, their editions, files and passages, and case summaries."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, false
from sqlmodel import Field, SQLModel

from app.db_types import UtcDateTime, enum_column
from app.permissions import Visibility


class PublicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class EditionKind(StrEnum):
    ORIGINAL = "original"
    TRANSLATION = "translation"
    SUMMARY = "summary"


class RelationKind(StrEnum):
    """How `material` relates to `target`."""

    TRANSLATION_OF = "translation-of"
    ADAPTED_FROM = "adapted-from"
    PART_OF = "part-of"


class Material(SQLModel, table=True):
    """A work. `titles` are translations of its title that are no editions. `licence` is an SPDX id; null means that no
    licence statement is known: link and quote, do not copy."""

    id: str = Field(primary_key=True, max_length=80)
    type: str = Field(max_length=32, index=True)
    language: str = Field(max_length=8)
    titles: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    countries: list[str] = Field(default_factory=list, sa_type=JSON)
    themes: list[str] = Field(default_factory=list, sa_type=JSON)
    concepts: list[str] = Field(default_factory=list, sa_type=JSON)
    audience: list[str] = Field(default_factory=list, sa_type=JSON)
    publisher: str | None = None
    publisher_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=64, index=True)
    year: int | None = None
    licence: str | None = Field(default=None, max_length=40)
    identifiers: list[str] = Field(default_factory=list, sa_type=JSON)
    url: str | None = None
    is_url_at_publisher: bool | None = None
    related_url: str | None = None
    sources: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str | None = None
    status: PublicationStatus = Field(
        default=PublicationStatus.PUBLISHED, sa_type=enum_column(PublicationStatus, "status"), index=True
    )
    review_by: date | None = None
    visibility: Visibility = Field(default=Visibility.CLEAR, sa_type=enum_column(Visibility, "visibility"))


class Edition(SQLModel, table=True):
    """One language version of a material; `abstract_basis` says on which part of the document the abstract rests.

    `is_abstract_quoted`: the abstract is the document's own, word for word.
    """

    material_id: str = Field(primary_key=True, foreign_key="material.id", max_length=80)
    language: str = Field(primary_key=True, max_length=8)
    kind: EditionKind = Field(default=EditionKind.ORIGINAL, sa_type=enum_column(EditionKind, "kind"))
    title: str
    abstract: str
    abstract_basis: str | None = None
    is_abstract_quoted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    success_factors: list[str] = Field(default_factory=list, sa_type=JSON)
    recommendations: list[str] = Field(default_factory=list, sa_type=JSON)


class File(SQLModel, table=True):
    """An uploaded document of an edition, stored under the SHA-256 of its bytes.

    `scanned_at`: when a virus scanner let it pass; null means that none has looked at it, not that it is clean.
    """

    sha256: str = Field(primary_key=True, max_length=64)
    material_id: str = Field(primary_key=True, foreign_key="material.id", max_length=80)
    language: str = Field(max_length=8)
    name: str
    media_type: str = Field(max_length=100)
    size_bytes: int
    pages: int | None = None
    scanned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passage(SQLModel, table=True):
    """Text of an edition that search returns; `page` is the page of its file, null where there is none."""

    material_id: str = Field(primary_key=True, foreign_key="material.id", max_length=80)
    language: str = Field(primary_key=True, max_length=8)
    position: int = Field(primary_key=True)
    page: int | None = None
    text: str


class ImportedItem(SQLModel, table=True):
    """What an import has taken: the same file with the same particulars is not taken twice, even after a kill.

    `digest` is that of the document, of what was said about it, and of the version of the reading.
    """

    digest: str = Field(primary_key=True, max_length=64)
    material_id: str = Field(foreign_key="material.id", max_length=80, index=True)
    name: str
    at: datetime = Field(sa_type=UtcDateTime)


class MaterialRelation(SQLModel, table=True):
    material_id: str = Field(primary_key=True, foreign_key="material.id", max_length=80)
    kind: RelationKind = Field(primary_key=True, sa_type=enum_column(RelationKind, "kind"))
    target_id: str = Field(primary_key=True, foreign_key="material.id", max_length=80, index=True)


class CaseSummary(SQLModel, table=True):
    """A case told without anyone in it. `is_composite`: invented or put together from several, never one real case."""

    id: str = Field(primary_key=True, max_length=80)
    language: str = Field(max_length=8)
    country: str = Field(max_length=4, index=True)
    title: str
    is_composite: bool
    exploitation_forms: list[str] = Field(default_factory=list, sa_type=JSON)
    acts: list[str] = Field(default_factory=list, sa_type=JSON)
    means: list[str] = Field(default_factory=list, sa_type=JSON)
    purposes: list[str] = Field(default_factory=list, sa_type=JSON)
    victim_groups: list[str] = Field(default_factory=list, sa_type=JSON)
    stages: list[str] = Field(default_factory=list, sa_type=JSON)
    themes: list[str] = Field(default_factory=list, sa_type=JSON)
    concepts: list[str] = Field(default_factory=list, sa_type=JSON)
    what_happened: str
    detection: str
    cooperation: str
    evidence: str
    outcome: str
    lessons: list[str] = Field(default_factory=list, sa_type=JSON)
    status: PublicationStatus = Field(
        default=PublicationStatus.PUBLISHED, sa_type=enum_column(PublicationStatus, "status")
    )
    visibility: Visibility = Field(default=Visibility.CLEAR, sa_type=enum_column(Visibility, "visibility"))
