"""One function across the countries, and the finder's answer: who holds it there, and whom to ask otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from app.directory.bodies import COORDINATION, Body, BodyName, Holding, cards, holdings
from app.directory.facts import Fact, facts_of, texts_of
from app.directory.models import Organisation, OrganisationFunction
from app.directory.names import own_name
from app.directory.perspective import INTERNATIONAL, PLACES, Perspective
from app.errors import NotFound
from app.i18n import N_, collation_key
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Text

COMPARED = (*NORDIC, *TERRITORIES)
TOPICS_OF_GROUP = {
    "coordination": ("coordinator", "rapporteur", "structures", "action-plan"),
    "justice": ("offence", "related-law", "referral-mechanism"),
    "control": ("offence", "related-law", "reflection-period"),
    "help": ("referral-mechanism", "reflection-period", "helpline"),
    "society": ("structures", "referral-mechanism", "helpline"),
    "knowledge": ("structures", "statistics", "action-plan"),
}
"""Function group -> the facts on two countries that matter first to somebody who looks for a counterpart."""


class Situation(StrEnum):
    """Why an alternative is named; the page puts it in words."""

    ALSO_HOLDS = "also-holds"
    STANDS_IN = "stands-in"
    CRIME = "crime"
    SHELTER = "shelter"
    ASSISTANCE = "assistance"
    FALLBACK = "fallback"


OTHER_SITUATIONS = {
    Situation.CRIME: "criminal-investigation",
    Situation.ASSISTANCE: "victim-assistance",
    Situation.SHELTER: "shelter",
}
MAX_ALSO = 4


@dataclass(frozen=True, slots=True)
class FunctionLink:
    code: str
    label: str
    definition: Text
    held_in: int


@dataclass(frozen=True, slots=True)
class FunctionGroup:
    label: str
    functions: tuple[FunctionLink, ...]


@dataclass(frozen=True, slots=True)
class FunctionIndex:
    title: str
    groups: tuple[FunctionGroup, ...]
    countries: int


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """One country's line. `fallback` is the coordinator to ask: of a territory without one, the realm's body."""

    country: str
    country_name: str
    is_gap: bool
    holders: tuple[Body, ...]
    stand_ins: tuple[Body, ...]
    fallback: Body | None
    note: Text


@dataclass(frozen=True, slots=True)
class FunctionPage:
    title: str
    code: str
    group: str
    definition: Text
    rows: tuple[FunctionRow, ...]
    neighbours: tuple[FunctionRow, ...]
    international: tuple[BodyName, ...]
    concepts: tuple[tuple[str, Text], ...]
    others: tuple[FunctionLink, ...]
    home: str | None
    is_home_said: bool

    @property
    def gaps(self) -> int:
        return sum(row.is_gap for row in self.rows)


@dataclass(frozen=True, slots=True)
class Alternative:
    situation: Situation
    function: str
    body: Body


@dataclass(frozen=True, slots=True)
class Difference:
    """One question, answered for both countries."""

    topic: str
    label: str
    here: tuple[Fact, ...]
    there: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CounterpartPage:
    """The answer to *who holds this function there?*. `answer` holds it; of a gap it is None and `nearest` is whom to
    ask, though that body does not hold the function there.
    """

    title: str
    function: str
    function_label: str
    definition: Text
    group: str
    country: str
    country_name: str
    home: str | None
    home_name: str
    is_home_said: bool
    answer: Body | None
    nearest: Body | None
    is_fallback: bool
    note: Text
    home_note: Text
    alternatives: tuple[Alternative, ...]
    differences: tuple[Difference, ...]
    places: tuple[Place, ...]
    holders: int

    @property
    def card(self) -> Body | None:
        return self.answer or self.nearest

    @property
    def texts(self) -> list[Text]:
        facts = texts_of(fact for found in self.differences for fact in (*found.here, *found.there))
        return [self.note, self.home_note, *facts]

    @property
    def has_differences(self) -> bool:
        return bool(self.note or self.home_note or self.differences)


def get_function_index(session: Session, reader: Reader, view: Perspective) -> FunctionIndex:
    entries = view.vocabulary.list(Scheme.FUNCTION)
    held = holdings(session, reader, view, [entry.code for entry in entries], COMPARED)
    groups = []
    for group in view.vocabulary.list(Scheme.FUNCTION_GROUP):
        members = [entry.code for entry in entries if entry.group == group.code]
        groups.append(FunctionGroup(group.label(view.language), tuple(_link(view, code, held) for code in members)))
    return FunctionIndex(view.say(N_("Find a counterpart")), tuple(groups), len(COMPARED))


def _link(view: Perspective, code: str, held: Mapping[tuple[str, str], Holding]) -> FunctionLink:
    entry = view.vocabulary.term(Scheme.FUNCTION, code)
    count = sum(not held[code, country].is_gap for country in COMPARED if (code, country) in held)
    return FunctionLink(code, entry.label(view.language), entry.definition(view.language), count)


def get_function_page(session: Session, reader: Reader, view: Perspective, code: str) -> FunctionPage:
    """Raises NotFound for what is no function."""
    entry = view.vocabulary.find(Scheme.FUNCTION, code)
    if entry is None:
        raise NotFound
    held = holdings(session, reader, view, list(dict.fromkeys((code, COORDINATION))), PLACES)
    named = cards(session, reader, view, list({key for holding in held.values() for key in holding.bodies}), code)
    rows = {country: _row(code, country, held, named, view) for country in PLACES}
    siblings = [other.code for other in view.vocabulary.list(Scheme.FUNCTION) if other.group == entry.group]
    return FunctionPage(
        title=entry.label(view.language),
        code=code,
        group=view.label(Scheme.FUNCTION_GROUP, entry.group or ""),
        definition=entry.definition(view.language),
        rows=tuple(rows[country] for country in COMPARED),
        neighbours=tuple(rows[code] for code in PLACES if code not in COMPARED and not rows[code].is_gap),
        international=_international(session, reader, view, code),
        concepts=tuple((key, view.vocabulary.concepts[key].label(view.language)) for key in entry.concepts),
        others=tuple(_link(view, sibling, {}) for sibling in siblings if sibling != code),
        home=view.home,
        is_home_said=view.is_home_said,
    )


def _row(
    function: str, country: str, held: Mapping[tuple[str, str], Holding], named: Mapping[str, Body], view: Perspective
) -> FunctionRow:
    holding = held[function, country]
    coordinators = [named[key] for key in held[COORDINATION, country].bodies if key in named]
    return FunctionRow(
        country=country,
        country_name=view.label(Scheme.COUNTRY, country),
        is_gap=holding.is_gap,
        holders=tuple(named[key] for key in holding.holders if key in named),
        stand_ins=tuple(named[key] for key in holding.stand_ins if key in named),
        fallback=next(iter(coordinators), None),
        note=holding.note,
    )


def _international(session: Session, reader: Reader, view: Perspective, function: str) -> tuple[BodyName, ...]:
    query = (
        select(Organisation)
        .join(OrganisationFunction, col(OrganisationFunction.organisation_id) == Organisation.id)
        .where(
            OrganisationFunction.function == function,
            Organisation.country == INTERNATIONAL,
            visible_where(Organisation, reader),
        )
    )
    key = collation_key(view.language)
    bodies = [BodyName(row.id, own_name(row)) for row in session.exec(query)]
    return tuple(sorted(bodies, key=lambda body: key(body.name.value)))


def get_counterpart_page(
    session: Session, reader: Reader, view: Perspective, function: str, country: str
) -> CounterpartPage:
    """Raises NotFound for what is no function, or no country or territory of the directory."""
    entry = view.vocabulary.find(Scheme.FUNCTION, function)
    if entry is None or country not in PLACES:
        raise NotFound
    asked = [function, COORDINATION, *OTHER_SITUATIONS.values()]
    countries = [country, *([view.home] if view.home else [])]
    held = holdings(session, reader, view, list(dict.fromkeys(asked)), list(dict.fromkeys(countries)))
    named = cards(session, reader, view, _named_in(held, country), function)
    here = held[function, country]
    bodies = [named[key] for key in here.bodies if key in named]
    fallback = next((named[key] for key in held[COORDINATION, country].bodies if key in named), None)
    answer = None if here.is_gap else next(iter(bodies), None)
    nearest = None if answer else next(iter(bodies), fallback)
    shown = answer or nearest
    away = view.home is not None and view.home != country
    return CounterpartPage(
        title=f"{entry.label(view.language)} · {view.label(Scheme.COUNTRY, country)}",
        function=function,
        function_label=entry.label(view.language),
        definition=entry.definition(view.language),
        group=entry.group or "",
        country=country,
        country_name=view.label(Scheme.COUNTRY, country),
        home=view.home,
        home_name=view.label(Scheme.COUNTRY, view.home) if view.home else "",
        is_home_said=view.is_home_said,
        answer=answer,
        nearest=nearest,
        is_fallback=not bodies,
        note=here.note,
        home_note=held[function, view.home].note if view.home and away else Text("", view.language),
        alternatives=tuple(_alternatives(here, held, named, shown, fallback)),
        differences=_differences(session, reader, view, entry.group or "", country) if away else (),
        places=tuple(Place(code, view.label(Scheme.COUNTRY, code), code == country) for code in COMPARED),
        holders=len(bodies) if answer else 0,
    )


def _named_in(held: Mapping[tuple[str, str], Holding], country: str) -> list[str]:
    ids = (key for (_, place), holding in held.items() if place == country for key in holding.bodies)
    return list(dict.fromkeys(ids))


def _alternatives(
    here: Holding,
    held: Mapping[tuple[str, str], Holding],
    named: Mapping[str, Body],
    shown: Body | None,
    fallback: Body | None,
) -> Iterator[Alternative]:
    """Other bodies of the function, then other situations; whom to ask when nobody answers is always the last."""
    told = {body.id for body in (shown, fallback) if body}
    own = Situation.STANDS_IN if here.is_gap else Situation.ALSO_HOLDS
    for key in [key for key in here.bodies if key in named and key not in told][:MAX_ALSO]:
        told.add(key)
        yield Alternative(own, here.function, named[key])
    for situation, function in OTHER_SITUATIONS.items():
        first = next((key for key in held[function, here.country].holders if key in named), None)
        if first and first not in told and function != here.function:
            told.add(first)
            yield Alternative(situation, function, named[first])
    if fallback and fallback != shown:
        yield Alternative(Situation.FALLBACK, COORDINATION, fallback)


def _differences(
    session: Session, reader: Reader, view: Perspective, group: str, country: str
) -> tuple[Difference, ...]:
    """Only topics on which both countries say something, or say that nothing was found."""
    if view.home is None:
        return ()
    topics = TOPICS_OF_GROUP.get(group, ())
    found = facts_of(session, reader, view, [view.home, country], topics)
    return tuple(
        Difference(topic, view.label(Scheme.FACT_TOPIC, topic), found[view.home, topic], found[country, topic])
        for topic in topics
        if (view.home, topic) in found and (country, topic) in found
    )


def first_bodies(
    session: Session, reader: Reader, view: Perspective, function: str, countries: Sequence[str]
) -> dict[str, Body]:
    """Country -> the first body that holds a function there, ready to be shown; gaps are left out."""
    held = holdings(session, reader, view, [function], countries)
    firsts = {country: held[function, country].holders[:1] for country in countries}
    named = cards(session, reader, view, [key for keys in firsts.values() for key in keys], function)
    return {country: named[keys[0]] for country, keys in firsts.items() if keys and keys[0] in named}
