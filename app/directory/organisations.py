"""One organisation: how to reach it, what it does, where it stands, and where the record comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.directory.bodies import LEVELS_ABOVE, BodyName, Holding, card, find_bodies, holdings
from app.directory.contacts import Channel, channels_of
from app.directory.freshness import freshness
from app.directory.models import Organisation, OrganisationFunction
from app.directory.names import other_names, own_name
from app.directory.perspective import INTERNATIONAL, Perspective
from app.errors import NotFound
from app.i18n import OWN_NAMES, collation_key
from app.links.models import BrokenLink, broken_among, website_url
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, Text, choose

_RECORD = re.compile(r"\(record ([a-z0-9-]+)\)")
_ABOUT_COMPILING = re.compile(r"Functions? added with counterpart_roles:[^.]*\.?\s*")
"""What a note says of how the list was compiled is of no use to a reader."""


@dataclass(frozen=True, slots=True)
class HeldFunction:
    code: str
    label: str
    definition: Text
    region: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One node of the band: who holds the same function in another country."""

    country: str
    country_name: str
    is_current: bool
    is_gap: bool
    bodies: tuple[BodyName, ...]


@dataclass(frozen=True, slots=True)
class NotePart:
    """A piece of a note: words, or another record that it names."""

    words: str
    record: str | None


@dataclass(frozen=True, slots=True)
class TextVersion:
    language: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the record comes from and how old it is."""

    names: tuple[str, ...]
    url: str | None
    as_of: str | None
    compiled_on: str | None
    is_stated: bool | None
    state: str
    confirmed_on: date | str | None
    visibility: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """`via`: the superior body whose channels are shown because none of its own is known."""

    id: str
    title: str
    name: Text
    other_names: tuple[Text, ...]
    abbreviation: str | None
    type_code: str
    type: str
    country: str
    country_name: str
    place: str
    channels: tuple[Channel, ...]
    hours_of: Channel | None
    via: BodyName | None
    mandate: Text
    mandate_versions: tuple[TextVersion, ...]
    functions: tuple[HeldFunction, ...]
    above: tuple[BodyName, ...]
    below: tuple[BodyName, ...]
    elsewhere_function: HeldFunction | None
    elsewhere: tuple[Elsewhere, ...]
    concepts: tuple[tuple[str, Text], ...]
    languages: tuple[str, ...]
    website: str | None
    website_broken: BrokenLink | None
    missing: tuple[str, ...]
    missing_note: str | None
    note: tuple[NotePart, ...]
    sources: Sources


def get_organisation_page(
    session: Session, reader: Reader, view: Perspective, organisation_id: str, mandate_language: str | None = None
) -> OrganisationPage:
    """Raises NotFound, also for what the reader may not see."""
    rows = find_bodies(session, reader, [organisation_id], LEVELS_ABOVE)
    if organisation_id not in rows:
        raise NotFound
    row = rows[organisation_id]
    shown_as = card(row, rows, channels_of(session, reader, rows.values(), view), view)
    functions = _functions(session, view, organisation_id)
    place_words = [view.label(Scheme.PLACE, code) for code in row.places or ()]
    shown = mandate_language if mandate_language in row.mandate else view.language
    mandate = choose(row.mandate, shown or view.language, row.assisted)
    elsewhere = _elsewhere(session, reader, view, row, functions[0].code) if functions else ()
    return OrganisationPage(
        id=row.id,
        title=own_name(row).value,
        name=own_name(row),
        other_names=other_names(row),
        abbreviation=row.abbreviation,
        type_code=row.type,
        type=shown_as.type,
        country=row.country,
        country_name=shown_as.country_name,
        place=row.city or next(iter(place_words), ""),
        channels=shown_as.channels,
        hours_of=next((found for found in shown_as.channels if found.open_hours and not found.is_open_24h), None),
        via=shown_as.via,
        mandate=mandate,
        mandate_versions=_versions(row, mandate.language),
        functions=functions,
        above=_above(row, rows),
        below=_below(session, reader, row, view),
        elsewhere_function=functions[0] if functions else None,
        elsewhere=elsewhere,
        concepts=tuple((key, view.vocabulary.concepts[key].label(view.language)) for key in row.concepts),
        languages=tuple(view.label(Scheme.LANGUAGE, code) for code in row.languages_served or ()),
        website=row.website_domain,
        website_broken=next(iter(broken_among(session, [website_url(row.website_domain)]).values()), None),
        missing=tuple(row.missing),
        missing_note=row.missing_note,
        note=tuple(note_parts(row.note or "")),
        sources=_sources(row, view),
    )


def note_parts(note: str) -> Iterator[NotePart]:
    """A compiler's note with the records it names as links."""
    rest = _ABOUT_COMPILING.sub("", note).strip()
    position = 0
    for found in _RECORD.finditer(rest):
        yield NotePart(rest[position : found.start()], None)
        yield NotePart(found.group(1), found.group(1))
        position = found.end()
    if rest[position:]:
        yield NotePart(rest[position:], None)


