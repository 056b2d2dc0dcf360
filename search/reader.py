"""One reader's view of one commit of the index: everything they ask goes through their visibility."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import Occur

from search.clauses import TantivyClauses, visible_rows
from search.columns import Columns, Record, RecordMaker
from search.generations import Current
from search.rows import StoredPassage, StoredRecord, passage_schema, record_schema, stored_passage, stored_record
from search.scoring import SAME_LANGUAGE, Group, Scorer, evidence

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Schemas:
    records: tantivy.Schema = field(default_factory=record_schema)
    passages: tantivy.Schema = field(default_factory=passage_schema)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of one generation: what a reader works on from beginning to end."""

    current: Current
    records: tantivy.Searcher
    passages: tantivy.Searcher
    columns: Columns


class Reader:
    def __init__(self, snapshot: Snapshot, principals: frozenset[str], schemas: Schemas) -> None:
        self.columns = snapshot.columns
        self.records = snapshot.records
        self._passages = snapshot.passages
        self._schemas = schemas
        self.classes = snapshot.columns.seen_by(principals)
        tokens = [one.token for one in self.classes]
        self.visible = visible_rows(schemas.records, tokens)
        self._visible_passages = visible_rows(schemas.passages, tokens)

    def sees(self, record: Record) -> bool:
        return record.classes[0] in self.classes

    @property
    def clauses(self) -> TantivyClauses:
        return TantivyClauses(self.records, self._schemas.records, self.visible)

    def scorer(self) -> Scorer[tantivy.Query]:
        return Scorer(self.clauses)

    def scores(self, query: tantivy.Query) -> Scores:
        """By ordinal; -1 where it does not match. The best of the rows of a record counts."""
        scores = np.full(self.columns.size, -1.0)
        hits = self.records.search(self.clauses.seen(query), max(1, self.records.num_docs), count=False).hits
        if hits:
            ordinals = self.records.fast_field_values("ordinal", [address for _, address in hits])
            np.maximum.at(scores, np.array(ordinals, dtype=np.int64), np.array([score for score, _ in hits]))
        return scores

    def heads(self, records: Sequence[Record]) -> dict[int, StoredRecord]:
        """By ordinal, what everyone who sees these records may see."""
        if not records:
            return {}
        wanted = keys_query(self._schemas.records, [one.key for one in records])
        limit = sum(len(record.classes) for record in records)
        hits = self.records.search(wanted, limit, count=False).hits
        rows = [stored_record(self.records.doc(address)) for _, address in hits]
        return {row["ordinal"]: row for row in rows if row["is_head"]}

    def best_passages(
        self, records: Sequence[Record], groups: Sequence[Group], language: str
    ) -> dict[int, StoredPassage]:
        """Per ordinal the visible passage that answers most groups; of several one in `language`, else the first."""
        limit = sum(record.passages for record in records)
        if not limit:
            return {}
        schema = self._schemas.passages
        says = TantivyClauses(self._passages, schema, self._visible_passages)
        clauses = [
            (Occur.Must, tantivy.Query.const_score_query(self._visible_passages, 0.0)),
            (Occur.Must, tantivy.Query.const_score_query(keys_query(schema, [one.key for one in records]), 0.0)),
            *((Occur.Should, evidence(says, group)) for group in groups),
            (Occur.Should, _language_query(schema, language)),
        ]
        hits = self._passages.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        addresses = [address for _, address in hits]
        ordinals = self._passages.fast_field_values("ordinal", addresses)
        numbers = self._passages.fast_field_values("number", addresses)
        best: dict[int, tuple[float, int, tantivy.DocAddress]] = {}
        for (score, address), ordinal, number in zip(hits, ordinals, numbers, strict=True):
            rank = (-float(score), int(number or 0), address)
            held = best.get(int(ordinal or 0))
            if held is None or rank[:2] < held[:2]:
                best[int(ordinal or 0)] = rank
        return {ordinal: stored_passage(self._passages.doc(rank[2])) for ordinal, rank in best.items()}


def known(record: Record | None) -> Record:
    if record is None:
        raise LookupError("an ordinal without a record was matched")
    return record


def keys_query(schema: tantivy.Schema, keys: Iterable[str]) -> tantivy.Query:
    return tantivy.Query.boolean_query(
        [(Occur.Should, tantivy.Query.term_query(schema, "key", key, "basic")) for key in keys]
    )


def read_records(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[str, Record]:
    maker = RecordMaker()
    for _, address in searcher.search(query, max(1, searcher.num_docs), count=False).hits:
        maker.add(stored_record(searcher.doc(address)))
    return maker.records


def _language_query(schema: tantivy.Schema, language: str) -> tantivy.Query:
    return tantivy.Query.const_score_query(
        tantivy.Query.term_query(schema, "language", language, "basic"), SAME_LANGUAGE
    )
