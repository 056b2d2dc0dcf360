"""What may be said of a material from outside: by flags, in a sidecar beside its document, or as a record of its own.

The fields are those of seed_data/materials.yaml, `text`, and what `samband export` writes beyond them.
"""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.library.models import EditionKind, PublicationStatus, RelationKind
from app.permissions import Visibility


def _without_nul(text: str) -> str:
    """PostgreSQL holds no text with this character."""
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


NoNul = AfterValidator(_without_nul)
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9+-]{0,79}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True), NoNul]
Prose = Annotated[str, StringConstraints(max_length=20_000), NoNul]
Licence = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{0,39}$")]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]{1,1990}$")]
Several = Annotated[list[Words], Field(max_length=500)]
Codes = Annotated[list[Code], Field(max_length=200)]
MAX_TEXT_CHARACTERS = 20_000_000


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EditionRecord(Record):
    language: LanguageCode
    kind: EditionKind
    title: Words
    abstract: Prose = ""
    abstract_basis: Words | None = None
    abstract_is_quoted: bool = False
    success_factors: Several = []
    recommendations: Several = []


class PassageRecord(Record):
    language: LanguageCode
    position: int = Field(ge=0, le=100_000_000)
    page: int | None = Field(None, ge=1, le=100_000)
    text: Prose


class FileRecord(Record):
    """`path` leads from the folder of the record to the document and stays below that folder."""

    path: Words
    language: LanguageCode
    name: Words | None = None


class RelationRecord(Record):
    kind: RelationKind
    target: Slug


class MaterialRecord(Record):
    """A field that is left out, or null, is not said: what the portal knows, or the text proposes, stays."""

    id: Slug | None = None
    part_of: Slug | None = None
    title: Words | None = None
    title_en: Words | None = None
    language: LanguageCode | None = None
    publisher: Words | None = None
    publisher_organisation: Code | None = None
    year: int | None = Field(None, ge=1900, le=2100)
    country: Code | None = None
    type: Code | None = None
    themes: Codes | None = None
    concepts: Codes | None = None
    audience: Codes | None = None
    abstract: Prose | None = None
    abstract_basis: Words | None = None
    success_factors: Several | None = None
    recommendations: Several | None = None
    url: Web | None = None
    url_at_publisher: bool | None = None
    related_url: Web | None = None
    licence: Licence | None = None
    derived_from: Slug | None = None
    sources: Several | None = None
    note: Prose | None = None
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARACTERS), NoNul] | None = None
    titles: dict[LanguageCode, Words] | None = None
    countries: Codes | None = None
    identifiers: Several | None = None
    status: PublicationStatus | None = None
    visibility: Visibility | None = None
    review_by: date | None = None
    editions: Annotated[list[EditionRecord], Field(max_length=50)] | None = None
    passages: Annotated[list[PassageRecord], Field(max_length=200_000)] | None = None
    files: Annotated[list[FileRecord], Field(max_length=50)] | None = None
    relations: Annotated[list[RelationRecord], Field(max_length=500)] | None = None

    def over(self, other: "MaterialRecord") -> "MaterialRecord":
        """What both say, with the word of this one where they differ."""
        said = {name: getattr(self, name) for name in type(self).model_fields if getattr(self, name) is not None}
        return other.model_copy(update=said)

    @property
    def is_complete(self) -> bool:
        """It brings its passages along, as an export does: nothing is proposed from the text of its files then."""
        return self.passages is not None

    @property
    def targets(self) -> tuple[str, ...]:
        """Materials that this one cannot be without."""
        named = [relation.target for relation in self.relations or []]
        return tuple(one for one in (self.part_of, self.derived_from, *named) if one)
