"""Figures as pages, files and the API show them: never without definition, caveat and source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.figures.chart import Chart, draw
from app.figures.contradictions import Contradiction, Number, find_contradictions
from app.figures.models import FigureSource, Indicator, IndicatorSeries, Observation, Unit
from app.figures.periods import Period, read_period
from app.i18n import N_, translations
from app.permissions import Reader, visible_where
from app.vocabulary.service import NO_TEXT, Text, choose

STANDING_CAVEAT = N_("Only what somebody recognised and recorded is counted. Hidden numbers must be considered.")
"""Stands beside every figure and in every export."""


@dataclass(frozen=True, slots=True)
class Series:
    code: str
    label: Text
    caveat: Text
    breakdown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` None: unknown. `is_stated` false: the source has no such number at all."""

    series: str
    value: float | None
    is_stated: bool
    is_approximate: bool
    is_contradicted: bool
    note: Text


@dataclass(frozen=True, slots=True)
class Row:
    """`is_gap`: a year between others of which the source says nothing."""

    period: Period
    words: str
    is_gap: bool
    cells: tuple[Cell, ...]

    @property
    def notes(self) -> tuple[Text, ...]:
        return tuple(dict.fromkeys(cell.note for cell in self.cells if cell.note))


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    country: str
    unit: Unit
    title: Text
    definition: Text
    caveat: Text
    standing_caveat: str
    contradiction: Text
    contradictions: tuple[str, ...]
    partitions: tuple[str, ...]
    series: tuple[Series, ...]
    rows: tuple[Row, ...]
    sources: tuple[FigureSource, ...]
    as_of: str | None
    chart: Chart | None

    @property
    def is_contradicted(self) -> bool:
        return bool(self.contradiction or self.contradictions)

    @property
    def texts(self) -> list[Text]:
        labels = [text for series in self.series for text in (series.label, series.caveat)]
        notes = [note for row in self.rows for note in row.notes]
        return [self.title, self.definition, self.caveat, self.contradiction, *labels, *notes]


def figures_of(session: Session, reader: Reader, language: str, country: str | None = None) -> tuple[Figure, ...]:
    """All figures, or those of one country, in their order."""
    wanted = visible_where(Indicator, reader)
    return _figures(session, wanted if country is None else wanted & (col(Indicator.country) == country), language)


def get_figure(session: Session, reader: Reader, language: str, figure_id: str) -> Figure:
    """Raises NotFound."""
    found = _figures(session, visible_where(Indicator, reader) & (col(Indicator.id) == figure_id), language)
    if not found:
        raise NotFound
    return found[0]


def _figures(session: Session, wanted: ColumnElement[bool], language: str) -> tuple[Figure, ...]:
    """One query: every number comes with its series and its indicator."""
    query = (
        select(Indicator, IndicatorSeries, Observation)
        .join(IndicatorSeries, col(IndicatorSeries.indicator_id) == Indicator.id)
        .join(
            Observation,
            (col(Observation.indicator_id) == Indicator.id) & (col(Observation.series) == IndicatorSeries.code),
        )
        .where(wanted)
        .order_by(Indicator.country, col(Indicator.position), Indicator.id)
        .order_by(col(IndicatorSeries.position), IndicatorSeries.code)
    )
    indicators: dict[str, Indicator] = {}
    series: dict[str, dict[str, IndicatorSeries]] = {}
    observations: dict[str, list[Observation]] = {}
    for row, column, number in session.exec(query):
        indicators[row.id] = row
        series.setdefault(row.id, {})[column.code] = column
        observations.setdefault(row.id, []).append(number)
    return tuple(
        figure(row, list(series[key].values()), observations[key], language) for key, row in indicators.items()
    )


def figure(
    row: Indicator, series: Sequence[IndicatorSeries], observations: Iterable[Observation], language: str
) -> Figure:
    held = {(entry.series, read_period(entry.period)): entry for entry in observations}
    cells = known_numbers(held.values())
    contradictions = contradictions_of(row, series, cells)
    labels = {entry.code: choose(entry.labels, language).value for entry in series}

    def say(texts: Mapping[str, str]) -> Text:
        return choose(texts, language, row.assisted)

    return Figure(
        id=row.id,
        country=row.country,
        unit=row.unit,
        title=say(row.titles),
        definition=say(row.definitions),
        caveat=say(row.caveats),
        standing_caveat=translations(language).gettext(STANDING_CAVEAT),
        contradiction=say(row.contradiction),
        contradictions=tuple(found.words(labels, language) for found in contradictions),
        partitions=tuple(row.partitions),
        series=tuple(Series(entry.code, say(entry.labels), say(entry.caveats), entry.breakdown) for entry in series),
        rows=_rows(row, [entry.code for entry in series], held, contradictions, language),
        sources=tuple(row.sources),
        as_of=row.as_of,
        chart=draw([entry.code for entry in series], cells, language),
    )


def known_numbers(observations: Iterable[Observation]) -> dict[tuple[str, Period], Number]:
    return {
        (entry.series, read_period(entry.period)): Number(entry.value, entry.is_approximate)
        for entry in observations
        if entry.value is not None
    }


def contradictions_of(
    row: Indicator, series: Iterable[IndicatorSeries], cells: Mapping[tuple[str, Period], Number]
) -> tuple[Contradiction, ...]:
    return find_contradictions({entry.code: entry.breakdown for entry in series}, row.partitions, cells)


def _rows(
    row: Indicator,
    codes: Sequence[str],
    held: Mapping[tuple[str, Period], Observation],
    contradictions: Sequence[Contradiction],
    language: str,
) -> tuple[Row, ...]:
    """Years and their parts in order, gaps included, then what covers several years."""
    periods = {period for _, period in held}
    covered = {period.year for period in periods if period.is_within_year}
    gaps = set(range(min(covered), max(covered))) - covered if covered else set()
    wrong = {(found.series, found.period) for found in contradictions}

    def cell(code: str, period: Period) -> Cell:
        entry = held.get((code, period))
        is_wrong = (code, period) in wrong
        if entry is None:
            return Cell(code, None, is_stated=False, is_approximate=False, is_contradicted=is_wrong, note=NO_TEXT)
        note = choose(entry.note, language, row.assisted)
        return Cell(code, entry.value, True, entry.is_approximate, is_wrong, note)

    ordered = sorted([*periods, *(read_period(str(year)) for year in gaps)], key=lambda p: (not p.is_within_year, p))
    return tuple(
        Row(period, period.words(language), period not in periods, tuple(cell(code, period) for code in codes))
        for period in ordered
    )
