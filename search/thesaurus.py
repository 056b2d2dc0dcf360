"""A snapshot of concepts and labels in memory. It is handed in; nothing here knows where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class LabelKind(StrEnum):
    PREFERRED = "pref"
    ALTERNATIVE = "alt"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Label:
    """One term of a concept. `is_whole_word_only` forbids fuzzy and compound matches of it."""

    language: str
    text: str
    kind: LabelKind = LabelKind.PREFERRED
    is_whole_word_only: bool = False
    is_case_sensitive: bool = False
    is_never_in_compounds: bool = False


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    facet: str = ""
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory with its names, demonyms, adjectives: reported when a query names it, never filtered by."""

    id: str
    names: tuple[str, ...]


class Thesaurus:
    def __init__(self, concepts: Iterable[Concept], countries: Iterable[Country] = ()) -> None:
        self.concepts = {concept.id: concept for concept in concepts}
        self.countries = tuple(countries)

    def label(self, concept: str, language: str) -> str:
        """The preferred label in this language, else in English, else any, else the id."""
        known = self.concepts.get(concept)
        preferred = {label.language: label.text for label in known.labels if label.kind == "pref"} if known else {}
        return preferred.get(language) or preferred.get("en") or next(iter(preferred.values()), concept)
