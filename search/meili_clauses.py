"""The clauses of scoring for Meilisearch: it tells which rows match their leaves, and the scores are added up here.

The tiers and weights are those of `scoring.py`, and so both engines give the same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from search.meili_rows import token

Scores = dict[str, float]
"""Row → score, of the rows that match."""


class Clause(Protocol):
    @property
    def filter(self) -> str:
        """In the filter language of Meilisearch."""

    def leaves(self) -> Iterable["Leaf"]: ...

    def scores(self, rows: Mapping["Leaf", Iterable[str]]) -> Scores: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """What Meilisearch is asked: equal ones once."""

    filter: str

    def leaves(self) -> Iterable["Leaf"]:
        return (self,)

    def scores(self, rows: Mapping["Leaf", Iterable[str]]) -> Scores:
        return dict.fromkeys(rows[self], 1.0)


NOTHING = Leaf("id IN []")
EVERYTHING = Leaf("id EXISTS")


@dataclass(frozen=True, slots=True)
class _Constant:
    query: Clause
    score: float

    @property
    def filter(self) -> str:
        return self.query.filter

    def leaves(self) -> Iterable[Leaf]:
        """Only whether it matches is asked: one leaf, however many terms."""
        return (Leaf(self.filter),)

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        return dict.fromkeys(rows[Leaf(self.filter)], self.score)


@dataclass(frozen=True, slots=True)
class _Either:
    queries: tuple[Clause, ...]

    @property
    def filter(self) -> str:
        return _joined(" OR ", self.queries)

    def leaves(self) -> Iterable[Leaf]:
        return (leaf for query in self.queries for leaf in query.leaves())

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        total: Scores = {}
        for query in self.queries:
            for row, score in query.scores(rows).items():
                total[row] = total.get(row, 0.0) + score
        return total


@dataclass(frozen=True, slots=True)
class _Every:
    queries: tuple[Clause, ...]

    @property
    def filter(self) -> str:
        return _joined(" AND ", self.queries)

    def leaves(self) -> Iterable[Leaf]:
        return (leaf for query in self.queries for leaf in query.leaves())

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        found = [query.scores(rows) for query in self.queries]
        common = set(found[0]).intersection(*found[1:])
        return {row: sum(scores[row] for scores in found) for row in common}


@dataclass(frozen=True, slots=True)
class _Best:
    queries: tuple[Clause, ...]
    tie_breaker: float

    @property
    def filter(self) -> str:
        return _joined(" OR ", self.queries)

    def leaves(self) -> Iterable[Leaf]:
        return (leaf for query in self.queries for leaf in query.leaves())

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        highest: Scores = {}
        total: Scores = {}
        for query in self.queries:
            for row, score in query.scores(rows).items():
                highest[row] = max(highest.get(row, 0.0), score)
                total[row] = total.get(row, 0.0) + score
        return {row: top + self.tie_breaker * (total[row] - top) for row, top in highest.items()}


@dataclass(frozen=True, slots=True)
class _Term:
    field: str
    token: str

    @property
    def filter(self) -> str:
        return f'{self.field} = "{self.token}"'

    def leaves(self) -> Iterable[Leaf]:
        return (Leaf(self.filter),)

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        return dict.fromkeys(rows[Leaf(self.filter)], 1.0)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Any of these terms in any of these fields."""

    terms: tuple[_Term, ...]

    @property
    def filter(self) -> str:
        by_field: dict[str, list[str]] = {}
        for one in self.terms:
            by_field.setdefault(one.field, []).append(one.token)
        return " OR ".join(f"{field} {any_of(tokens)}" for field, tokens in by_field.items())

    def leaves(self) -> Iterable[Leaf]:
        return (Leaf(self.filter),)

    def scores(self, rows: Mapping[Leaf, Iterable[str]]) -> Scores:
        return dict.fromkeys(rows[Leaf(self.filter)], 1.0)


def any_of(tokens: Iterable[str]) -> str:
    """The tokens hold no quotation mark: `token` sees to that."""
    quoted = ", ".join(f'"{one}"' for one in dict.fromkeys(tokens))
    return f"IN [{quoted}]"


class MeiliClauses:
    """`holding`: the numbers of the reader's rows that hold these words in order. `counts`: how many of their rows
    answer a filter; what is not among them is a guess first and `wanted`, so that all can be asked for together."""

    def __init__(
        self, holding: Callable[[tuple[str, ...]], Iterable[str]], counts: Mapping[str, int] | None = None
    ) -> None:
        self._holding = holding
        self._counts = counts or {}
        self.wanted: dict[str, None] = {}

    def term(self, field: str, term: str) -> Clause:
        return _Term(field, token(term))

    def either(self, queries: Sequence[Clause]) -> Clause:
        terms = tuple(query for query in queries if isinstance(query, _Term))
        return _Terms(terms) if terms and len(terms) == len(queries) else _Either(tuple(queries))

    def every(self, queries: Sequence[Clause]) -> Clause:
        return queries[0] if len(queries) == 1 else _Every(tuple(queries))

    def best(self, queries: Sequence[Clause], tie_breaker: float = 0.0) -> Clause:
        return _Best(tuple(queries), tie_breaker)

    def constant(self, query: Clause, score: float) -> Clause:
        return _Constant(query, score)

    def in_order(self, words: Sequence[str]) -> Clause:
        return Leaf(f"id {any_of(self._holding(tuple(words)))}")

    def everything(self) -> Clause:
        return _Constant(EVERYTHING, 0.0)

    def nothing(self) -> Clause:
        return NOTHING

    def count(self, query: Clause) -> int:
        found = self._counts.get(query.filter)
        if found is None:
            self.wanted[query.filter] = None
        return found or 0


def _joined(word: str, queries: Iterable[Clause]) -> str:
    return word.join(dict.fromkeys(f"({query.filter})" for query in queries))
