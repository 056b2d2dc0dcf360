"""What is known of a country, topic by topic, each statement with its sources."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.directory.bodies import BodyName, find_bodies
from app.directory.freshness import freshness
from app.directory.models import CountryFact, FactSource, Organisation
from app.directory.names import own_name
from app.directory.perspective import Perspective
from app.errors import NotFound
from app.permissions import Reader
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, Text, choose

_DURATION = re.compile(r"(\d{1,3}) (day|month)s?")
DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time that a rule states."""

    count: int
    unit: str

    @property
    def days(self) -> int:
        return self.count * (DAYS_A_MONTH if self.unit == "month" else 1)


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    publisher: str
    url: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """`is_found` false: the thing was looked for and not found. `organisation` is the body that the fact is about."""

    id: str
    text: Text
    value: str | None
    duration: Duration | None
    organisation: BodyName | None
    note: Text
    sources: tuple[Source, ...]
    as_of: str | None
    is_found: bool
    state: str
    confirmed_on: date | str | None


@dataclass(frozen=True, slots=True)
class CountryCell:
    country: str
    country_name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class TopicLink:
    code: str
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ComparePage:
    title: str
    topic: str
    definition: Text
    cells: tuple[CountryCell, ...]
    topics: tuple[TopicLink, ...]
    longest_days: int

    @property
    def texts(self) -> list[Text]:
        return texts_of(fact for cell in self.cells for fact in cell.facts)

    @property
    def with_source(self) -> int:
        return sum(any(fact.sources and fact.is_found for fact in cell.facts) for cell in self.cells)


def facts_of(
    session: Session, reader: Reader, view: Perspective, countries: Sequence[str], topics: Sequence[str] | None = None
) -> dict[tuple[str, str], tuple[Fact, ...]]:
    """(country, topic) -> statements in their order; pairs without any are left out."""
    query = select(CountryFact).where(col(CountryFact.country).in_(countries))
    if topics is not None:
        query = query.where(col(CountryFact.topic).in_(topics))
    rows = session.exec(query.order_by(CountryFact.country, col(CountryFact.position))).all()
    wanted = {key for row in rows for key in row.source_ids}
    sources = {row.id: row for row in session.exec(select(FactSource).where(col(FactSource.id).in_(wanted)))}
    bodies = find_bodies(session, reader, {row.organisation_id for row in rows if row.organisation_id})
    found: dict[tuple[str, str], list[Fact]] = {}
    for row in rows:
        found.setdefault((row.country, row.topic), []).append(_fact(row, sources, bodies, view))
    return {key: tuple(facts) for key, facts in found.items()}


def _fact(
    row: CountryFact, sources: Mapping[str, FactSource], bodies: Mapping[str, Organisation], view: Perspective
) -> Fact:
    fresh = freshness(row.verified_at, row.as_of, view.today)
    body = bodies.get(row.organisation_id or "")
    return Fact(
        id=row.id,
        text=choose(row.text, view.language, row.assisted),
        value=row.value,
        duration=duration(row.value),
        organisation=BodyName(body.id, own_name(body)) if body else None,
        note=choose(row.note, view.language, [code for code in row.note if code != "en"]),
        sources=tuple(_source(sources[key]) for key in row.source_ids if key in sources),
        as_of=row.as_of,
        is_found=row.is_found,
        state=fresh.state,
        confirmed_on=fresh.as_of,
    )


def _source(row: FactSource) -> Source:
    return Source(row.title, row.publisher, row.url, row.date)


def duration(value: str | None) -> Duration | None:
    found = _DURATION.fullmatch(value or "")
    return Duration(int(found.group(1)), found.group(2)) if found else None


def get_compare_page(session: Session, reader: Reader, view: Perspective, topic: str) -> ComparePage:
    """Raises NotFound for what is no topic."""
    entry = view.vocabulary.find(Scheme.FACT_TOPIC, topic)
    if entry is None:
        raise NotFound
    found = facts_of(session, reader, view, NORDIC, [topic])
    cells = tuple(CountryCell(code, view.label(Scheme.COUNTRY, code), found.get((code, topic), ())) for code in NORDIC)
    return ComparePage(
        title=entry.label(view.language),
        topic=topic,
        definition=entry.definition(view.language),
        cells=cells,
        topics=topic_links(view, topic),
        longest_days=longest(fact for cell in cells for fact in cell.facts),
    )


def texts_of(facts: Iterable[Fact]) -> list[Text]:
    """Everything that these statements say in words: whether any of it is machine-assisted is said once for all."""
    return [text for fact in facts for text in (fact.text, fact.note)]


def topic_links(view: Perspective, current: str | None = None) -> tuple[TopicLink, ...]:
    return tuple(
        TopicLink(entry.code, entry.label(view.language), entry.code == current)
        for entry in view.vocabulary.list(Scheme.FACT_TOPIC)
    )


def longest(facts: Iterable[Fact]) -> int:
    """Days of the longest stated length, 0 where none is stated."""
    return max((fact.duration.days for fact in facts if fact.duration), default=0)
