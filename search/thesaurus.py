"""A snapshot of concepts and labels in memory. It is handed in; nothing here knows where it comes from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_LONGEST_ABBREVIATION = 3


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

    @property
    def is_exact(self) -> bool:
        """Only as a whole word in this very spelling: marked so, or an abbreviation of up to three letters."""
        return self.is_case_sensitive or (len(self.text) <= _LONGEST_ABBREVIATION and self.text.isupper())

    @property
    def may_be_misspelt(self) -> bool:
        return not (self.is_exact or self.is_whole_word_only)

    @property
    def may_be_a_part(self) -> bool:
        return not (self.is_exact or self.is_whole_word_only or self.is_never_in_compounds)


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    facet: str = ""
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory with its names, demonyms and adjectives: told, not filtered by."""

    id: str
    names: tuple[str, ...]


class Thesaurus:
    def __init__(self, concepts: Iterable[Concept], countries: Iterable[Country] = ()) -> None:
        self.concepts = {concept.id: concept for concept in concepts}
        self.countries = tuple(countries)
        self._languages: dict[str, str] = {}
        for concept in self.concepts.values():
            for label in concept.labels:
                self._languages.setdefault(label.text, label.language)

    def language_of(self, label: str) -> str | None:
        """The (first) language that has this label."""
        return self._languages.get(label)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same concepts and countries: what an index was tagged with."""
        told = repr((sorted(self.concepts.values(), key=lambda one: one.id), self.countries))
        return hashlib.sha256(told.encode()).hexdigest()

    def label(self, concept: str, language: str) -> str:
        """The preferred label in this language, else in English, else any, else the id."""
        return self.label_and_language(concept, language)[0]

    def label_and_language(self, concept: str, language: str) -> tuple[str, str]:
        preferred = self.preferred(concept)
        for one in (language, "en", *preferred):
            if one in preferred:
                return preferred[one], one
        return concept, language

    def preferred(self, concept: str) -> dict[str, str]:
        """Language → preferred label."""
        known = self.concepts.get(concept)
        labels = known.labels if known else ()
        return {label.language: label.text for label in labels if label.kind is LabelKind.PREFERRED}
