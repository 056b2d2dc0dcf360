"""What the seed files say of each other: every id that is named must exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.vocabulary.models import Scheme
from seed_data.records import (
    CaseRecord,
    ConceptRecord,
    ContactRecord,
    CounterpartRecord,
    CountryRecord,
    EmergencyCountryRecord,
    MaterialRecord,
    MissingBodyRecord,
    MissingRecord,
    MoreLabelsRecord,
    OrganisationRecord,
    SourceRecord,
    TermRecord,
    TranslationRecord,
)


@dataclass(frozen=True, slots=True)
class Seed:
    """`concepts` are those of thesaurus.yaml, `topics` the portal's own beside them."""

    terms: dict[Scheme, list[TermRecord]]
    concepts: list[ConceptRecord]
    topics: list[ConceptRecord]
    more_labels: list[MoreLabelsRecord]
    organisations: list[OrganisationRecord]
    counterparts: list[CounterpartRecord]
    contacts: list[ContactRecord]
    missing: list[MissingRecord]
    missing_bodies: list[MissingBodyRecord]
    emergency: list[EmergencyCountryRecord]
    sources: list[SourceRecord]
    countries: list[CountryRecord]
    materials: list[MaterialRecord]
    cases: list[CaseRecord]
    translations: dict[str, TranslationRecord] = field(default_factory=dict)


Reference = tuple[str, Iterable[str | None], set[str]]


def dangling(seed: Seed) -> list[str]:
    """References to something that is not there, one line each."""
    return [
        f"{place}: {value!r} is not known"
        for check in (_thesaurus, _directory, _countries, _library)
        for place, values, known in check(seed)
        for value in values
        if value is not None and value not in known
    ]


def _codes(seed: Seed, scheme: Scheme) -> set[str]:
    return {term.id for term in seed.terms[scheme]}


def _bodies(seed: Seed) -> set[str]:
    return {body.id for body in seed.organisations}


def _concepts(seed: Seed) -> set[str]:
    return {concept.id for concept in (*seed.concepts, *seed.topics)}


def _thesaurus(seed: Seed) -> Iterator[Reference]:
    concepts = _concepts(seed)
    for name, listed in (("thesaurus.yaml", seed.concepts), ("topics.yaml", seed.topics)):
        for concept in listed:
            yield f"{name}: {concept.id}: broader, related", [*concept.broader, *concept.related], concepts
    labelled = {concept.id: set(concept.labels) for concept in seed.concepts}
    for more in seed.more_labels:
        yield "topics.yaml: more_labels", [more.id], set(labelled)
        yield f"topics.yaml: {more.id}: labels", more.labels, labelled.get(more.id, set(more.labels))


def _directory(seed: Seed) -> Iterator[Reference]:
    bodies, concepts = _bodies(seed), _concepts(seed)
    for body in seed.organisations:
        place = f"organisations.yaml: {body.id}"
        yield f"{place}: country", [body.country], _codes(seed, Scheme.COUNTRY)
        yield f"{place}: parent", [body.parent], bodies
        yield f"{place}: organisation_type", [body.organisation_type], _codes(seed, Scheme.ORGANISATION_TYPE)
        yield f"{place}: functions", body.functions, _codes(seed, Scheme.FUNCTION)
        yield f"{place}: places", body.places or [], _codes(seed, Scheme.PLACE)
        yield f"{place}: concepts", body.concepts, concepts
    for role in seed.counterparts:
        for country, held in role.countries.items():
            yield f"organisations.yaml: {role.function}: {country}", [*held.organisations, *held.stand_in], bodies
    for contact in seed.contacts:
        place = f"contact_points.yaml: {contact.id}"
        yield f"{place}: organisation", [contact.organisation], bodies
        yield f"{place}: functions", contact.functions, _codes(seed, Scheme.FUNCTION)
        yield f"{place}: kind", [contact.kind], _codes(seed, Scheme.CONTACT_KIND)


def _countries(seed: Seed) -> Iterator[Reference]:
    contacts = {contact.id for contact in seed.contacts}
    sources = {source.id for source in seed.sources}
    for country in seed.emergency:
        yield f"emergency.yaml: {country.country}", [line.contact_point for line in country.lines], contacts
    for profile in seed.countries:
        for fact in profile.facts:
            place = f"country_profiles.yaml: {fact.id}"
            yield f"{place}: sources", fact.sources, sources
            yield f"{place}: organisation", [fact.organisation], _bodies(seed)
            yield f"{place}: topic", [fact.topic], _codes(seed, Scheme.FACT_TOPIC)


def _library(seed: Seed) -> Iterator[Reference]:
    concepts, materials = _concepts(seed), {material.id for material in seed.materials}
    for material in seed.materials:
        place = f"materials.yaml: {material.id}"
        yield f"{place}: part_of, derived_from", [material.part_of, material.derived_from], materials
        yield f"{place}: type", [material.type], _codes(seed, Scheme.MATERIAL_TYPE)
        yield f"{place}: concepts", material.concepts, concepts
        yield f"{place}: audience", material.audience, _codes(seed, Scheme.AUDIENCE)
        yield f"{place}: publisher_organisation", [material.publisher_organisation], _bodies(seed)
    for case in seed.cases:
        listed = [*case.exploitation_concepts, *case.sectors, *case.victim_concepts, *case.concepts]
        yield f"case_summaries.yaml: {case.id}: concepts", listed, concepts
