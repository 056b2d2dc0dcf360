"""The embedded engine, in process: tantivy for matching and evidence, numpy for facets, totals and order."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
import tantivy

from search.columns import Columns, Record, without
from search.engine import (
    MAX_PER_PAGE,
    Document,
    EngineDown,
    EngineError,
    Health,
    Hit,
    Page,
    Query,
    Suggestion,
)
from search.folding import clean, fold_phrase
from search.generations import Broken, Current, Generations, Locked
from search.hits import MAX_SUGGESTION_PREFIX, Found, hits, shared, suggestions
from search.reader import Reader, Schemas, Scores, Snapshot, keys_query, known, read_records
from search.rows import ROW_FORMAT, RowWriter
from search.scoring import KIND_WEIGHTS, NAMED_COUNTRY, Group, PrefixWidener, groups_of
from search.understand import Understander, Understanding

P = ParamSpec("P")
R = TypeVar("R")

_WRITER_BYTES = 64_000_000
_OF_THE_DISK = re.compile(r"\bIO error\b|IoError\b|\bos error\b")
"""tantivy tells of a disk that is full or broken by a ValueError: no record is to blame then."""


def _said_plainly(ask: Callable[P, R]) -> Callable[P, R]:
    """tantivy tells of broken files and of what it cannot take by ValueError and OSError."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return ask(*args, **kwargs)
        except (ValueError, OSError) as error:
            raise EngineError(f"the index refused: {error}") from error

    return asked


