"""The shape of every record in the seed files. A field that is not named here, or has another type, is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9+-]{0,79}$")]
TextDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}){0,2}$")]
Confidence = Literal["stated", "common-knowledge"]
Texts = dict[str, str]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TermRecord(Record):
    id: Code
    labels: Texts
    definition: str | None = None
    group: str | None = None
    family: str | None = None
    exploitation_form: str | None = None
    part_of: str | None = None
    country: str | None = None
    kind: str | None = None
    name: str | None = None
    concept: str | None = None
    concepts: list[str] = []
    includes: list[str] = []
    search_labels: dict[str, list[str]] = {}
    time_zone: str | None = None
    time_zones: list[str] = []
    was: list[str] = []
    step: int | None = None
    tlp: str | None = None
    accepted: bool = True
    named_in: str | None = None
    interface: bool = False
    thesaurus: bool = False


class VerifiedTerm(Record):
    term: str
    source: str


class LabelsRecord(Record):
    """`whole_word`, `never_in_compounds`, `case_sensitive` name the terms that carry the flag."""

    pref: str
    alt: list[str] = []
    hidden: list[str] = []
    verified: bool = False
    source: str | None = None
    alt_verified: list[VerifiedTerm] = []
    whole_word: list[str] = []
    never_in_compounds: list[str] = []
    case_sensitive: list[str] = []


class ConceptRecord(Record):
    """`definitions`: those a concept brings along, in languages other than English; else translations/ has them."""

    id: Code
    facet: str
    broader: list[str] = []
    related: list[str] = []
    definition: str
    definitions: Texts = {}
    note: str | None = None
    labels: dict[str, LabelsRecord]


class AddedLabelsRecord(Record):
    alt: list[str]
    hidden: list[str] = []
    whole_word: list[str] = []
    never_in_compounds: list[str] = []
    case_sensitive: list[str] = []


class MoreLabelsRecord(Record):
    """Words that readers use for the concept `id` of the thesaurus and that it lacks."""

    id: Code
    labels: dict[str, AddedLabelsRecord]


class OrganisationRecord(Record):
    id: Code
    country: Code
    parent: Code | None
    names: Texts
    name_en: str | None
    abbreviation: str | None
    organisation_type: str
    functions: list[str]
    city: str | None
    region: str | None
    places: list[str] | None
    mandate: Texts
    themes: list[str]
    concepts: list[str]
    languages_served: list[str] | None
    website_domain: str | None
    sources: list[str]
    source_url: str | None
    as_of: TextDate | None
    confidence: Confidence | None
    compiled_on: TextDate | None
    verified_on: None
    note: str | None


class RoleRecord(Record):
    organisations: list[str]
    stand_in: list[str]
    gap: bool
    note: str


class CounterpartRecord(Record):
    function: str
    countries: dict[str, RoleRecord]


class HoursRecord(Record):
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    opens: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d$")] = Field(alias="from")
    closes: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d$")] = Field(alias="to")
    tz: str
    note: str | None = None


class ContactRecord(Record):
    id: Code
    organisation: Code
    kind: str
    value: str
    display: str
    area: str | None
    hours: list[HoursRecord] | None
    open_24h: bool
    languages: list[str] | None
    languages_basis: Literal["stated", "page", "assumed"] | None
    urgent: bool
    audience: Literal["public", "authorities", "professionals"]
    functions: list[str]
    scope: Texts
    source_url: str | None
    source_note: str
    as_of: TextDate | None
    confidence: Confidence
    check_at: str | None
    visibility: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]
    note: str | None


class MissingRecord(Record):
    organisation: Code
    missing: list[str]
    note: str | None


class MissingBodyRecord(Record):
    country: Code
    body: str
    note: str | None


class EmergencyLineRecord(Record):
    contact_point: Code | None
    value: str
    display: str
    purpose: str
    label: Texts
    translation: str
    languages: list[str] | None
    hours: list[HoursRecord] | None
    open_24h: bool
    urgent: bool
    free: bool | None
    anonymous: bool | None
    for_victims: bool
    note: Texts | None
    source_url: str | None
    as_of: TextDate | None
    confidence: Confidence
    show: bool
    show_reason: str | None


class EmergencyCountryRecord(Record):
    country: Code
    headline: Texts
    translation: str
    note: Texts | None
    lines: list[EmergencyLineRecord]


class SourceRecord(Record):
    id: Code
    title: str
    publisher: str
    url: str | None
    date: TextDate | None


class FactRecord(Record):
    id: Code
    topic: str
    text: str | None
    value: str | None
    organisation: Code | None
    sources: list[str]
    as_of: TextDate | None
    verified_on: None
    found: bool
    note: str | None
    hours: str | None = None
    audience: str | None = None


class CountryRecord(Record):
    country: Code
    facts: list[FactRecord]


class MaterialRecord(Record):
    id: Code
    part_of: Code | None
    title: str
    title_en: str | None
    language: str
    publisher: str | None
    publisher_organisation: Code | None
    year: int | None
    country: Code
    type: str
    themes: list[str]
    concepts: list[str]
    audience: list[str]
    abstract: str
    abstract_basis: str | None
    success_factors: list[str]
    recommendations: list[str]
    url: str | None
    url_at_publisher: bool | None
    related_url: str | None
    licence: str | None
    derived_from: Code | None
    sources: list[str]
    note: str | None


class CaseRecord(Record):
    id: Code
    fictional: bool
    language: str
    country: Code
    title: str
    exploitation_forms: list[str]
    acts: list[str]
    means: list[str]
    purposes: list[str]
    victim_groups: list[str]
    stages: list[str]
    themes: list[str]
    exploitation_concepts: list[str]
    sectors: list[str]
    victim_concepts: list[str]
    concepts: list[str]
    what_happened: str
    detection: str
    cooperation: str
    evidence: str
    outcome: str
    lessons: list[str]


class TranslationRecord(Record):
    """Texts of one language, all machine-assisted until a person confirms them."""

    meta: dict[str, str]
    facts: Texts = {}
    notes: dict[str, Texts] = {}
    definitions: dict[str, Texts] = {}
    concepts: Texts = {}
    emergency_countries: Texts = {}
    emergency_lines: Texts = {}
    fact_notes: Texts = {}
    hours_notes: Texts = {}
    contact_notes: Texts = {}
    scopes: Texts = {}
    mandates: Texts = {}
