"""The contract of a search engine: what it is given, what it gives back. It knows no domain.

A *document* is one record (a material, an organisation …) with its page-anchored *passages*. Facets, totals, order and
pages count records; passages are the evidence. Whoever asks hands over *principals*: a row is seen only by a reader who
holds one of the principals in its `acl`, and a reader without principals sees nothing. A passage is never seen more
widely than its record. Title, names, concepts and facets are seen by whoever sees the record: they must not tell what
only narrower passages hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from search.understand import Understanding

MAX_QUERY_CHARACTERS = 256
MAX_PER_PAGE = 100


class EngineError(Exception):
    """The engine refused or could not do what was asked."""


class EngineDown(EngineError):
    """The engine does not answer; another one may."""


class WrongVersion(EngineDown):
    """It answers, but is none that this was tried with: it does not get better by waiting."""


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Passage:
    """80 to 220 words of a record; `page` is the printed page in its file, None where there is none."""

    text: str
    language: str
    acl: tuple[str, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One record. `names` are identifying: other titles, abbreviations, identifiers, in any language."""

    key: str
    kind: str
    language: str
    title: str
    acl: tuple[str, ...]
    names: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    concepts: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year: int | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """`filters`: facet name -> accepted values (any of them; facets are combined with *and*)."""

    principals: frozenset[str]
    understanding: Understanding | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet; `is_match` pieces are highlighted."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Snippet:
    fragments: tuple[Fragment, ...]
    language: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a record was found: the reader's `word` met `matched` in the record, through `concept` where there is one."""

    word: str
    matched: str
    language: str
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    key: str
    kind: str
    score: float
    snippet: Snippet | None
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """`facets`: name -> counts of records, most first; its own filter is left out of a facet (multi-select)."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    degraded: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    text: str
    kind: str
    key: str
    language: str


@dataclass(frozen=True, slots=True)
class Health:
    """`needs_rebuild`: there is no index yet, or another thesaurus or another version of the engine made it."""

    is_up: bool
    version: str
    documents: int
    generation: str
    detail: str = ""
    needs_rebuild: bool = False


class SearchEngine(Protocol):
    """Methods raise EngineDown when the engine does not answer, EngineError when it refuses."""

    def upsert(self, documents: Iterable[Document]) -> None:
        """Replace these records; readable when the call returns."""

    def delete(self, keys: Iterable[str]) -> None: ...

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Fill a new index aside and swap; readers see the old one until then."""

    def search(self, query: Query) -> Page: ...

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]: ...

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        """Records that share the most telling concepts with `key`, through the same visibility."""

    def versions(self) -> Mapping[str, str]:
        """Key -> version of every record held: what reconciling compares with the database."""

    def health(self) -> Health: ...