class EmbeddedEngine:
    """`kind_weights` multiply the relevance of documents of a kind."""

    def __init__(
        self, directory: Path, understander: Understander, kind_weights: Mapping[str, float] | None = None
    ) -> None:
        made_with = f"{ROW_FORMAT} {understander.thesaurus.fingerprint}"
        self._generations = Generations(directory, hashlib.sha256(made_with.encode()).hexdigest()[:8])
        self._understander = understander
        self._kind_weights = KIND_WEIGHTS if kind_weights is None else kind_weights
        self._schemas = Schemas()
        self._snapshot: Snapshot | None = None
        self._loading = threading.Lock()

    # Writing

    def upsert(self, documents: Iterable[Document]) -> None:
        by_key = {document.key: document for document in documents}
        self._write(by_key.values(), by_key)

    def delete(self, keys: Iterable[str]) -> None:
        self._write((), tuple(keys))

    def rebuild(self, documents: Iterable[Document]) -> None:
        with _exclusively(self._generations):
            current = Current(self._generations.create(), self._generations.next_commit())
            try:
                self._fill(current, documents, Columns({}), ())
                self._generations.publish(current)
            except Exception:
                self._generations.drop(current.generation)
                raise
            self._load(current)

    def _write(self, documents: Iterable[Document], replaced: Iterable[str]) -> None:
        replaced = tuple(dict.fromkeys(replaced))
        if not replaced:
            return
        with _exclusively(self._generations):
            before = self._current_snapshot()
            generation = before.current.generation if before else self._generations.create()
            current = Current(generation, before.current.commit + 1 if before else 1)
            self._fill(current, documents, before.columns if before else Columns({}), replaced)
            self._generations.publish(current)
            self._load(current, before, replaced)

    def _fill(self, current: Current, documents: Iterable[Document], known: Columns, replaced: Sequence[str]) -> None:
        """Passages first: where only they were written, the versions still tell that the record is to come."""
        indexes = self._indexes(current.generation)
        writers = [index.writer(_WRITER_BYTES, 1) for index in (indexes[1], indexes[0])]
        try:
            for writer in writers:
                for key in replaced:
                    writer.delete_documents_by_term("key", key)
            rows = RowWriter(self._understander)
            free = known.size
            for document in documents:
                ordinal = known.ordinal_of(document.key)
                if ordinal == known.size:
                    ordinal, free = free, free + 1
                records, passages = rows.rows(document, ordinal)
                for writer, added in zip(writers, (passages, records), strict=True):
                    for row in added:
                        writer.add_document(row)
            for writer in writers:
                writer.commit()
        finally:
            for writer in writers:
                writer.wait_merging_threads()

    # Reading

    @_said_plainly
    def search(self, query: Query) -> Page:
        reader = self._reader(query.principals)
        if reader is None:
            return Page((), 0, {name: () for name in query.facets})
        understanding = query.understanding
        if understanding is not None and not understanding.text:
            understanding = None
        groups = groups_of(understanding, PrefixWidener(reader.clauses.beginning)) if understanding else ()
        scores = self._scores(reader, understanding, groups)
        found, facets = reader.columns.counted(scores[0] >= 0, query)
        ordered = reader.columns.ordered(np.flatnonzero(found), scores[0], query.sort)
        per_page = max(1, min(query.per_page, MAX_PER_PAGE))
        start = (max(1, query.page) - 1) * per_page
        shown = [known(reader.columns.by_ordinal[ordinal]) for ordinal in ordered[start : start + per_page]]
        hits = self._hits(reader, shown, scores, groups, understanding)
        return Page(hits, int(found.sum()), facets)

    @_said_plainly
    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        reader = self._reader(principals)
        folded = fold_phrase(clean(prefix, MAX_SUGGESTION_PREFIX))
        if reader is None or not folded:
            return ()
        found = reader.records.terms_with_prefix("suggest", folded, reader.visible)
        terms = (term for term, count in found if count)
        return suggestions(self._understander.thesaurus, terms, limit)

    @_said_plainly
    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        reader = self._reader(principals)
        source = reader.columns.records.get(key) if reader else None
        if reader is None or source is None or not reader.sees(source):
            return ()
        head = reader.heads([source])[source.ordinal]
        if not head["concepts"]:
            return ()
        scores = reader.scores(reader.scorer().tagged(head["concepts"]))
        scores[source.ordinal] = -1
        found = scores >= 0
        if kinds:
            found &= reader.columns.kinds.having(kinds, reader.columns.size)
        ordered = reader.columns.ordered(np.flatnonzero(found), scores, Query(principals).sort)
        shown = [known(reader.columns.by_ordinal[one]) for one in ordered[: max(0, min(limit, MAX_PER_PAGE))]]
        heads = reader.heads(shown)
        return tuple(
            Hit(
                one.key,
                one.kind,
                float(scores[one.ordinal]),
                None,
                shared(self._understander.thesaurus, head, heads[one.ordinal]),
            )
            for one in shown
        )

    def versions(self) -> Mapping[str, str]:
        snapshot = self._current_snapshot()
        return {key: record.version for key, record in snapshot.columns.records.items()} if snapshot else {}

    def health(self) -> Health:
        engine = f"tantivy {version('tantivy')}"
        current = self._current()
        if current is not None and not self._generations.is_of_this_maker(current):
            return Health(True, engine, 0, current.generation, "made by another version or thesaurus", True)
        snapshot = self._current_snapshot()
        if snapshot is None:
            return Health(True, engine, 0, "", "no index yet", True)
        return Health(True, engine, len(snapshot.columns.records), snapshot.current.generation)

    def _scores(
        self, reader: Reader, understanding: Understanding | None, groups: Sequence[Group]
    ) -> tuple[Scores, Scores]:
        """All there is to it, and of that what is for being called so; both -1 where there is nothing."""
        scorer = reader.scorer()
        nothing = np.full(reader.columns.size, -1.0)
        if understanding is None:
            return reader.scores(reader.clauses.everything()), nothing
        called = reader.scores(scorer.exact(understanding))
        scores = nothing
        if groups or understanding.phrases:
            scores = reader.scores(scorer.main(groups, understanding.phrases))
        if understanding.phrases:
            # What stands in quotes is required: a name alone does not answer it.
            called[scores < 0] = -1
        scores = np.where(called >= 0, np.maximum(scores, 0) + called, scores)
        for kind, weight in self._kind_weights.items():
            of_kind = reader.columns.kinds.having((kind,), reader.columns.size)
            scores[of_kind & (scores > 0)] *= weight
        if understanding.countries:
            scores[reader.columns.of_countries(understanding.countries) & (scores > 0)] += NAMED_COUNTRY
        return scores, called

    def _hits(
        self,
        reader: Reader,
        shown: Sequence[Record],
        scores: tuple[Scores, Scores],
        groups: Sequence[Group],
        asked: Understanding | None,
    ) -> tuple[Hit, ...]:
        text, language = (asked.text, asked.language) if asked else ("", "")
        heads = reader.heads(shown)
        passages = reader.best_passages(shown, groups, language)
        shown_hits = [
            Found(
                record.kind,
                float(scores[0][record.ordinal]),
                bool(scores[1][record.ordinal] >= 0),
                heads[record.ordinal],
                passages.get(record.ordinal),
            )
            for record in shown
        ]
        return hits(self._understander.thesaurus, shown_hits, groups, text)

    # Snapshots

    def _reader(self, principals: frozenset[str]) -> Reader | None:
        """None when there is nothing this reader may see."""
        snapshot = self._current_snapshot()
        reader = Reader(snapshot, principals, self._schemas) if snapshot and principals else None
        return reader if reader and reader.classes else None

    def _current(self) -> Current | None:
        try:
            return self._generations.current()
        except Broken as error:
            raise EngineDown(str(error)) from error

    def _current_snapshot(self) -> Snapshot | None:
        current = self._current()
        if current is None:
            return None
        snapshot = self._snapshot
        if snapshot is None or snapshot.current != current:
            with self._loading:
                snapshot = self._snapshot
                if snapshot is None or snapshot.current != current:
                    snapshot = self._load(current)
        return snapshot

    def _load(
        self, current: Current, before: Snapshot | None = None, replaced: Sequence[str] | None = None
    ) -> Snapshot:
        """`before` and `replaced`: read only these keys anew."""
        try:
            records, passages = self._indexes(current.generation)
            searcher = records.searcher()
            if before and replaced:
                kept = without(before.columns.records, replaced)
                kept |= read_records(searcher, keys_query(self._schemas.records, replaced))
            else:
                kept = read_records(searcher, tantivy.Query.all_query())
        except (OSError, ValueError) as error:
            raise EngineDown(f"the index cannot be opened: {error}") from error
        snapshot = Snapshot(current, searcher, passages.searcher(), Columns(kept))
        self._snapshot = snapshot
        return snapshot

    def _indexes(self, generation: str) -> tuple[tantivy.Index, tantivy.Index]:
        path = self._generations.path(generation)
        opened = []
        for name, schema in (("records", self._schemas.records), ("passages", self._schemas.passages)):
            (path / name).mkdir(exist_ok=True)
            index = tantivy.Index(schema, str(path / name))
            index.config_reader("manual")
            index.reload()
            opened.append(index)
        return opened[0], opened[1]


@contextmanager
def _exclusively(generations: Generations) -> Iterator[None]:
    try:
        with generations.writing():
            yield
    except Locked as error:
        raise EngineError("another writer holds the index") from error
    except OSError as error:
        raise EngineDown(f"the index cannot be written: {error}") from error
    except ValueError as error:
        if _OF_THE_DISK.search(str(error)) or generations.is_full():
            raise EngineDown(f"the index cannot be written: {error}") from error
        raise
