"""What comes in: an indicator with its series and numbers. Without definition, source and caveat it is refused."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.figures.models import FigureSource, Unit
from app.figures.periods import PATTERN, read_period
from app.i18n import LANGUAGES

Dimension = Literal[
    "sex", "age-group", "nationality", "residence", "place", "exploitation-form", "identified-by", "stage", "support"
]
PERSONAL = frozenset({"sex", "age-group", "nationality", "residence", "place", "exploitation-form"})
"""Dimensions that describe the counted persons: two of them together can point at one."""
PERIOD = "period"
"""Named among the partitions: the periods of a series add up to a longer one."""
MAX_PERCENT = 100

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Texts = dict[str, Words]
"""Language -> text."""
TextDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}){0,2}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s|]+$", max_length=500)]
SourceWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^|]+$")]
Number = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SourceForm(Form):
    publisher: SourceWords
    title: SourceWords
    url: Address | None = None
    date: TextDate | None = None

    def source(self) -> FigureSource:
        return FigureSource(**self.model_dump())


class SeriesForm(Form):
    code: Code
    label: Texts
    caveat: Texts = {}
    breakdown: dict[Dimension, Code] = {}


class ObservationForm(Form):
    """`value` null: looked for and not known, or not published."""

    series: Code
    period: Annotated[str, StringConstraints(pattern=PATTERN)]
    value: Number | None
    approximate: bool = False
    note: Texts = {}


class IndicatorForm(Form):
    id: IndicatorId
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    unit: Annotated[Unit, Field(strict=False)]
    title: Texts
    definition: Texts
    caveat: Texts
    contradiction: Texts = {}
    assisted: list[str] = []
    partitions: list[Dimension | Literal["period"]] = []
    sources: list[SourceForm] = Field(min_length=1, max_length=10)
    as_of: TextDate | None = None
    series: list[SeriesForm] = Field(min_length=1, max_length=60)
    observations: list[ObservationForm] = Field(min_length=1, max_length=5000)

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        problems = [*self._languages(), *self._series(), *self._observations()]
        if problems:
            raise ValueError("; ".join(problems[:10]))
        return self

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.title)

    def _languages(self) -> Iterator[str]:
        """One language is enough, but whatever is said is said in each of them."""
        if not self.languages or not self.languages <= set(LANGUAGES):
            yield f"title: needs one of the languages {', '.join(LANGUAGES)}"
        for place, text in self._texts():
            if text and set(text) != self.languages:
                yield f"{place}: must be in the languages of the title ({', '.join(sorted(self.languages))})"
        if not self.definition or not self.caveat:
            yield "definition and caveat: no figure is shown without them"
        if not set(self.assisted) <= self.languages:
            yield "assisted: names a language that the title is not in"

    def _texts(self) -> Iterator[tuple[str, Texts]]:
        yield from (("definition", self.definition), ("caveat", self.caveat), ("contradiction", self.contradiction))
        for series in self.series:
            yield f"series {series.code}: label", series.label
            yield f"series {series.code}: caveat", series.caveat
        for number, row in enumerate(self.observations, start=1):
            yield f"observation {number}: note", row.note

    def _series(self) -> Iterator[str]:
        yield from _twice("series", (series.code for series in self.series))
        kinds = [str(sorted(series.breakdown.items())) for series in self.series if series.breakdown]
        yield from _twice("breakdown", kinds)
        used = {dimension for series in self.series for dimension in series.breakdown}
        for dimension in self.partitions:
            if dimension != PERIOD and dimension not in used:
                yield f"partitions: no series is broken down by {dimension}"

    def _observations(self) -> Iterator[str]:
        known = {series.code for series in self.series}
        for code in sorted(known - {row.series for row in self.observations}):
            yield f"series {code}: has no observation"
        spans = []
        for number, row in enumerate(self.observations, start=1):
            if row.series not in known:
                yield f"observation {number}: there is no series {row.series}"
            if self.unit is Unit.PERCENT and (row.value or 0) > MAX_PERCENT:
                yield f"observation {number}: {row.value:g} per cent"
            if self.unit is not Unit.PERCENT and row.value is not None and not row.value.is_integer():
                yield f"observation {number}: {row.value:g} is no whole number of {self.unit}"
            try:
                period = read_period(row.period)
            except ValueError as error:
                yield f"observation {number}: {error}"
            else:
                spans.append(f"{row.series} {period.first} {period.last}")
        if len(spans) != len(set(spans)):
            yield "observations: the same series and period twice"


def _twice(what: str, values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield f"{what}: {value} twice"
        seen.add(value)
