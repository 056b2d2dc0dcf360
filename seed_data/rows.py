"""Seed records → table rows, in the order in which they may be inserted."""

from collections.abc import Iterator, Mapping

from sqlmodel import SQLModel

from app.db_types import Hours
from app.directory.models import (
    ContactPoint,
    Counterpart,
    CounterpartBody,
    CountryFact,
    EmergencyCountry,
    EmergencyLine,
    FactSource,
    MissingBody,
    Organisation,
    OrganisationFunction,
)
from app.vocabulary.models import Concept, ConceptLabel, LabelKind, Scheme, Term
from seed_data.library_rows import library_rows
from seed_data.records import ConceptRecord, ContactRecord, HoursRecord, LabelsRecord, OrganisationRecord, TermRecord
from seed_data.references import Seed
from seed_data.topics import with_topics

MAX_ABBREVIATION = 3


def all_rows(seed: Seed) -> Iterator[list[SQLModel]]:
    yield [
        _term(seed, scheme, number, term) for scheme, terms in seed.terms.items() for number, term in enumerate(terms)
    ]
    yield [_concept(seed, concept) for concept in with_topics(seed)]
    yield list(_concept_labels(seed))
    yield from _parents_first([_organisation(seed, body) for body in seed.organisations])
    yield [
        OrganisationFunction(
            organisation_id=body.id, function=function, position=number, country=body.country, region=body.region
        )
        for body in seed.organisations
        for number, function in enumerate(body.functions)
    ]
    yield [_contact(seed, number, contact) for number, contact in enumerate(seed.contacts)]
    yield [
        MissingBody(id=number, country=body.country, body=body.body, note=body.note)
        for number, body in enumerate(seed.missing_bodies, start=1)
    ]
    yield [FactSource.model_validate(source.model_dump()) for source in seed.sources]
    yield list(_facts(seed))
    yield list(_counterparts(seed))
    yield list(_counterpart_bodies(seed))
    yield list(_emergency_countries(seed))
    yield list(_emergency_lines(seed))
    yield from library_rows(seed)


def _translated(seed: Seed, english: str | None, texts: Mapping[str, str | None]) -> dict[str, str]:
    """English with what there is of it in the other languages."""
    if not english:
        return {}
    return {"en": english, **{language: text for language, text in texts.items() if text}}


def _term(seed: Seed, scheme: Scheme, number: int, term: TermRecord) -> Term:
    definitions = _translated(
        seed,
        term.definition,
        {code: book.definitions.get(scheme, {}).get(term.id) for code, book in seed.translations.items()},
    )
    return Term.model_validate(
        {
            "scheme": scheme.value,
            "code": term.id,
            "position": number,
            "group_code": term.group or term.family or term.exploitation_form or term.part_of or term.country,
            "kind": term.kind,
            "labels": {**term.labels, **({"mul": term.name} if term.name else {})},
            "definitions": definitions,
            "assisted": [code for code in definitions if code != "en"],
            "search_labels": term.search_labels,
            "concepts": [*([term.concept] if term.concept else []), *term.concepts, *term.includes],
            "time_zones": [*term.time_zones, *([term.time_zone] if term.time_zone else [])],
        }
    )


def _concept(seed: Seed, record: ConceptRecord) -> Concept:
    translated = {code: book.concepts.get(record.id) for code, book in seed.translations.items()}
    definitions = _translated(seed, record.definition, {**translated, **record.definitions})
    # A topic brings all its definitions along, and nobody has confirmed even the English one.
    confirmed = () if record.definitions else ("en",)
    return Concept.model_validate(
        {
            "id": record.id,
            "facet": record.facet,
            "broader": record.broader,
            "related": record.related,
            "definitions": definitions,
            "assisted": [code for code in definitions if code not in confirmed],
            "note": record.note,
        }
    )


def _concept_labels(seed: Seed) -> Iterator[SQLModel]:
    for concept in with_topics(seed):
        for language, labels in concept.labels.items():
            terms = [(labels.pref, LabelKind.PREFERRED)]
            terms += [(term, LabelKind.ALTERNATIVE) for term in labels.alt]
            terms += [(term, LabelKind.HIDDEN) for term in labels.hidden]
            unique = {text: kind for text, kind in reversed(terms)}
            for position, (text, kind) in enumerate(sorted(unique.items(), key=terms.index)):
                yield _concept_label(concept.id, language, labels, text, kind, position)


def _concept_label(
    concept_id: str, language: str, labels: LabelsRecord, text: str, kind: LabelKind, position: int
) -> ConceptLabel:
    attested = {entry.term: entry.source for entry in labels.alt_verified}
    is_preferred = kind is LabelKind.PREFERRED
    is_abbreviation = len(text) <= MAX_ABBREVIATION and text.isupper()
    return ConceptLabel(
        concept_id=concept_id,
        language=language,
        text=text,
        kind=kind,
        position=position,
        is_whole_word=is_abbreviation or text in labels.whole_word,
        is_case_sensitive=is_abbreviation or text in labels.case_sensitive,
        is_never_in_compounds=is_abbreviation or text in labels.never_in_compounds,
        is_verified=labels.verified if is_preferred else text in attested,
        source=labels.source if is_preferred else attested.get(text),
    )


