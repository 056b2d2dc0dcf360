"""Lists of the library: the index of materials, case summaries, and what is new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.directory.models import Organisation
from app.i18n import collation_key
from app.library.forms import SCHEMES, MaterialFilters
from app.library.models import CaseSummary, Material
from app.library.series import SeriesTable, get_series
from app.library.service import Ask, Entry, case_entry, entries, listed_where, material_entries, whom_to_ask
from app.pages import PER_PAGE, Pagination, Visit
from app.permissions import visible_where
from app.vocabulary.models import Scheme
from search.engine import FacetCount, Page, Query, SearchEngine

NEWEST = 40


@dataclass(frozen=True, slots=True)
class TypeCount:
    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Family:
    label: str
    count: int
    url: str
    is_chosen: bool
    types: tuple[TypeCount, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A select of the filter form: its values with the number of materials each would leave."""

    name: str
    chosen: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on; the address is the same list without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class MaterialsPage:
    title: str
    total: int
    cases: int
    families: tuple[Family, ...]
    choices: tuple[Choice, ...]
    chips: tuple[Chip, ...]
    family: str
    year_from: int | None
    year_to: int | None
    sort: str
    left_out: tuple[str, ...]
    is_filtered: bool
    entries: tuple[Entry, ...]
    pagination: Pagination
    query: Mapping[str, str]
    series: tuple[SeriesTable, ...]
    ask: Ask


@dataclass(frozen=True, slots=True)
class CasesPage:
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class YearShelf:
    year: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class NewPage:
    """`compiled_on` is the newest day on which an entry was compared with its sources."""

    title: str
    compiled_on: str | None
    shelves: tuple[YearShelf, ...]
    undated: int


def find_materials(
    engine: SearchEngine, principals: frozenset[str], accepted: Mapping[str, tuple[str, ...]],
    filters: MaterialFilters, page: int, per_page: int = PER_PAGE,
) -> Page:  # fmt: skip
    return engine.search(
        Query(
            principals=principals,
            filters=accepted,
            year_from=filters.year_from,
            year_to=filters.year_to,
            facets=tuple(SCHEMES),
            sort=filters.sort,
            page=page,
            per_page=per_page,
        )
    )


def get_materials_page(
    session: Session, visit: Visit, filters: MaterialFilters, page: int, title: str
) -> MaterialsPage:
    accepted = filters.accepted(visit.vocabulary)
    found = find_materials(visit.portal.engine, visit.principals, accepted, filters, page)
    query = _query(filters)
    types = {count.value: count.count for count in found.facets["type"]}
    wants_series = filters.is_empty or filters.chosen.get("type") in ("action-plan", "strategy", "annual-report")
    return MaterialsPage(
        title=title,
        total=found.total,
        cases=session.exec(select(func.count()).where(*listed_where(CaseSummary, visit.reader))).one(),
        families=tuple(_families(visit, filters, query, types)),
        choices=tuple(_choice(visit, filters, name, found.facets[name]) for name in SCHEMES),
        chips=tuple(_chips(visit, filters, query)),
        family=filters.family,
        year_from=filters.year_from,
        year_to=filters.year_to,
        sort=filters.sort.value,
        left_out=filters.left_out,
        is_filtered=not filters.is_empty,
        entries=entries(session, visit, [hit.key for hit in found.hits]),
        pagination=Pagination(page, PER_PAGE, found.total),
        query=query,
        series=get_series(session, visit) if wants_series and page == 1 else (),
        ask=whom_to_ask(visit, [filters.chosen["country"]] if "country" in filters.chosen else []),
    )


def _query(filters: MaterialFilters) -> dict[str, str]:
    """The filters as they stand in an address, without the page."""
    years = {"year_from": filters.year_from, "year_to": filters.year_to}
    sort = {"sort": filters.sort.value} if filters.sort.value != "newest" else {}
    family = {"family": filters.family} if filters.family else {}
    return {**family, **filters.chosen, **{name: str(year) for name, year in years.items() if year}, **sort}


def _without(query: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in names}


def _families(
    visit: Visit, filters: MaterialFilters, query: Mapping[str, str], counts: Mapping[str, int]
) -> Iterable[Family]:
    rest = _without(query, "family", "type")
    terms = visit.vocabulary.list(Scheme.MATERIAL_TYPE)
    for family in visit.vocabulary.list(Scheme.MATERIAL_FAMILY):
        members = [term for term in terms if term.group == family.code]
        types = tuple(
            TypeCount(
                label=term.label(visit.language),
                count=counts[term.code],
                url=visit.url("materials", **rest, type=term.code),
                is_chosen=filters.chosen.get("type") == term.code,
            )
            for term in members
            if counts.get(term.code)
        )
        yield Family(
            label=family.label(visit.language),
            count=sum(entry.count for entry in types),
            url=visit.url("materials", **rest, family=family.code),
            is_chosen=filters.family == family.code,
            types=types,
        )


def _choice(visit: Visit, filters: MaterialFilters, name: str, counts: Iterable[FacetCount]) -> Choice:
    chosen = filters.chosen.get(name, "")
    held = {count.value: count.count for count in counts}
    codes = {*held, chosen} - {""}
    key = collation_key(visit.language)
    labels = {code: visit.label(SCHEMES[name].value, code) for code in codes}
    ordered = sorted(codes, key=lambda code: key(labels[code]))
    return Choice(name, chosen, tuple((code, f"{labels[code]} ({held.get(code, 0)})") for code in ordered))


def _chips(visit: Visit, filters: MaterialFilters, query: Mapping[str, str]) -> Iterable[Chip]:
    if filters.family:
        label = visit.label("material_families", filters.family)
        yield Chip("family", label, visit.url("materials", **_without(query, "family")))
    for name, code in filters.chosen.items():
        label = visit.label(SCHEMES[name].value, code)
        yield Chip(name, label, visit.url("materials", **_without(query, name)))
    for name, year in (("year_from", filters.year_from), ("year_to", filters.year_to)):
        if year:
            yield Chip(name, str(year), visit.url("materials", **_without(query, name)))


def get_cases_page(session: Session, visit: Visit, title: str) -> CasesPage:
    key = collation_key(visit.language)
    cases = session.exec(select(CaseSummary).where(*listed_where(CaseSummary, visit.reader)))
    lines = [case_entry(visit, case) for case in cases]
    return CasesPage(title, tuple(sorted(lines, key=lambda line: key(line.title.value))))


def get_new_page(session: Session, visit: Visit, title: str) -> NewPage:
    where = listed_where(Material, visit.reader)
    newest = (
        select(Material).where(col(Material.year).is_not(None), *where).order_by(col(Material.year).desc(), Material.id)
    )
    lines = material_entries(session, visit, session.exec(newest.limit(NEWEST)))
    key = collation_key(visit.language)
    shelves = tuple(
        YearShelf(year, tuple(sorted(group, key=lambda line: key(line.title.value))))
        for year, group in groupby(lines, key=lambda line: line.year)
        if year is not None
    )
    seen = visible_where(Organisation, visit.reader)
    return NewPage(
        title=title,
        compiled_on=session.exec(select(func.max(Organisation.compiled_on)).where(seen)).one(),
        shelves=shelves,
        undated=session.exec(select(func.count()).where(col(Material.year).is_(None), *where)).one(),
    )
