"""The Meilisearch engine: the server tells which rows match, counts and facets; scores and evidence are those of all
engines."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from search.engine import Document, EngineDown, Health, Hit, Page, Query, Suggestion
from search.meili_clauses import any_of
from search.meili_reading import MeiliReader
from search.meili_rows import MeiliRows, Row, Rows, record_id
from search.meili_server import NONSENSE, Missing, Search, Server
from search.rows import ROW_FORMAT
from search.scoring import KIND_WEIGHTS
from search.understand import Understander

R = TypeVar("R")

_MEILI_FORMAT = 2
_BATCH = 200
_HEADS = "is_head = true"


class MeilisearchEngine:
    def __init__(
        self,
        server: Server,
        understander: Understander,
        kind_weights: Mapping[str, float] | None = None,
    ) -> None:
        made_with = f"{ROW_FORMAT} {_MEILI_FORMAT} {understander.thesaurus.fingerprint}"
        self._made_with = hashlib.sha256(made_with.encode()).hexdigest()[:8]
        self._server = server
        self.records, self.passages = f"{server.name}-records", f"{server.name}-passages"
        self._understander = understander
        self._kind_weights = KIND_WEIGHTS if kind_weights is None else kind_weights
        self._rows = MeiliRows(understander)
        self._writing = threading.Lock()

    # Writing

    def upsert(self, documents: Iterable[Document]) -> None:
        by_key = {document.key: document for document in documents}
        if by_key:
            with self._writing:
                self._ensure()
                for batch in _batches(by_key.values()):
                    self._server.wait(self._replace([(one.key, self._rows.of(one)) for one in batch]))

    def delete(self, keys: Iterable[str]) -> None:
        gone = [(key, Rows([], [])) for key in dict.fromkeys(keys)]
        if gone:
            with self._writing:
                self._ensure()
                self._server.wait(self._replace(gone))

    def rebuild(self, documents: Iterable[Document]) -> None:
        """What an interrupted one has left behind goes first. There is one writer: that of the outbox."""
        with self._writing:
            self._ensure()
            generation = uuid4().hex[:12]
            aside = {live: f"{live}-{generation}" for live in (self.records, self.passages)}
            known = self._server.indexes()
            self._server.wait(self._server.drop(one for one in known if self._is_aside(one)))
            try:
                self._fill(aside, documents, generation)
                self._server.wait(self._server.swap(aside.items()))
            finally:
                left = set(self._server.indexes())
                self._server.wait(self._server.drop(one for one in aside.values() if one in left))

    def _is_aside(self, index: str) -> bool:
        return index.startswith((f"{self.records}-", f"{self.passages}-"))

    def _fill(self, aside: Mapping[str, str], documents: Iterable[Document], generation: str) -> None:
        for index in aside.values():
            self._server.wait(self._server.create(index))
        self._server.wait(self._server.add(aside[self.records], [self._meta(generation)]))
        for batch in _batches(documents):
            rows = [self._rows.of(document) for document in batch]
            tasks = self._server.add(aside[self.passages], [row for one in rows for row in one.passages])
            tasks += self._server.add(aside[self.records], [row for one in rows for row in one.records])
            self._server.wait(tasks)

    def _replace(self, replaced: Sequence[tuple[str, Rows]]) -> list[int]:
        """Tasks are done in order. Records last: as long as they are not written, their versions tell of it."""
        records = any_of(record_id(key) for key, _ in replaced)
        tasks: list[int] = []
        for index, rows in (
            (self.passages, [row for _, made in replaced for row in made.passages]),
            (self.records, [row for _, made in replaced for row in made.records]),
        ):
            kept = any_of(row["id"] for row in rows)
            tasks += self._server.remove(index, f"record {records} AND NOT id {kept}")
            tasks += self._server.add(index, rows)
        return tasks

    def _ensure(self) -> None:
        known = self._server.indexes()
        for index in (self.passages, self.records):
            if index not in known:
                self._server.wait(self._server.create(index))
                if index == self.records:
                    self._server.wait(self._server.add(index, [self._meta(uuid4().hex[:12])]))

    def _meta(self, generation: str) -> Row:
        """A row that no reader sees: it says who made the index."""
        return Row(id="meta", meta={"made_with": self._made_with, "generation": generation})

    # Reading

    def search(self, query: Query) -> Page:
        nothing = Page((), 0, {name: () for name in query.facets})
        return self._reading(query.principals, lambda reader: reader.search(query), nothing)

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        return self._reading(principals, lambda reader: reader.suggest(prefix, limit), ())

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        return self._reading(principals, lambda reader: reader.similar(key, kinds, limit), ())

    def _reading(self, principals: frozenset[str], ask: Callable[[MeiliReader], R], nothing: R) -> R:
        if not principals:
            return nothing
        reader = MeiliReader(
            self._server, self.records, self.passages, principals, self._understander, self._kind_weights
        )
        try:
            return ask(reader)
        except Missing:
            return nothing
        except NONSENSE as error:
            raise EngineDown("Meilisearch answers in another form") from error

    def versions(self) -> Mapping[str, str]:
        try:
            return {row["key"]: row["version"] for row in self._server.rows(self.records, _HEADS, ("key", "version"))}
        except Missing:
            return {}
        except NONSENSE as error:
            raise EngineDown("Meilisearch answers in another form") from error

    def health(self) -> Health:
        try:
            engine = f"Meilisearch {self._server.version()}"
            made, heads = self._server.look(
                (
                    Search(indexUid=self.records, filter=['id = "meta"'], attributesToRetrieve=["meta"], limit=1),
                    Search(indexUid=self.records, filter=[_HEADS], page=1, hitsPerPage=0),
                )
            )
            meta = made["hits"][0]["meta"] if made["hits"] else {}
        except Missing:
            return Health(True, engine, 0, "", "no index yet", True)
        except EngineDown as error:
            return Health(False, "Meilisearch", 0, "", str(error))
        except NONSENSE:
            return Health(False, "Meilisearch", 0, "", "Meilisearch answers in another form")
        generation = meta.get("generation", "")
        if meta.get("made_with") != self._made_with:
            return Health(True, engine, 0, generation, "made by another version or thesaurus", True)
        return Health(True, engine, heads.get("totalHits", 0), generation)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    left = iter(documents)
    while batch := list(islice(left, _BATCH)):
        yield batch
