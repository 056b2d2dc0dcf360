"""Where bars and lines stand in the picture. A year without a number stays empty and is never drawn as zero."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.figures.contradictions import Number
from app.figures.periods import Period
from app.i18n import format_number

WIDTH = 400
HEIGHT, WITH_MONTHS = 214, 230
LEFT, TOP, RIGHT, BASELINE = 44, 20, 394, 188
MAX_SERIES = 3
MAX_BARS = 18
MAX_AIRY_BARS = 12
MAX_LABELS = 9
BAR_SHARE = 0.8
"""Of a year's width; the rest is air."""
MAX_BAR_WIDTH = 34.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One year on the axis. `months` names the part of it that the number covers, if it is not the whole year."""

    x: float
    year: int
    is_labelled: bool
    is_gap: bool
    months: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar, or a point of a line. `series` counts from 0. `is_part`: covers only a part of its year."""

    series: int
    x: float
    y: float
    width: float
    height: float
    label: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Joins the points of years that follow each other directly."""

    series: int
    points: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    series: tuple[str, ...]
    is_bars: bool
    slots: tuple[Slot, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    baseline: int = BASELINE

    @property
    def height(self) -> int:
        return WITH_MONTHS if any(slot.months for slot in self.slots) else HEIGHT

    @property
    def is_dense(self) -> bool:
        return len(self.slots) * len(self.series) > MAX_AIRY_BARS


@dataclass(frozen=True, slots=True)
class _Drawn:
    period: Period
    number: Number


def draw(series: Sequence[str], cells: Mapping[tuple[str, Period], Number], language: str) -> Chart | None:
    """None where fewer than two years have a number: one number needs no picture."""
    by_series = {code: _by_year(code, cells) for code in series}
    shown = [code for code in series if by_series[code]][:MAX_SERIES]
    years = sorted({year for code in shown for year in by_series[code]})
    if len(years) < 2:  # noqa: PLR2004  see above
        return None
    span = list(range(years[0], years[-1] + 1))
    step = (RIGHT - LEFT) / len(span)
    ticks = _ticks(max(drawn.number.value for code in shown for drawn in by_series[code].values()))
    scale = (BASELINE - TOP) / (ticks[-1] or 1)
    is_bars = len(span) * len(shown) <= MAX_BARS
    width = min(step * BAR_SHARE / len(shown), MAX_BAR_WIDTH) if is_bars else 0.0
    marks = tuple(
        _mark(index, _x(span, step, year) + width * (index - len(shown) / 2), width, drawn, scale, language)
        for index, code in enumerate(shown)
        for year, drawn in by_series[code].items()
    )
    return Chart(
        series=tuple(shown),
        is_bars=is_bars,
        slots=_slots(span, step, [by_series[code] for code in shown], language),
        marks=marks,
        lines=() if is_bars else _lines(marks, step),
        ticks=tuple(Tick(round(BASELINE - tick * scale, 1), format_number(tick, language)) for tick in ticks),
    )


def _by_year(code: str, cells: Mapping[tuple[str, Period], Number]) -> dict[int, _Drawn]:
    """A whole year before a part of it; what spans several years stands in the table only."""
    within = [(period, number) for (name, period), number in cells.items() if name == code and period.is_within_year]
    whole_last = sorted(within, key=lambda entry: (entry[0].year, entry[0].last - entry[0].first))
    return {period.year: _Drawn(period, number) for period, number in whole_last}


def _x(span: Sequence[int], step: float, year: int) -> float:
    return LEFT + step * (span.index(year) + 0.5)


def _mark(index: int, x: float, width: float, drawn: _Drawn, scale: float, language: str) -> Mark:
    height = drawn.number.value * scale
    return Mark(
        series=index,
        x=round(x, 1),
        y=round(BASELINE - height, 1),
        width=round(width, 1),
        height=round(height, 1),
        label=("≈" if drawn.number.is_approximate else "") + format_number(drawn.number.value, language),
        is_part=drawn.period.is_part_of_year,
    )


def _slots(span: Sequence[int], step: float, drawn: Sequence[Mapping[int, _Drawn]], language: str) -> tuple[Slot, ...]:
    every = math.ceil(len(span) / MAX_LABELS)
    slots = []
    for number, year in enumerate(span):
        held = [by_year[year] for by_year in drawn if year in by_year]
        part = next((entry.period for entry in held if entry.period.is_part_of_year), None)
        months = part.months(language, "abbreviated") if part else ""
        is_labelled = number % every == 0 or bool(months)
        slots.append(Slot(round(_x(span, step, year), 1), year, is_labelled, not held, months))
    return tuple(slots)


def _lines(marks: Sequence[Mark], step: float) -> tuple[Line, ...]:
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: (mark.series, mark.x)):
        last = lines[-1][-1] if lines else None
        follows = last and last.series == mark.series and mark.x - last.x < step * 1.5
        if follows and last and not last.is_part and not mark.is_part:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    return tuple(
        Line(line[0].series, " ".join(f"{mark.x:g},{mark.y:g}" for mark in line)) for line in lines if len(line) > 1
    )


def _ticks(highest: float) -> list[float]:
    """Round numbers from 0 to at or above `highest`, four or five of them."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / 4
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    step = max(step, 1.0) if highest >= 1 else step
    return [step * number for number in range(math.ceil(highest / step) + 1)]
