"""`2005`, `2008-01/2008-03`, `2005/2008-03`: the time that a number covers."""

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Literal

from babel.dates import get_month_names

from app.i18n import locale_of

MONTHS = 12
PATTERN = r"^\d{4}(-(0[1-9]|1[0-2]))?(/\d{4}(-(0[1-9]|1[0-2]))?)?$"
_MOMENT = re.compile(r"(\d{4})(?:-(\d\d))?")


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """Months since year 0, both ends included."""

    text: str
    first: int
    last: int

    @property
    def year(self) -> int:
        return self.first // MONTHS

    @property
    def last_year(self) -> int:
        return self.last // MONTHS

    @property
    def is_year(self) -> bool:
        return self.first % MONTHS == 0 and self.last - self.first == MONTHS - 1

    @property
    def is_part_of_year(self) -> bool:
        return self.year == self.last_year and not self.is_year

    @property
    def is_within_year(self) -> bool:
        return self.year == self.last_year

    def covers(self, other: "Period") -> bool:
        return self != other and self.first <= other.first and other.last <= self.last

    def __lt__(self, other: "Period") -> bool:
        return (self.first, self.last) < (other.first, other.last)

    def words(self, language: str) -> str:
        """As a reader says it: `2005`, `January–March 2008`, `2005 – March 2008`."""
        if self.is_year:
            return str(self.year)
        if self.is_within_year:
            return f"{self.months(language)} {self.year}"
        is_whole_years = self.first % MONTHS == 0 and self.last % MONTHS == MONTHS - 1
        dash = "–" if is_whole_years else " – "
        return dash.join((_end(self.first, 0, language), _end(self.last, MONTHS - 1, language)))

    def months(self, language: str, width: Literal["wide", "abbreviated"] = "wide") -> str:
        """`January–March`: the part of its year that it covers."""
        return "–".join(dict.fromkeys(_month(number, language, width) for number in (self.first, self.last)))


def read_period(text: str) -> Period:
    """Raises ValueError for what is no period or ends before it begins."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} is no period: a year, or from/to of years or months")
    start, _, end = text.partition("/")
    period = Period(text, _months(start, 1), _months(end or start, MONTHS))
    if period.last < period.first:
        raise ValueError(f"{text!r} ends before it begins")
    return period


def _months(moment: str, default_month: int) -> int:
    year, month = _MOMENT.fullmatch(moment).groups()  # type: ignore[union-attr]  # the pattern was checked
    return int(year) * MONTHS + int(month or default_month) - 1


def _month(number: int, language: str, width: Literal["wide", "abbreviated"] = "wide") -> str:
    name: str = get_month_names(width, context="stand-alone", locale=locale_of(language))[number % MONTHS + 1]
    return name


def _end(number: int, without_month: int, language: str) -> str:
    """A year alone where the period begins or ends with it."""
    year = str(number // MONTHS)
    return year if number % MONTHS == without_month else f"{_month(number, language)} {year}"