def _versions(row: Organisation, shown: str) -> tuple[TextVersion, ...]:
    return tuple(TextVersion(code, name, code == shown) for code, name in OWN_NAMES.items() if code in row.mandate)


def _sources(row: Organisation, view: Perspective) -> Sources:
    fresh = freshness(row.verified_at, row.as_of, view.today)
    return Sources(
        names=tuple(row.sources),
        url=row.source_url,
        as_of=row.as_of,
        compiled_on=row.compiled_on,
        is_stated=None if row.confidence is None else row.confidence.value == "stated",
        state=fresh.state,
        confirmed_on=fresh.as_of,
        visibility=row.visibility.value,
    )


def _functions(session: Session, view: Perspective, organisation_id: str) -> tuple[HeldFunction, ...]:
    rows = session.exec(
        select(OrganisationFunction)
        .where(OrganisationFunction.organisation_id == organisation_id)
        .order_by(col(OrganisationFunction.position))
    )
    return tuple(held_function(view, row.function, row.region, row.note) for row in rows)


def held_function(view: Perspective, code: str, region: str | None = None, note: str | None = None) -> HeldFunction:
    entry = view.vocabulary.term(Scheme.FUNCTION, code)
    return HeldFunction(code, entry.label(view.language), entry.definition(view.language), region, note)


def _above(row: Organisation, rows: dict[str, Organisation]) -> tuple[BodyName, ...]:
    """From the top down."""
    chain: list[BodyName] = []
    parent = rows.get(row.parent_id or "")
    while parent and parent.id not in {body.id for body in chain}:
        chain.insert(0, BodyName(parent.id, own_name(parent)))
        parent = rows.get(parent.parent_id or "")
    return tuple(chain)


def _below(session: Session, reader: Reader, row: Organisation, view: Perspective) -> tuple[BodyName, ...]:
    query = select(Organisation).where(Organisation.parent_id == row.id, visible_where(Organisation, reader))
    units = [BodyName(unit.id, own_name(unit)) for unit in session.exec(query)]
    key = collation_key(view.language)
    return tuple(sorted(units, key=lambda unit: key(unit.name.value)))


def _elsewhere(
    session: Session, reader: Reader, view: Perspective, row: Organisation, function: str
) -> tuple[Elsewhere, ...]:
    countries = NORDIC if row.country in (*NORDIC, INTERNATIONAL) else (*NORDIC, row.country)
    held = holdings(session, reader, view, [function], countries)
    named = find_bodies(session, reader, {key for holding in held.values() for key in holding.bodies[:2]})
    return tuple(_node(holding, named, row.country, view) for holding in held.values())


def _node(holding: Holding, named: dict[str, Organisation], here: str, view: Perspective) -> Elsewhere:
    return Elsewhere(
        country=holding.country,
        country_name=view.label(Scheme.COUNTRY, holding.country),
        is_current=holding.country == here,
        is_gap=holding.is_gap,
        bodies=tuple(BodyName(key, own_name(named[key])) for key in holding.bodies[:2] if key in named),
    )
