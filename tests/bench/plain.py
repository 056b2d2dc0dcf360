"""tantivy by itself beside it: default analysis, one row per passage, BM25, four facets. No visibility, no lemmas."""

from collections.abc import Iterable
from pathlib import Path

import tantivy

from search.engine import Document
from tests.bench.corpus import FACETS


class PlainTantivy:
    def __init__(self, directory: Path, documents: Iterable[Document]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text")
        for facet in FACETS:
            builder.add_text_field(facet, tokenizer_name="raw", fast=True, index_option="basic")
        self._schema = builder.build()
        directory.mkdir(parents=True)
        self._index = tantivy.Index(self._schema, str(directory))
        writer = self._index.writer(64_000_000, 1)
        for document in documents:
            for passage in document.passages:
                row = tantivy.Document()
                row.add_text("text", passage.text)
                for facet in FACETS:
                    for value in document.facets.get(facet, (document.kind,)):
                        row.add_text(facet, value)
                writer.add_document(row)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._facets = {facet: {"terms": {"field": facet, "size": 50}} for facet in FACETS}

    def search(self, words: Iterable[str]) -> int:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", word.lower(), "freq"))
            for word in words
        ]
        query = tantivy.Query.boolean_query(terms)
        searcher = self._index.searcher()
        hits = searcher.search(query, 10, count=True).hits
        searcher.aggregate(query, self._facets)
        return len(hits)
