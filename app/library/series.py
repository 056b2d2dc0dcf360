"""Series of plans and of annual reports: the years that documents cover, and those for which nothing is held."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from app.i18n import collation_key
from app.library.models import Material
from app.library.service import Ask, Entry, listed_where, material_entries, whom_to_ask
from app.pages import Visit
from app.vocabulary.service import NORDIC

PLANS = ("action-plan", "strategy")
ANNUAL_REPORTS = ("annual-report",)
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s*[-–—/]\s*((?:19|20)\d\d))?(?!\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """`is_named`: the years stand in the title; otherwise `first` is the year of publication."""

    first: int
    last: int
    is_named: bool

    @property
    def years(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a series; without an entry it is a gap. `span` None: no year is known."""

    span: Span | None
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Series:
    country: str
    country_label: str
    steps: tuple[Step, ...]
    ask: Ask


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """`kind` is `plans` or `annual-reports`."""

    kind: str
    rows: tuple[Series, ...]


def get_series(session: Session, visit: Visit) -> tuple[SeriesTable, ...]:
    """The five Nordic countries always, others where they have a document."""
    where = (col(Material.type).in_((*PLANS, *ANNUAL_REPORTS)), *listed_where(Material, visit.reader))
    materials = list(session.exec(select(Material).where(*where)))
    lines = dict(zip([row.id for row in materials], material_entries(session, visit, materials), strict=True))
    this_year = datetime.now(UTC).year
    tables = (("plans", PLANS, this_year), ("annual-reports", ANNUAL_REPORTS, this_year - 1))
    return tuple(
        SeriesTable(kind, tuple(_rows(visit, [row for row in materials if row.type in types], lines, last)))
        for kind, types, last in tables
    )


def _rows(visit: Visit, materials: Sequence[Material], lines: dict[str, Entry], last_year: int) -> Iterable[Series]:
    others = {country for row in materials for country in row.countries} - set(NORDIC)
    key = collation_key(visit.language)
    for country in (*NORDIC, *sorted(others, key=lambda code: key(visit.label("countries", code)))):
        own = [(span(row, lines[row.id]), lines[row.id]) for row in materials if country in row.countries]
        label = visit.label("countries", country)
        yield Series(country, label, with_gaps(own, last_year), whom_to_ask(visit, [country]))


def span(material: Material, line: Entry) -> Span | None:
    """The years that the title names, else the year of publication."""
    named = _YEARS.search(line.title.value)
    if named:
        first = int(named.group(1))
        return Span(first, max(first, int(named.group(2) or first)), True)
    return Span(material.year, material.year, False) if material.year else None


def with_gaps(documents: Iterable[tuple[Span | None, Entry]], last_year: int) -> tuple[Step, ...]:
    """In order of time, with the years between and after them for which nothing is held.

    After a document whose title names no years nothing is said: nobody knows here how long it was meant for.
    """
    held = list(documents)
    dated = sorted(((years, entry) for years, entry in held if years), key=lambda pair: (pair[0].first, pair[0].last))
    found: list[Step] = []
    covered: int | None = None
    for years, entry in dated:
        if covered is not None and years.first > covered + 1:
            found.append(_gap(covered + 1, years.first - 1))
        found.append(Step(years, entry))
        covered = max(covered or 0, years.last) if years.is_named else None
    if covered is not None and covered < last_year:
        found.append(_gap(covered + 1, last_year))
    return (*found, *(Step(None, entry) for years, entry in held if years is None))


def _gap(first: int, last: int) -> Step:
    return Step(Span(first, last, True), None)
