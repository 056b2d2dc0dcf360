"""Closed lists and the thesaurus: what the portal calls things, in every language."""

from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Scheme(StrEnum):
    """The closed lists; values are the keys of seed_data/enumerations.yaml."""

    FUNCTION_GROUP = "function_groups"
    FUNCTION = "functions"
    ORGANISATION_TYPE = "organisation_types"
    CONTACT_KIND = "contact_kinds"
    MATERIAL_FAMILY = "material_families"
    MATERIAL_TYPE = "material_types"
    EXPLOITATION_FORM = "exploitation_forms"
    ACT = "acts"
    MEANS = "means"
    PURPOSE = "purposes"
    VICTIM_GROUP = "victim_groups"
    STAGE = "stages"
    AUDIENCE = "audiences"
    THEME = "themes"
    VISIBILITY = "visibility"
    PUBLICATION_STATUS = "publication_statuses"
    FRESHNESS = "freshness"
    FACT_TOPIC = "fact_topics"
    LANGUAGE = "languages"
    COUNTRY = "countries"
    PLACE = "places"


class LabelKind(StrEnum):
    PREFERRED = "pref"
    ALTERNATIVE = "alt"
    HIDDEN = "hidden"


class Term(SQLModel, table=True):
    """One entry of a closed list. `group_code` is its group, family or exploitation form, or the country of a place.

    `assisted` names the languages whose definition was written with machine assistance and confirmed by nobody yet.
    """

    scheme: str = Field(primary_key=True, max_length=32)
    code: str = Field(primary_key=True, max_length=64)
    position: int
    group_code: str | None = Field(default=None, max_length=64)
    kind: str | None = Field(default=None, max_length=32)
    labels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    definitions: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    search_labels: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    concepts: list[str] = Field(default_factory=list, sa_type=JSON)
    time_zones: list[str] = Field(default_factory=list, sa_type=JSON)


class Concept(SQLModel, table=True):
    """A thesaurus entry (SKOS): `broader` is hierarchical, `related` symmetric; both hold concept ids."""

    id: str = Field(primary_key=True, max_length=64)
    facet: str = Field(max_length=32, index=True)
    broader: list[str] = Field(default_factory=list, sa_type=JSON)
    related: list[str] = Field(default_factory=list, sa_type=JSON)
    definitions: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str | None = None


class ConceptLabel(SQLModel, table=True):
    """One word for a concept. The flags steer matching: see search/thesaurus.py."""

    concept_id: str = Field(primary_key=True, foreign_key="concept.id", max_length=64)
    language: str = Field(primary_key=True, max_length=8)
    text: str = Field(primary_key=True, max_length=200)
    kind: LabelKind = Field(max_length=8)
    position: int = 0
    is_whole_word: bool = False
    is_case_sensitive: bool = False
    is_never_in_compounds: bool = False
    is_verified: bool = False
    source: str | None = None
