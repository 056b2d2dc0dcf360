"""A country: its facts, who holds which function, its units; and the list of countries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app.directory.bodies import COORDINATION, Body, BodyName, Holding, cards, holdings
from app.directory.facts import Fact, facts_of, texts_of
from app.directory.functions import first_bodies
from app.directory.models import MissingBody, Organisation
from app.directory.names import own_name
from app.directory.perspective import INTERNATIONAL, Perspective
from app.errors import NotFound
from app.figures.service import Figure, figures_of
from app.i18n import N_, collation_key
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Text, choose

COUNTRIES = (*NORDIC, *TERRITORIES, "EE", INTERNATIONAL)


@dataclass(frozen=True, slots=True)
class CountryLink:
    code: str
    name: str
    realm: str | None
    organisations: int
    coordinator: Body | None


@dataclass(frozen=True, slots=True)
class CountriesIndex:
    title: str
    nordic: tuple[CountryLink, ...]
    territories: tuple[CountryLink, ...]
    others: tuple[CountryLink, ...]
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TopicFacts:
    code: str
    label: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    function: str
    label: str
    is_known: bool
    is_gap: bool
    bodies: tuple[BodyName, ...]


@dataclass(frozen=True, slots=True)
class CoverageGroup:
    label: str
    rows: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A body with the bodies below it."""

    id: str
    name: Text
    type: str
    mandate: Text
    below: tuple["Unit", ...]


@dataclass(frozen=True, slots=True)
class NotFoundBody:
    name: str
    note: str | None


@dataclass(frozen=True, slots=True)
class CountryPage:
    title: str
    country: str
    kind: str
    realm: tuple[str, str] | None
    parts: tuple[tuple[str, str], ...]
    coordinator: Body | None
    is_coordinator_stand_in: bool
    coordinator_note: Text
    topics: tuple[TopicFacts, ...]
    figures: tuple[Figure, ...]
    coverage: tuple[CoverageGroup, ...]
    units: tuple[Unit, ...]
    missing: tuple[NotFoundBody, ...]
    organisations: int

    @property
    def texts(self) -> list[Text]:
        return texts_of(fact for topic in self.topics for fact in topic.facts)

    @property
    def held(self) -> int:
        return sum(not row.is_gap for group in self.coverage for row in group.rows)

    @property
    def functions(self) -> int:
        return sum(len(group.rows) for group in self.coverage)


def get_countries_index(session: Session, reader: Reader, view: Perspective) -> CountriesIndex:
    counts = count_organisations(session, reader)
    coordinators = first_bodies(session, reader, view, COORDINATION, NORDIC)
    links = {code: _link(view, code, counts.get(code, 0), coordinators.get(code)) for code in COUNTRIES}
    return CountriesIndex(
        title=view.say(N_("Countries")),
        nordic=tuple(links[code] for code in NORDIC),
        territories=tuple(links[code] for code in TERRITORIES),
        others=(links["EE"], links[INTERNATIONAL]),
        topics=tuple((entry.code, entry.label(view.language)) for entry in view.vocabulary.list(Scheme.FACT_TOPIC)),
    )


def count_organisations(session: Session, reader: Reader) -> dict[str, int]:
    query = select(Organisation.country, func.count()).where(visible_where(Organisation, reader))
    return dict(session.exec(query.group_by(Organisation.country)).all())


def _link(view: Perspective, code: str, organisations: int, coordinator: Body | None) -> CountryLink:
    realm = view.vocabulary.term(Scheme.COUNTRY, code).group
    return CountryLink(
        code,
        view.label(Scheme.COUNTRY, code),
        view.label(Scheme.COUNTRY, realm) if realm else None,
        organisations,
        coordinator,
    )


