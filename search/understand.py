"""Text → folded lemmas, compound parts, concepts: one analysis shared by indexing and querying."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from search.thesaurus import Thesaurus


class MatchKind(StrEnum):
    """How a word met a label, best first."""

    LABEL = "label"
    PHRASE = "phrase"
    CITATION = "citation"
    FUZZY = "fuzzy"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class ConceptMatch:
    """`label` is the label that was met, in `language`."""

    concept: str
    how: MatchKind
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query. `start` and `end` are offsets in `Understanding.text`."""

    surface: str
    folded: str
    start: int
    end: int
    lemmas: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    concepts: tuple[ConceptMatch, ...] = ()
    correction: str | None = None
    is_stop_word: bool = False
    is_identifying: bool = False


@dataclass(frozen=True, slots=True)
class QueryConcept:
    """A concept the query speaks of: `matched` is the reader's wording, `label` the preferred one in their language."""

    id: str
    matched: str
    label: str
    how: MatchKind
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlsoSearched:
    """What a concept adds in one language. `key` is stable: hand it back in `switched_off` to leave it out."""

    key: str
    word: str
    concept: str
    label: str
    language: str
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """`surface` was probably meant as `suggestion`; `text` is the whole query with it put in."""

    surface: str
    suggestion: str
    text: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """A query as understood. `language` is a hint only. `was_cut`: longer than 256 characters."""

    text: str
    language: str
    words: tuple[Word, ...] = ()
    concepts: tuple[QueryConcept, ...] = ()
    also_searched: tuple[AlsoSearched, ...] = ()
    corrections: tuple[Correction, ...] = ()
    phrases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    was_cut: bool = False


class Understander:
    """`cache_dir` keeps the word lists in a form that opens at once. Thread-safe."""

    def __init__(self, thesaurus: Thesaurus, vocabulary_words: Iterable[str] = (), cache_dir: Path | None = None) -> None:
        self.thesaurus = thesaurus
        self.vocabulary_words = frozenset(vocabulary_words)
        self.cache_dir = cache_dir

    def query(self, text: str, language: str, switched_off: frozenset[str] = frozenset()) -> Understanding:
        raise NotImplementedError
