"""The clauses of scoring as tantivy queries over the rows that one reader sees."""

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import Occur


class TantivyClauses:
    """`visible` is the reader's filter over the index: it is part of what is counted and of what is `seen`."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, visible: tantivy.Query) -> None:
        self._searcher = searcher
        self._schema = schema
        self._visible = visible

    def term(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term, "basic")

    def either(self, queries: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])

    def every(self, queries: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])

    def best(self, queries: Sequence[tantivy.Query], tie_breaker: float = 0.0) -> tantivy.Query:
        return tantivy.Query.disjunction_max_query(list(queries), tie_breaker)

    def constant(self, query: tantivy.Query, score: float) -> tantivy.Query:
        return tantivy.Query.const_score_query(query, score)

    def in_order(self, words: Sequence[str]) -> tantivy.Query:
        if len(words) == 1:
            return self.term("text", words[0])
        in_order: list[str | tuple[int, str]] = list(words)
        return tantivy.Query.phrase_query(self._schema, "text", in_order)

    def everything(self) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)

    def nothing(self) -> tantivy.Query:
        return tantivy.Query.empty_query()

    def seen(self, query: tantivy.Query) -> tantivy.Query:
        return self.every([tantivy.Query.const_score_query(self._visible, 0.0), query])

    def count(self, query: tantivy.Query) -> int:
        return int(getattr(self._searcher.search(self.seen(query), 1, count=True), "count", 0) or 0)

    def beginning(self, prefix: str, limit: int) -> Iterable[str]:
        found = self._searcher.terms_with_prefix("text", prefix, self._visible, limit)
        return (term for term, count in found if count)


def visible_rows(schema: tantivy.Schema, classes: Iterable[str]) -> tantivy.Query:
    """Rows of these visibility classes, and of none when there are none."""
    terms = [(Occur.Should, tantivy.Query.term_query(schema, "visibility", one, "basic")) for one in sorted(classes)]
    return tantivy.Query.boolean_query(terms) if terms else tantivy.Query.empty_query()