def _organisation(seed: Seed, record: OrganisationRecord) -> Organisation:
    missing = next((entry for entry in seed.missing if entry.organisation == record.id), None)
    translated = {code: book.mandates.get(record.id) for code, book in seed.translations.items()}
    mandate = {**{code: text for code, text in translated.items() if text}, **record.mandate}
    english = {"en": record.name_en} if record.name_en else {}
    return Organisation.model_validate(
        {
            "id": record.id,
            "country": record.country,
            "parent_id": record.parent,
            "names": {**english, **record.names},
            "abbreviation": record.abbreviation,
            "type": record.organisation_type,
            "city": record.city,
            "region": record.region,
            "places": record.places,
            "mandate": mandate,
            "assisted": [code for code in mandate if code not in record.mandate],
            "concepts": record.concepts,
            "themes": record.themes,
            "languages_served": record.languages_served,
            "website_domain": record.website_domain,
            "sources": record.sources,
            "source_url": record.source_url,
            "as_of": record.as_of,
            "compiled_on": record.compiled_on,
            "confidence": record.confidence,
            "missing": missing.missing if missing else [],
            "missing_note": missing.note if missing else None,
            "note": record.note,
        }
    )


def _parents_first(bodies: list[Organisation]) -> Iterator[list[SQLModel]]:
    placed: set[str] = set()
    rest = bodies
    while rest:
        ready = [body for body in rest if body.parent_id is None or body.parent_id in placed]
        if not ready:
            raise ValueError(f"organisations.yaml: parents in a circle: {', '.join(body.id for body in rest)}")
        placed |= {body.id for body in ready}
        rest = [body for body in rest if body.id not in placed]
        yield list(ready)


def _hours(seed: Seed, hours: list[HoursRecord] | None) -> list[Hours] | None:
    if hours is None:
        return None
    return [
        Hours(
            days=tuple(entry.days),
            opens=entry.opens,
            closes=entry.closes,
            tz=entry.tz,
            note=_translated(
                seed,
                entry.note,
                {code: book.hours_notes.get(entry.note or "") for code, book in seed.translations.items()},
            ),
        )
        for entry in hours
    ]


def _contact(seed: Seed, number: int, record: ContactRecord) -> ContactPoint:
    books = seed.translations.items()
    scope = {
        **_translated(
            seed, record.scope.get("en"), {c: book.scopes.get(record.scope.get("en", "")) for c, book in books}
        ),
        **record.scope,
    }
    note = _translated(seed, record.note, {code: book.contact_notes.get(record.id) for code, book in books})
    return ContactPoint.model_validate(
        {
            **record.model_dump(
                include={
                    "id",
                    "kind",
                    "value",
                    "display",
                    "area",
                    "languages",
                    "languages_basis",
                    "audience",
                    "functions",
                    "source_url",
                    "source_note",
                    "as_of",
                    "confidence",
                    "check_at",
                    "visibility",
                }
            ),
            "organisation_id": record.organisation,
            "position": number,
            "hours": _hours(seed, record.hours),
            "is_open_24h": record.open_24h,
            "is_urgent": record.urgent,
            "scope": scope,
            "note": note,
            "assisted": [code for code in scope if code not in record.scope],
        }
    )


def _facts(seed: Seed) -> Iterator[SQLModel]:
    for profile in seed.countries:
        for position, fact in enumerate(profile.facts):
            books = seed.translations.items()
            text = _translated(seed, fact.text, {code: book.facts.get(fact.id) for code, book in books})
            yield CountryFact.model_validate(
                {
                    **fact.model_dump(include={"id", "topic", "value", "as_of", "hours", "audience"}),
                    "country": profile.country,
                    "position": position,
                    "text": text,
                    "assisted": [code for code in text if code != "en"],
                    "organisation_id": fact.organisation,
                    "source_ids": fact.sources,
                    "is_found": fact.found,
                    "note": _translated(seed, fact.note, {code: book.fact_notes.get(fact.id) for code, book in books}),
                }
            )


def _counterparts(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.counterparts:
        for country, role in record.countries.items():
            books = seed.translations.items()
            texts = {code: book.notes.get(record.function, {}).get(country) for code, book in books}
            note = _translated(seed, role.note, texts)
            yield Counterpart(
                function=record.function,
                country=country,
                is_gap=role.gap,
                note=note,
                assisted=[code for code in note if code != "en"],
            )


def _counterpart_bodies(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.counterparts:
        for country, role in record.countries.items():
            for is_stand_in, bodies in ((False, role.organisations), (True, role.stand_in)):
                for position, body in enumerate(bodies):
                    yield CounterpartBody(
                        function=record.function,
                        country=country,
                        organisation_id=body,
                        is_stand_in=is_stand_in,
                        position=position,
                    )


def _emergency_countries(seed: Seed) -> Iterator[SQLModel]:
    for position, record in enumerate(seed.emergency):
        texts = {code: book.emergency_countries.get(record.country) for code, book in seed.translations.items()}
        note = _translated(seed, (record.note or {}).get("en"), texts)
        yield EmergencyCountry(country=record.country, position=position, headline=record.headline, note=note)


def _emergency_lines(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.emergency:
        for position, line in enumerate(record.lines):
            place = f"{record.country}/{position}"
            texts = {code: book.emergency_lines.get(place) for code, book in seed.translations.items()}
            yield EmergencyLine.model_validate(
                {
                    **line.model_dump(
                        include={
                            "value",
                            "display",
                            "purpose",
                            "label",
                            "languages",
                            "source_url",
                            "as_of",
                            "confidence",
                            "show_reason",
                        }
                    ),
                    "country": record.country,
                    "position": position,
                    "contact_point_id": line.contact_point,
                    "hours": _hours(seed, line.hours),
                    "is_open_24h": line.open_24h,
                    "is_urgent": line.urgent,
                    "is_free": line.free,
                    "is_anonymous": line.anonymous,
                    "is_for_victims": line.for_victims,
                    "note": _translated(seed, (line.note or {}).get("en"), texts),
                    "is_shown": line.show,
                }
            )
