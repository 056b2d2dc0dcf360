"""Organisations, their contact points, what is known of a country, and who holds which function where."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db_types import Hours, HoursType, UtcDateTime, enum_column
from app.permissions import Visibility


class Confidence(StrEnum):
    """`stated`: it stands on the named page. `common-knowledge`: generally known, shown as unconfirmed."""

    STATED = "stated"
    COMMON_KNOWLEDGE = "common-knowledge"


class Organisation(SQLModel, table=True):
    """A body with a mandate. `names` and `mandate` are per language; `assisted` names the languages of the mandate that
    were translated with machine assistance. Dates of sources are text: year, year-month or day.
    """

    id: str = Field(primary_key=True, max_length=64)
    country: str = Field(max_length=4, index=True)
    parent_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=64, index=True)
    names: dict[str, str] = Field(sa_type=JSON)
    abbreviation: str | None = Field(default=None, max_length=40)
    type: str = Field(max_length=32, index=True)
    city: str | None = None
    region: str | None = None
    places: list[str] | None = Field(default=None, sa_type=JSON)
    mandate: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    concepts: list[str] = Field(default_factory=list, sa_type=JSON)
    themes: list[str] = Field(default_factory=list, sa_type=JSON)
    languages_served: list[str] | None = Field(default=None, sa_type=JSON)
    website_domain: str | None = None
    sources: list[str] = Field(default_factory=list, sa_type=JSON)
    source_url: str | None = None
    as_of: str | None = Field(default=None, max_length=10)
    compiled_on: str | None = Field(default=None, max_length=10)
    confidence: Confidence | None = Field(default=None, sa_type=enum_column(Confidence, "confidence"))
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: str | None = None
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    missing_note: str | None = None
    note: str | None = None
    visibility: Visibility = Field(default=Visibility.CLEAR, sa_type=enum_column(Visibility, "visibility"))


class OrganisationFunction(SQLModel, table=True):
    """That a body holds a function, for its whole country unless a region or place says otherwise."""

    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id", max_length=64)
    function: str = Field(primary_key=True, max_length=64, index=True)
    position: int = 0
    country: str | None = Field(default=None, max_length=4)
    region: str | None = None
    place: str | None = None
    note: str | None = None


class ContactPoint(SQLModel, table=True):
    """A functional channel. `value` of phones is E.164 or the short number dialled inside the country."""

    id: str = Field(primary_key=True, max_length=80)
    organisation_id: str = Field(foreign_key="organisation.id", max_length=64, index=True)
    position: int = 0
    kind: str = Field(max_length=16)
    value: str
    display: str
    area: str | None = None
    hours: list[Hours] | None = Field(default=None, sa_type=HoursType)
    is_open_24h: bool = False
    is_urgent: bool = False
    languages: list[str] | None = Field(default=None, sa_type=JSON)
    languages_basis: str | None = Field(default=None, max_length=16)
    audience: str = Field(max_length=16)
    functions: list[str] = Field(default_factory=list, sa_type=JSON)
    scope: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    source_url: str | None = None
    source_note: str
    as_of: str | None = Field(default=None, max_length=10)
    confidence: Confidence = Field(sa_type=enum_column(Confidence, "confidence"))
    check_at: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: str | None = None
    visibility: Visibility = Field(default=Visibility.CLEAR, sa_type=enum_column(Visibility, "visibility"))


class MissingBody(SQLModel, table=True):
    """A body that the compilers looked for and for which no channel was found."""

    id: int | None = Field(default=None, primary_key=True)
    country: str = Field(max_length=4, index=True)
    body: str
    note: str | None = None


class FactSource(SQLModel, table=True):
    id: str = Field(primary_key=True, max_length=64)
    title: str
    publisher: str
    url: str | None = None
    date: str | None = Field(default=None, max_length=10)


class CountryFact(SQLModel, table=True):
    """One statement about a country. `is_found` false: the thing was looked for and not found."""

    id: str = Field(primary_key=True, max_length=64)
    country: str = Field(max_length=4, index=True)
    position: int = 0
    topic: str = Field(max_length=32, index=True)
    text: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    value: str | None = None
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=64)
    source_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    as_of: str | None = Field(default=None, max_length=10)
    is_found: bool = True
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    hours: str | None = None
    audience: str | None = Field(default=None, max_length=16)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: str | None = None


class Counterpart(SQLModel, table=True):
    """What is known of a function in a country: what differs there, or that nobody was found (`is_gap`)."""

    function: str = Field(primary_key=True, max_length=64)
    country: str = Field(primary_key=True, max_length=4)
    is_gap: bool
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)


class CounterpartBody(SQLModel, table=True):
    """The bodies of a counterpart in order: the first answers. A stand-in does not hold the function there."""

    function: str = Field(primary_key=True, max_length=64)
    country: str = Field(primary_key=True, max_length=4)
    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id", max_length=64)
    is_stand_in: bool = Field(primary_key=True)
    position: int


class EmergencyCountry(SQLModel, table=True):
    country: str = Field(primary_key=True, max_length=4)
    position: int
    headline: dict[str, str] = Field(sa_type=JSON)
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class EmergencyLine(SQLModel, table=True):
    """A line for someone in danger. Only rows with `is_shown` may be shown; `show_reason` says why one is held back."""

    country: str = Field(primary_key=True, foreign_key="emergencycountry.country", max_length=4)
    position: int = Field(primary_key=True)
    contact_point_id: str | None = Field(default=None, foreign_key="contactpoint.id", max_length=80)
    value: str
    display: str
    purpose: str = Field(max_length=24)
    label: dict[str, str] = Field(sa_type=JSON)
    languages: list[str] | None = Field(default=None, sa_type=JSON)
    hours: list[Hours] | None = Field(default=None, sa_type=HoursType)
    is_open_24h: bool = False
    is_urgent: bool = False
    is_free: bool | None = None
    is_anonymous: bool | None = None
    is_for_victims: bool = True
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    source_url: str | None = None
    as_of: str | None = Field(default=None, max_length=10)
    confidence: Confidence = Field(sa_type=enum_column(Confidence, "confidence"))
    is_shown: bool
    show_reason: str | None = None
