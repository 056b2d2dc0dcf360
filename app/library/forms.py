"""What the list of materials is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from app.vocabulary.models import Scheme
from app.vocabulary.service import Vocabulary
from search.engine import Sort

SCHEMES = {
    "type": Scheme.MATERIAL_TYPE,
    "country": Scheme.COUNTRY,
    "language": Scheme.LANGUAGE,
    "theme": Scheme.THEME,
    "audience": Scheme.AUDIENCE,
}
"""Filter -> the closed list that its values come from."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_PAGE = 1000


class MaterialForm(BaseModel):
    """The GET form as it arrives: every field may be empty."""

    family: str = Field("", max_length=64)
    type: str = Field("", max_length=64)
    country: str = Field("", max_length=64)
    language: str = Field("", max_length=64)
    theme: str = Field("", max_length=64)
    audience: str = Field("", max_length=64)
    year_from: str = Field("", max_length=16)
    year_to: str = Field("", max_length=16)
    sort: Literal["newest", "title"] = "newest"
    page: int = Field(1, ge=1, le=MAX_PAGE)


@dataclass(frozen=True, slots=True)
class MaterialFilters:
    """What of it can be answered; `left_out` holds values that name nothing."""

    chosen: Mapping[str, str]
    family: str
    year_from: int | None
    year_to: int | None
    sort: Sort
    left_out: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.chosen or self.family or self.year_from or self.year_to)

    def accepted(self, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
        """The filters in the terms of the search engine; a family stands for its types."""
        accepted: dict[str, tuple[str, ...]] = {name: (value,) for name, value in self.chosen.items()}
        if self.family and "type" not in accepted:
            types = vocabulary.list(Scheme.MATERIAL_TYPE)
            accepted["type"] = tuple(term.code for term in types if term.group == self.family)
        return {"kind": ("material",), **accepted}


def material_filters(form: MaterialForm, vocabulary: Vocabulary) -> MaterialFilters:
    typed = {name: getattr(form, name).strip() for name in SCHEMES}
    chosen = {name: code for name, code in typed.items() if code and vocabulary.find(SCHEMES[name], code)}
    family = form.family if vocabulary.find(Scheme.MATERIAL_FAMILY, form.family) else ""
    years = {text: year(text) for text in (form.year_from.strip(), form.year_to.strip())}
    return MaterialFilters(
        chosen=chosen,
        family=family,
        year_from=years[form.year_from.strip()],
        year_to=years[form.year_to.strip()],
        sort=Sort(form.sort),
        left_out=tuple(_unknown(typed, chosen, form.family, family, years)),
    )


def _unknown(
    typed: Mapping[str, str], chosen: Mapping[str, str], family: str, known_family: str, years: Mapping[str, int | None]
) -> Iterable[str]:
    yield from (code for name, code in typed.items() if code and name not in chosen)
    if family and not known_family:
        yield family
    yield from (text for text, number in years.items() if text and number is None)


def year(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LAST_YEAR)):
        return None
    number = int(text)
    return number if FIRST_YEAR <= number <= LAST_YEAR else None
