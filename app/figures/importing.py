"""Files of figures into the database: `samband import-figures`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlmodel import Session, SQLModel, select

from app.figures.forms import IndicatorForm
from app.figures.models import Indicator, IndicatorSeries, Observation
from app.figures.reading import FileRefused, Refusal, read_figures
from app.figures.service import contradictions_of, known_numbers

NOT_THE_FILES = frozenset({"visibility", "position"})
"""Set in the portal; a file that is read again leaves them as they are."""


class Outcome(Enum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Flag:
    """A contradiction in what was taken: loaded as it stands, and shown as such."""

    indicator: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """Ids of the indicators; a file with one refusal is refused whole."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    flagged: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class IndicatorRows:
    indicator: Indicator
    series: list[IndicatorSeries]
    observations: list[Observation]


def import_figures(session: Session, path: Path) -> Report:
    """Takes the file whole or not at all; the caller commits. Languages that the file does not speak are kept."""
    try:
        forms = read_figures(path)
    except FileRefused as error:
        return Report(refused=error.refusals)
    outcomes: list[tuple[Outcome, str]] = []
    flags: list[Flag] = []
    for form in forms:
        rows = rows_of(form)
        flags += flags_of(rows, _report_language(form))
        outcomes.append((_store(session, rows, form.languages), form.id))
    new, changed, unchanged = (tuple(key for found, key in outcomes if found is wanted) for wanted in Outcome)
    return Report(new, changed, unchanged, flagged=tuple(flags))


def _report_language(form: IndicatorForm) -> str:
    return "en" if "en" in form.languages else min(form.languages)


def rows_of(form: IndicatorForm, position: int = 0) -> IndicatorRows:
    indicator = Indicator(
        id=form.id,
        country=form.country,
        position=position,
        unit=form.unit,
        titles=form.title,
        definitions=form.definition,
        caveats=form.caveat,
        contradiction=form.contradiction,
        assisted=form.assisted,
        partitions=[str(dimension) for dimension in form.partitions],
        sources=[source.source() for source in form.sources],
        as_of=form.as_of,
    )
    series = [
        IndicatorSeries(
            indicator_id=form.id,
            code=entry.code,
            position=number,
            labels=entry.label,
            caveats=entry.caveat,
            breakdown={str(dimension): value for dimension, value in entry.breakdown.items()},
        )
        for number, entry in enumerate(form.series)
    ]
    observations = [
        Observation(
            indicator_id=form.id,
            series=row.series,
            period=row.period,
            value=row.value,
            is_approximate=row.approximate,
            note=row.note,
        )
        for row in form.observations
    ]
    return IndicatorRows(indicator, series, observations)


def flags_of(rows: IndicatorRows, language: str) -> list[Flag]:
    labels = {entry.code: entry.labels[language] for entry in rows.series}
    found = contradictions_of(rows.indicator, rows.series, known_numbers(rows.observations))
    return [Flag(rows.indicator.id, contradiction.words(labels, language)) for contradiction in found]


def _store(session: Session, rows: IndicatorRows, languages: frozenset[str]) -> Outcome:
    held = session.get(Indicator, rows.indicator.id)
    if held is None:
        session.add(rows.indicator)
        session.flush()
        session.add_all([*rows.series, *rows.observations])
        return Outcome.NEW
    rows.indicator.assisted = sorted((set(held.assisted) - languages) | set(rows.indicator.assisted))
    is_changed = _update(held, rows.indicator, languages)
    key = held.id
    series = session.exec(select(IndicatorSeries).where(IndicatorSeries.indicator_id == key)).all()
    numbers = session.exec(select(Observation).where(Observation.indicator_id == key)).all()
    is_changed |= _replace(
        session, {row.code: row for row in series}, {row.code: row for row in rows.series}, languages
    )
    is_changed |= _replace(
        session,
        {f"{row.series} {row.period}": row for row in numbers},
        {f"{row.series} {row.period}": row for row in rows.observations},
        languages,
    )
    return Outcome.CHANGED if is_changed else Outcome.UNCHANGED


def _replace(
    session: Session, held: Mapping[str, SQLModel], wanted: Mapping[str, SQLModel], languages: frozenset[str]
) -> bool:
    gone = [row for key, row in held.items() if key not in wanted]
    added = [row for key, row in wanted.items() if key not in held]
    for row in gone:
        session.delete(row)
    session.add_all(added)
    changed = [_update(held[key], row, languages) for key, row in wanted.items() if key in held]
    return bool(gone or added or any(changed))


TEXTS: Sequence[str] = ("titles", "definitions", "caveats", "contradiction", "labels", "note")


def _update(held: SQLModel, wanted: SQLModel, languages: frozenset[str]) -> bool:
    is_changed = False
    for name in type(wanted).model_fields:
        if name in NOT_THE_FILES and isinstance(wanted, Indicator):
            continue
        before, after = getattr(held, name), getattr(wanted, name)
        if name in TEXTS:
            kept = {language: text for language, text in before.items() if language not in languages}
            after = kept | after
        if before != after:
            setattr(held, name, after)
            is_changed = True
    return is_changed
