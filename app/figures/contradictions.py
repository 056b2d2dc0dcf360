"""Where the numbers of one source do not fit each other. They are flagged, never corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.figures.periods import Period
from app.i18n import N_, format_and, format_number, translations

EXCLUSIVE = frozenset({"sex", "age-group"})
"""Nobody stands in two series of such a dimension, so that their sum can never be more than the total."""
PERIOD = "period"

BY_PARTS = N_("{period}: {parts} make {sum} together, but “{whole}” is given as {stated}.")
BY_PERIODS = N_("{period}, “{whole}”: the numbers of the single periods make {sum} together, but {stated} is given.")


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    is_approximate: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`parts`: (series, value) of the same period, empty where it is the periods that do not add up."""

    series: str
    period: Period
    parts: tuple[tuple[str, float], ...]
    sum: float
    stated: float

    def words(self, labels: Mapping[str, str], language: str) -> str:
        pattern = translations(language).gettext(BY_PARTS if self.parts else BY_PERIODS)
        named = [f"{labels[code]} ({format_number(value, language)})" for code, value in self.parts]
        return pattern.format(
            period=self.period.words(language),
            parts=format_and(named, language),
            sum=format_number(self.sum, language),
            whole=labels[self.series],
            stated=format_number(self.stated, language),
        )


Cells = Mapping[tuple[str, Period], Number]
"""(series, period) -> what is known; unknown numbers are left out."""


def find_contradictions(
    series: Mapping[str, Mapping[str, str]], partitions: Sequence[str], cells: Cells
) -> tuple[Contradiction, ...]:
    """`series`: code -> breakdown. By period, then in the order of the series."""
    order = list(series)
    found = [*_of_parts(series, partitions, cells), *(_of_periods(series, cells) if PERIOD in partitions else ())]
    return tuple(
        sorted(
            found,
            key=lambda entry: (
                not entry.period.is_within_year,
                entry.period,
                order.index(entry.series),
                not entry.parts,
            ),
        )
    )


def _of_parts(
    series: Mapping[str, Mapping[str, str]], partitions: Sequence[str], cells: Cells
) -> Iterator[Contradiction]:
    for (whole, period), stated in cells.items():
        for dimension, codes in _parts(series, whole).items():
            known = [(code, cells[code, period]) for code in codes if (code, period) in cells]
            if not known or stated.is_approximate or any(number.is_approximate for _, number in known):
                continue
            total = sum(number.value for _, number in known)
            is_whole = dimension in partitions and len(known) == len(codes)
            is_too_much = total > stated.value and (dimension in partitions or dimension in EXCLUSIVE)
            if is_too_much or (is_whole and total != stated.value):
                parts = tuple((code, number.value) for code, number in known)
                yield Contradiction(whole, period, parts, total, stated.value)


def _parts(series: Mapping[str, Mapping[str, str]], whole: str) -> dict[str, list[str]]:
    """Dimension -> the series that divide `whole` by it."""
    found: dict[str, list[str]] = {}
    above = series[whole].items()
    for code, breakdown in series.items():
        further = set(breakdown) - set(series[whole])
        if len(further) == 1 and above <= breakdown.items() and len(breakdown) == len(above) + 1:
            found.setdefault(further.pop(), []).append(code)
    return found


def _of_periods(series: Mapping[str, Mapping[str, str]], cells: Cells) -> Iterator[Contradiction]:
    for (code, period), stated in cells.items():
        inner = sorted(other for name, other in cells if name == code and period.covers(other))
        numbers = [cells[code, other] for other in inner]
        if not inner or not _fills(period, inner) or any(number.is_approximate for number in (stated, *numbers)):
            continue
        total = sum(number.value for number in numbers)
        if total != stated.value:
            yield Contradiction(code, period, (), total, stated.value)


def _fills(period: Period, inner: Sequence[Period]) -> bool:
    """Without a gap and without an overlap: otherwise their sum says nothing about the whole."""
    starts = [period.first, *(other.last + 1 for other in inner)]
    ends = [*(other.first for other in inner), period.last + 1]
    return starts == ends
