"""Searching and suggesting: one question to the engine, every answer checked against the database."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from app.discovery.cards import Card, CardReader
from app.discovery.forms import FACETS, NORDIC_GROUP, SearchForm, expanded
from app.health import is_late
from app.permissions import Reader, principals
from app.state import Portal
from search.engine import EngineError, FacetCount, Query, Snippet, Why
from search.understand import Understanding

log = logging.getLogger("samband.search")
MAX_SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class Result:
    card: Card
    score: float
    snippet: Snippet | None
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """`degraded`: why the answer is less than it should be, as a code; None when all is well."""

    understanding: Understanding
    results: tuple[Result, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    degraded: str | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """`text` is what to search for, `card` the record it names."""

    text: str
    language: str
    card: Card


def search(portal: Portal, session: Session, reader: Reader, form: SearchForm, language: str) -> SearchResults:
    """Records that the database does not show this reader are dropped, and then no counts are believed either."""
    understanding = portal.understander.query(form.text, language, frozenset(form.off))
    query = engine_query(form, reader, understanding)
    try:
        page = portal.engine.search(query)
    except EngineError as error:
        log.error("the search engine does not answer", extra={"error": type(error).__name__})
        return SearchResults(understanding, degraded="engine-down")
    cards = CardReader(session, portal.vocabulary, reader, language).cards(hit.key for hit in page.hits)
    results = tuple(Result(cards[hit.key], hit.score, hit.snippet, hit.why) for hit in page.hits if hit.key in cards)
    dropped = len(page.hits) - len(results)
    if dropped:
        log.warning("hits that the database does not show were dropped", extra={"dropped": dropped})
        return SearchResults(understanding, results, max(0, page.total - dropped), {}, "index-behind")
    degraded = page.degraded or ("index-late" if is_late(session, portal.indexes[-1].name) else None)
    return SearchResults(understanding, results, page.total, page.facets, degraded)


def places(results: SearchResults) -> Iterator[tuple[str, str, int]]:
    """Material, language and page of each snippet that stands on a page."""
    for result in results.results:
        snippet = result.snippet
        if result.card.kind == "material" and snippet and snippet.page:
            yield result.card.id, snippet.language, snippet.page


def engine_query(form: SearchForm, reader: Reader, understanding: Understanding) -> Query:
    return Query(
        principals=principals(reader),
        understanding=understanding if form.text else None,
        filters=form.engine_filters(),
        year_from=form.year_from,
        year_to=form.year_to,
        facets=("kind", *FACETS),
        sort=form.sort,
        page=form.page,
        per_page=form.per_page,
    )


def count(portal: Portal, reader: Reader, form: SearchForm, understanding: Understanding) -> int | None:
    """How many records another form of the same question finds; None when the engine does not say."""
    try:
        return portal.engine.search(replace(engine_query(form, reader, understanding), facets=(), per_page=1)).total
    except EngineError:
        return None


def nordic_count(portal: Portal, reader: Reader, form: SearchForm, results: SearchResults) -> int:
    """Records of any Nordic country: less than the sum, since one record may belong to several."""
    members = expanded((NORDIC_GROUP,))
    seen = [one.count for one in results.facets.get("country", ()) if one.value in members]
    if len(seen) <= 1:
        return sum(seen)
    return count(portal, reader, form.with_filter("country", (NORDIC_GROUP,)), results.understanding) or 0


def suggest(
    portal: Portal, session: Session, reader: Reader, prefix: str, language: str, limit: int = MAX_SUGGESTIONS
) -> tuple[Suggested, ...]:
    """Titles, names and concept labels that begin with what was typed; nothing when the engine does not answer."""
    if not prefix:
        return ()
    try:
        found = portal.engine.suggest(prefix, principals(reader), limit)
    except EngineError as error:
        log.error("the search engine does not suggest", extra={"error": type(error).__name__})
        return ()
    cards = CardReader(session, portal.vocabulary, reader, language).cards(one.key for one in found)
    return tuple(Suggested(one.text, one.language, cards[one.key]) for one in found if one.key in cards)
