"""What the home page reads from the database: coordinators, newest documents, one comparison, the library."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.directory.contacts import Channel, channels_of
from app.directory.facts import Duration, duration
from app.directory.models import Counterpart, CounterpartBody, CountryFact, FactSource, Organisation
from app.directory.names import own_name
from app.directory.perspective import perspective
from app.library.models import CaseSummary, Edition, Material, PublicationStatus
from app.pages import Visit
from app.permissions import visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NO_TEXT, NORDIC, Text, choose

COORDINATION = "national-coordinator"
REFLECTION = "reflection-period"
NEWEST_SHOWN = 8
DIRECT = frozenset({"phone", "helpline", "email"})
"""What can be dialled or written to at once."""


@dataclass(frozen=True, slots=True)
class Coordinator:
    country: str
    url: str
    body: Text | None
    other_name: Text
    body_url: str
    channel: Channel | None

    @property
    def is_gap(self) -> bool:
        return self.body is None


@dataclass(frozen=True, slots=True)
class NewDocument:
    title: Text
    url: str
    year: int
    kind: str
    countries: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Period:
    """`duration` and its `share` of the longest in percent, where the fact is a length; `text` says it in full."""

    country: str
    duration: Duration | None
    share: int
    text: Text
    is_found: bool
    source: str
    source_url: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Family:
    label: str
    url: str
    count: int


def list_coordinators(session: Session, visit: Visit) -> tuple[Coordinator, ...]:
    """The first body of each country's coordination with its best channel; none where it is a gap."""
    first = (
        select(CounterpartBody.country, Organisation)
        .join(Organisation, col(Organisation.id) == col(CounterpartBody.organisation_id))
        .join(
            Counterpart,
            (col(Counterpart.function) == COORDINATION) & (col(Counterpart.country) == col(CounterpartBody.country)),
        )
        .where(CounterpartBody.function == COORDINATION, ~col(CounterpartBody.is_stand_in), ~col(Counterpart.is_gap))
        .where(visible_where(Organisation, visit.reader), col(CounterpartBody.country).in_(NORDIC))
        .order_by(col(CounterpartBody.position).desc())
    )
    bodies = dict(session.exec(first).all())
    view = perspective(visit.vocabulary, visit.language)
    channels = channels_of(session, visit.reader, bodies.values(), view, COORDINATION)
    return tuple(_coordinator(visit, code, bodies.get(code), channels) for code in NORDIC)


def _coordinator(
    visit: Visit, country: str, body: Organisation | None, channels: dict[str, tuple[Channel, ...]]
) -> Coordinator:
    name = visit.label("countries", country)
    url = visit.url(f"countries/{country.lower()}")
    if body is None:
        return Coordinator(name, url, None, NO_TEXT, visit.url(f"functions/{COORDINATION}/{country.lower()}"), None)
    own = own_name(body)
    translated = choose(body.names, visit.language)
    reachable = (
        found for found in channels[body.id] if found.kind in DIRECT and found.href and COORDINATION in found.functions
    )
    return Coordinator(
        country=name,
        url=url,
        body=own,
        other_name=NO_TEXT if translated.value == own.value else translated,
        body_url=visit.url(f"organisations/{body.id}"),
        channel=next(reachable, None),
    )


def list_newest(session: Session, visit: Visit) -> tuple[NewDocument, ...]:
    statement = (
        select(Material, Edition)
        .join(
            Edition, (col(Edition.material_id) == col(Material.id)) & (col(Edition.language) == col(Material.language))
        )
        .where(_published(Material, visit), col(Material.year).is_not(None))
        .order_by(col(Material.year).desc(), col(Material.id))
        .limit(NEWEST_SHOWN)
    )
    return tuple(_document(visit, material, edition) for material, edition in session.exec(statement))


def _document(visit: Visit, material: Material, edition: Edition) -> NewDocument:
    return NewDocument(
        title=Text(edition.title, edition.language),
        url=visit.url(f"materials/{material.id}"),
        year=material.year or 0,
        kind=visit.label("material_types", material.type),
        countries=tuple(visit.labels("countries", material.countries)),
        language=visit.label("languages", material.language),
    )


def list_reflection_periods(session: Session, visit: Visit) -> tuple[Period, ...]:
    facts = session.exec(
        select(CountryFact)
        .where(CountryFact.topic == REFLECTION, col(CountryFact.country).in_(NORDIC))
        .order_by(col(CountryFact.position).desc())
    ).all()
    wanted = {key for fact in facts for key in fact.source_ids[:1]}
    sources = {row.id: row for row in session.exec(select(FactSource).where(col(FactSource.id).in_(wanted)))}
    by_country = {fact.country: fact for fact in facts}
    lengths = [length for fact in facts if (length := duration(fact.value))]
    longest = max((length.days for length in lengths), default=0)
    return tuple(_period(visit, by_country[code], sources, longest) for code in NORDIC if code in by_country)


def _period(visit: Visit, fact: CountryFact, sources: dict[str, FactSource], longest: int) -> Period:
    source = sources.get(fact.source_ids[0]) if fact.source_ids else None
    length = duration(fact.value)
    return Period(
        country=visit.label("countries", fact.country),
        duration=length,
        share=round(100 * length.days / longest) if length and longest else 0,
        text=choose(fact.text, visit.language, fact.assisted),
        is_found=fact.is_found,
        source=source.title if source else "",
        source_url=source.url if source else None,
        date=fact.as_of or (source.date if source else None),
    )


def list_families(session: Session, visit: Visit) -> tuple[Family, ...]:
    """The library's families with what a reader finds in each; empty ones are left out."""
    rows = session.exec(
        select(Material.type, func.count()).where(_published(Material, visit)).group_by(Material.type)
    ).all()
    counts: Counter[str] = Counter()
    for code, count in rows:
        entry = visit.vocabulary.find(Scheme.MATERIAL_TYPE, code)
        counts[entry.group or "" if entry else ""] += count
    return tuple(
        Family(family.label(visit.language), visit.url("materials", family=family.code), counts[family.code])
        for family in visit.vocabulary.list(Scheme.MATERIAL_FAMILY)
        if counts[family.code]
    )


def count_cases(session: Session, visit: Visit) -> int:
    return session.exec(select(func.count()).select_from(CaseSummary).where(_published(CaseSummary, visit))).one()


def count_organisations(session: Session, visit: Visit) -> int:
    return session.exec(
        select(func.count()).select_from(Organisation).where(visible_where(Organisation, visit.reader))
    ).one()


def _published(model: type[Material] | type[CaseSummary], visit: Visit) -> ColumnElement[bool]:
    return visible_where(model, visit.reader) & (col(model.status) == PublicationStatus.PUBLISHED)
