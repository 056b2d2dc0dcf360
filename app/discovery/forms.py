"""What comes in with a search: trimmed, capped, checked against the closed lists; what does not fit is named."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from app.api_answers import MAX_PAGE, MAX_PER_PAGE
from app.i18n import N_
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Vocabulary
from search.engine import MAX_QUERY_CHARACTERS, Sort

KINDS = ("organisation", "material", "case", "concept")
NORDIC_GROUP = "NORDIC"
"""A value of `country` that stands for the five countries and the three territories."""
CONCEPT_FACETS = {"form": "exploitation-form", "sector": "sector-or-place", "victim": "victim-group"}
FACETS = ("country", "language", "type", "theme", "audience", "function", "form", "sector", "victim", "concept")
FIRST_YEAR, LAST_YEAR = 1800, 2200
RESULTS_PER_PAGE = 10
MAX_VALUES = 40
"""Of one parameter; more than any form of ours sends."""
MAX_LEFT_OUT = 8
_OFF = re.compile(r"^[a-z0-9-]{1,64}(\.[a-z]{2,3})?$")

PARAMETER_NAMES = {
    "kind": N_("Kind"),
    "country": N_("Country"),
    "language": N_("Language of the content"),
    "type": N_("Type"),
    "theme": N_("Theme"),
    "audience": N_("For whom"),
    "function": N_("Function"),
    "form": N_("Form of exploitation"),
    "sector": N_("Sector or place"),
    "victim": N_("Group of victims"),
    "concept": N_("Concept"),
    "year_from": N_("From year"),
    "year_to": N_("To year"),
    "sort": N_("Order"),
    "page": N_("Page"),
    "per_page": N_("Results on a page"),
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value of the address that means nothing here."""

    parameter: str
    value: str


@dataclass(frozen=True, slots=True)
class SearchForm:
    """`filters`: parameter -> accepted values, as the reader chose them (`NORDIC` unexpanded)."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = RESULTS_PER_PAGE
    off: tuple[str, ...] = ()
    was_cut: bool = False
    left_out: tuple[LeftOut, ...] = ()

    def chosen(self, facet: str) -> tuple[str, ...]:
        return self.filters.get(facet, ())

    @property
    def has_filters(self) -> bool:
        return bool(self.filters) or self.year_from is not None or self.year_to is not None

    @property
    def is_empty(self) -> bool:
        """Nothing was asked: neither words nor a filter."""
        return not self.text and not self.has_filters

    def pairs(self) -> list[tuple[str, str]]:
        """The form as parameters of an address, without the page; what is as usual is left out."""
        chosen = [(name, value) for name, values in self.filters.items() for value in values]
        years = [("year_from", self.year_from), ("year_to", self.year_to)]
        return [
            *([("q", self.text)] if self.text else []),
            *chosen,
            *((name, str(year)) for name, year in years if year is not None),
            *([("sort", self.sort.value)] if self.sort is not Sort.RELEVANCE else []),
            *([("per_page", str(self.per_page))] if self.per_page != RESULTS_PER_PAGE else []),
            *(("off", key) for key in self.off),
        ]

    def with_filter(self, facet: str, values: tuple[str, ...]) -> "SearchForm":
        kept = {name: chosen for name, chosen in self.filters.items() if name != facet}
        return replace(self, filters={**kept, facet: values} if values else kept, page=1)

    def without_value(self, facet: str, value: str) -> "SearchForm":
        return self.with_filter(facet, tuple(chosen for chosen in self.chosen(facet) if chosen != value))

    def without_filters(self) -> "SearchForm":
        return replace(self, filters={}, year_from=None, year_to=None, page=1)

    def without_years(self) -> "SearchForm":
        return replace(self, year_from=None, year_to=None, page=1)

    def engine_filters(self) -> Mapping[str, tuple[str, ...]]:
        return {name: expanded(values) if name == "country" else values for name, values in self.filters.items()}


def expanded(countries: Iterable[str]) -> tuple[str, ...]:
    """The countries meant; the Nordic group is its members."""
    parts = ((*NORDIC, *TERRITORIES) if code == NORDIC_GROUP else (code,) for code in countries)
    return tuple(dict.fromkeys(code for members in parts for code in members))


def read_form(pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> SearchForm:
    """Never fails: unknown values end up in `left_out`, unknown parameters are none of ours and are ignored."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        held = given.setdefault(name, [])
        if len(held) < MAX_VALUES and value.strip():
            held.append(value.strip())
    text, was_cut = read_text(next(iter(given.get("q", [])), ""))
    reader = _Reader(given)
    filters = {}
    for name in ("kind", *FACETS):
        if values := reader.choices(name, partial(is_known, name, vocabulary)):
            filters[name] = values
    return SearchForm(
        text=text,
        filters=filters,
        year_from=reader.number("year_from", FIRST_YEAR, LAST_YEAR),
        year_to=reader.number("year_to", FIRST_YEAR, LAST_YEAR),
        sort=reader.sort(),
        page=reader.number("page", 1, MAX_PAGE) or 1,
        per_page=reader.number("per_page", 1, MAX_PER_PAGE) or RESULTS_PER_PAGE,
        off=tuple(dict.fromkeys(key for key in given.get("off", []) if _OFF.match(key))),
        was_cut=was_cut,
        left_out=tuple(reader.left_out[:MAX_LEFT_OUT]),
    )


def read_text(raw: str) -> tuple[str, bool]:
    """The words of a query without control characters and half characters, and whether they had to be cut."""
    plain = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in raw)
    text = " ".join(plain.split())
    return text[:MAX_QUERY_CHARACTERS].rstrip(), len(text) > MAX_QUERY_CHARACTERS


def is_known(name: str, vocabulary: Vocabulary, value: str) -> bool:
    schemes = {
        "country": (Scheme.COUNTRY,),
        "language": (Scheme.LANGUAGE,),
        "type": (Scheme.ORGANISATION_TYPE, Scheme.MATERIAL_TYPE),
        "theme": (Scheme.THEME,),
        "audience": (Scheme.AUDIENCE,),
        "function": (Scheme.FUNCTION,),
    }
    if name == "kind":
        return value in KINDS
    if name == "country" and value == NORDIC_GROUP:
        return True
    if name in schemes:
        return any(vocabulary.find(scheme, value) for scheme in schemes[name])
    entry = vocabulary.concepts.get(value)
    return entry is not None and entry.facet == CONCEPT_FACETS.get(name, entry.facet)


class _Reader:
    """Takes parameters one by one and notes what does not fit."""

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        self.given = given
        self.left_out: list[LeftOut] = []

    def choices(self, name: str, is_right: Callable[[str], bool]) -> tuple[str, ...]:
        values = dict.fromkeys(self.given.get(name, ()))
        self.left_out += [LeftOut(name, _shown(value)) for value in values if not is_right(value)]
        return tuple(value for value in values if is_right(value))

    def number(self, name: str, least: int, most: int) -> int | None:
        for value in self.given.get(name, ())[:1]:
            if value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most:
                return int(value)
            self.left_out.append(LeftOut(name, _shown(value)))
        return None

    def sort(self) -> Sort:
        for value in self.given.get("sort", ())[:1]:
            if value in set(Sort):
                return Sort(value)
            self.left_out.append(LeftOut("sort", _shown(value)))
        return Sort.RELEVANCE


def _shown(value: str) -> str:
    text, _ = read_text(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004  enough to recognise it