def get_country_page(session: Session, reader: Reader, view: Perspective, code: str) -> CountryPage:
    """Raises NotFound for what is no country, territory or neighbour of the directory."""
    if code not in COUNTRIES:
        raise NotFound
    entry = view.vocabulary.term(Scheme.COUNTRY, code)
    functions = [function.code for function in view.vocabulary.list(Scheme.FUNCTION)]
    held = holdings(session, reader, view, functions, [code])
    coordination = held[COORDINATION, code]
    coordinators = cards(session, reader, view, coordination.bodies[:1], COORDINATION)
    named = _bodies(session, reader, code, {key for holding in held.values() for key in holding.bodies})
    facts = facts_of(session, reader, view, [code])
    bodies = [row for row in named.values() if row.country == code]
    return CountryPage(
        title=entry.label(view.language),
        country=code,
        kind=entry.kind or "",
        realm=(entry.group, view.label(Scheme.COUNTRY, entry.group)) if entry.group else None,
        parts=tuple(
            (part.code, part.label(view.language))
            for part in view.vocabulary.list(Scheme.COUNTRY)
            if part.group == code
        ),
        coordinator=next(iter(coordinators.values()), None),
        is_coordinator_stand_in=coordination.is_gap,
        coordinator_note=coordination.note,
        topics=_topics(facts, code, view),
        figures=figures_of(session, reader, view.language, code),
        coverage=_coverage(held, named, code, view) if code != INTERNATIONAL else (),
        units=unit_tree(bodies, view),
        missing=_missing(session, code),
        organisations=len(bodies),
    )


def _bodies(session: Session, reader: Reader, code: str, ids: set[str]) -> dict[str, Organisation]:
    """The bodies of the country, and those of other countries that stand in there: one query for both."""
    is_wanted = or_(col(Organisation.country) == code, col(Organisation.id).in_(ids))
    rows = session.exec(select(Organisation).where(is_wanted, visible_where(Organisation, reader)))
    return {row.id: row for row in rows}


def _topics(facts: Mapping[tuple[str, str], tuple[Fact, ...]], code: str, view: Perspective) -> tuple[TopicFacts, ...]:
    """Every topic, also those of which nothing is known, where anything at all is known of the country."""
    if not facts:
        return ()
    return tuple(
        TopicFacts(entry.code, entry.label(view.language), facts.get((code, entry.code), ()))
        for entry in view.vocabulary.list(Scheme.FACT_TOPIC)
    )


def _coverage(
    held: Mapping[tuple[str, str], Holding], named: Mapping[str, Organisation], code: str, view: Perspective
) -> tuple[CoverageGroup, ...]:
    entries = view.vocabulary.list(Scheme.FUNCTION)
    groups = []
    for group in view.vocabulary.list(Scheme.FUNCTION_GROUP):
        rows = [_covered(held[entry.code, code], named, view) for entry in entries if entry.group == group.code]
        groups.append(CoverageGroup(group.label(view.language), tuple(rows)))
    return tuple(groups)


def _covered(holding: Holding, named: Mapping[str, Organisation], view: Perspective) -> Coverage:
    return Coverage(
        function=holding.function,
        label=view.label(Scheme.FUNCTION, holding.function),
        is_known=holding.is_known,
        is_gap=holding.is_gap,
        bodies=tuple(BodyName(key, own_name(named[key])) for key in holding.bodies if key in named),
    )


def unit_tree(rows: Iterable[Organisation], view: Perspective) -> tuple[Unit, ...]:
    """Ministries and every other body that has bodies below it, from the top down."""
    bodies = {row.id: row for row in rows}
    below: dict[str, list[Organisation]] = {}
    for row in bodies.values():
        if row.parent_id in bodies:
            below.setdefault(row.parent_id or "", []).append(row)
    tops = [row for row in bodies.values() if row.parent_id not in bodies]
    return tuple(_unit(row, below, view) for row in _by_name(tops, view) if row.id in below or row.type == "ministry")


def _unit(row: Organisation, below: Mapping[str, list[Organisation]], view: Perspective) -> Unit:
    return Unit(
        id=row.id,
        name=own_name(row),
        type=view.label(Scheme.ORGANISATION_TYPE, row.type),
        mandate=choose(row.mandate, view.language, row.assisted),
        below=tuple(_unit(unit, below, view) for unit in _by_name(below.get(row.id, []), view)),
    )


def _by_name(rows: Iterable[Organisation], view: Perspective) -> list[Organisation]:
    key = collation_key(view.language)
    return sorted(rows, key=lambda row: key(own_name(row).value))


def _missing(session: Session, code: str) -> tuple[NotFoundBody, ...]:
    rows = session.exec(select(MissingBody).where(MissingBody.country == code).order_by(col(MissingBody.id)))
    return tuple(NotFoundBody(row.body, row.note) for row in rows)
