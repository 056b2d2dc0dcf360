"""The list of organisations, narrowed by country, function, type and concept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.directory.bodies import COORDINATION, Body, translated_name
from app.directory.contacts import Channel, channels_of
from app.directory.functions import first_bodies
from app.directory.models import Organisation, OrganisationFunction
from app.directory.names import own_name
from app.directory.perspective import INTERNATIONAL, Perspective
from app.i18n import N_, collation_key
from app.pages import Pagination
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Text

PER_PAGE = 50
COUNTRY_ORDER = (*NORDIC, *TERRITORIES, "EE", INTERNATIONAL)


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """What the list is narrowed to; empty leaves it open."""

    country: str = ""
    function: str = ""
    type: str = ""
    concept: str = ""


@dataclass(frozen=True, slots=True)
class ListedBody:
    id: str
    name: Text
    translated: Text
    abbreviation: str | None
    type: str
    country: str
    region: str | None
    lead: Channel | None


@dataclass(frozen=True, slots=True)
class CountryGroup:
    country: str
    country_name: str
    bodies: tuple[ListedBody, ...]


Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OrganisationsIndex:
    """`ask` is whom to ask when nothing fits: the coordinator of the country that was chosen."""

    title: str
    total: int
    groups: tuple[CountryGroup, ...]
    counts: tuple[tuple[str, str, int], ...]
    pagination: Pagination
    wanted: OrganisationFilter
    left_out: tuple[str, ...]
    countries: Options
    functions: tuple[tuple[str, Options], ...]
    types: Options
    concepts: Options
    ask: Body | None

    @property
    def is_narrowed(self) -> bool:
        return self.wanted != OrganisationFilter()


def get_organisations_index(
    session: Session, reader: Reader, view: Perspective, asked: OrganisationFilter, page: int = 1
) -> OrganisationsIndex:
    """Values that are no entry of their list are left out, and the page says so. `counts` is of the whole list."""
    rows = list_organisations(session, reader, view, OrganisationFilter())
    concepts = _concepts(rows, view)
    wanted = OrganisationFilter(
        country=asked.country if asked.country in COUNTRY_ORDER else "",
        function=asked.function if view.vocabulary.find(Scheme.FUNCTION, asked.function) else "",
        type=asked.type if view.vocabulary.find(Scheme.ORGANISATION_TYPE, asked.type) else "",
        concept=asked.concept if asked.concept in dict(concepts) else "",
    )
    found = rows if wanted == OrganisationFilter() else list_organisations(session, reader, view, wanted)
    last = Pagination(1, PER_PAGE, len(found)).pages
    pagination = Pagination(min(page, last), PER_PAGE, len(found))
    shown = found[(pagination.page - 1) * PER_PAGE :][:PER_PAGE]
    asks = first_bodies(session, reader, view, COORDINATION, [wanted.country]) if wanted.country and not found else {}
    return OrganisationsIndex(
        title=view.say(N_("Organisations")),
        total=len(found),
        groups=group_by_country(session, reader, view, shown, wanted.function or None),
        counts=_counts(found, view),
        pagination=pagination,
        wanted=wanted,
        left_out=_left_out(asked, wanted),
        countries=tuple((code, view.label(Scheme.COUNTRY, code)) for code in COUNTRY_ORDER),
        functions=function_options(view),
        types=tuple(
            (e.code, e.label(view.language)) for e in view.vocabulary.sorted(Scheme.ORGANISATION_TYPE, view.language)
        ),
        concepts=concepts,
        ask=asks.get(wanted.country),
    )


def _type_options(view: Perspective) -> Options:
    entries = view.vocabulary.sorted(Scheme.ORGANISATION_TYPE, view.language)
    return tuple((entry.code, entry.label(view.language)) for entry in entries)


def _counts(rows: Sequence[Organisation], view: Perspective) -> tuple[tuple[str, str, int], ...]:
    found = Counter(row.country for row in rows)
    return tuple((code, view.label(Scheme.COUNTRY, code), count) for code, count in found.items())


def _left_out(asked: OrganisationFilter, wanted: OrganisationFilter) -> tuple[str, ...]:
    pairs = (
        (asked.country, wanted.country),
        (asked.function, wanted.function),
        (asked.type, wanted.type),
        (asked.concept, wanted.concept),
    )
    return tuple(before for before, after in pairs if before != after)


def _concepts(rows: Sequence[Organisation], view: Perspective) -> Options:
    """The concepts that tag any body, by name."""
    used = {concept for row in rows for concept in row.concepts if concept in view.vocabulary.concepts}
    key = collation_key(view.language)
    labels = [(concept, view.vocabulary.concepts[concept].label(view.language).value) for concept in used]
    return tuple(sorted(labels, key=lambda pair: key(pair[1])))


def function_options(view: Perspective) -> tuple[tuple[str, Options], ...]:
    entries = view.vocabulary.list(Scheme.FUNCTION)
    return tuple(
        (
            group.label(view.language),
            tuple((entry.code, entry.label(view.language)) for entry in entries if entry.group == group.code),
        )
        for group in view.vocabulary.list(Scheme.FUNCTION_GROUP)
    )


def list_organisations(
    session: Session, reader: Reader, view: Perspective, wanted: OrganisationFilter
) -> list[Organisation]:
    """What fits, in the order of the countries and by name in the reader's alphabet."""
    query = select(Organisation).where(visible_where(Organisation, reader))
    if wanted.country:
        query = query.where(Organisation.country == wanted.country)
    if wanted.type:
        query = query.where(Organisation.type == wanted.type)
    if wanted.function:
        held = select(OrganisationFunction.organisation_id).where(OrganisationFunction.function == wanted.function)
        query = query.where(col(Organisation.id).in_(held))
    rows = [row for row in session.exec(query) if not wanted.concept or wanted.concept in row.concepts]
    order = {code: place for place, code in enumerate(COUNTRY_ORDER)}
    key = collation_key(view.language)
    return sorted(rows, key=lambda row: (order.get(row.country, len(order)), key(own_name(row).value)))


def group_by_country(
    session: Session, reader: Reader, view: Perspective, rows: Sequence[Organisation], function: str | None
) -> tuple[CountryGroup, ...]:
    channels = channels_of(session, reader, rows, view, function)
    groups: dict[str, list[ListedBody]] = {}
    for row in rows:
        groups.setdefault(row.country, []).append(_listed(row, channels[row.id], view))
    return tuple(CountryGroup(code, view.label(Scheme.COUNTRY, code), tuple(bodies)) for code, bodies in groups.items())


def _listed(row: Organisation, channels: tuple[Channel, ...], view: Perspective) -> ListedBody:
    return ListedBody(
        id=row.id,
        name=own_name(row),
        translated=translated_name(row, view.language),
        abbreviation=row.abbreviation,
        type=view.label(Scheme.ORGANISATION_TYPE, row.type),
        country=row.country,
        region=row.region,
        lead=channels[0] if channels else None,
    )
