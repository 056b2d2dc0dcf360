"""What a query looks for on a Meilisearch server, which rows match it, and what they score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.meili_asking import Filter, LeafRows, Together
from search.meili_clauses import Clause, Leaf, MeiliClauses, Scores, any_of
from search.meili_rows import record_of, token
from search.meili_server import Search
from search.scoring import NAMED_COUNTRY, Group, Scorer
from search.understand import Understanding


@dataclass(frozen=True, slots=True)
class Asked:
    """`called`: what is for being called what the query says; `main`: all else. Both None without words."""

    understanding: Understanding | None = None
    groups: tuple[Group, ...] = ()
    called: Clause | None = None
    main: Clause | None = None

    @classmethod
    def of(cls, understanding: Understanding | None, groups: tuple[Group, ...], clauses: MeiliClauses) -> "Asked":
        if understanding is None or not understanding.text:
            return cls()
        scorer = Scorer(clauses)
        has_main = bool(groups or understanding.phrases)
        main = scorer.main(groups, understanding.phrases) if has_main else None
        return cls(understanding, groups, scorer.exact(understanding), main)

    @property
    def filter(self) -> Filter:
        if self.called is None:
            return []
        if self.main is None:
            return [self.called.filter]
        if self.understanding and self.understanding.phrases:
            return [self.main.filter]
        return [f"({self.called.filter}) OR ({self.main.filter})"]


@dataclass(frozen=True, slots=True)
class Scored:
    """By record."""

    scores: Scores
    called: Scores


class Matches:
    """The rows that answer the leaves of a query, of those that pass. They do not depend on what the leaves score."""

    def __init__(
        self, together: Together, index: str, asked: Asked, passing: Filter, kind_weights: Mapping[str, float]
    ) -> None:
        self._together, self._index, self._passing = together, index, passing
        self._kind_weights = kind_weights
        self._weighted = [Leaf(f'kind = "{token(kind)}"') for kind in kind_weights]
        countries = asked.understanding.countries if asked.understanding else ()
        self._named = [Leaf(f"facets.country {any_of(token(one) for one in countries)}")] if countries else []
        self._leaves = LeafRows(together, index, [asked.main] if asked.main else [], passing)
        self._marks = LeafRows(together, index, [*self._weighted, *self._named], [*passing, *asked.filter])
        self._names = list(dict.fromkeys(asked.called.leaves())) if asked.called else []
        self._called = [asked.called.filter, *passing] if asked.called else []
        self._met = together.want(_names_of(index, self._called)) if self._called else ""
        self._name_rows: LeafRows | None = None

    def ask_more(self, together: Together) -> None:
        """After the first call: most parts of a query are nobody's name."""
        met = self._together[self._met].get("facetDistribution", {}).get("exact", {}) if self._met else {}
        filters = {f'exact = "{one}"' for one in met}
        leaves = [leaf for leaf in self._names if leaf.filter in filters]
        if leaves:
            self._name_rows = LeafRows(together, self._index, leaves, self._passing)

    def scored(self, asked: Asked) -> Scored:
        if asked.called is None:
            return Scored({}, {})
        rows: dict[Leaf, list[str]] = {leaf: [] for leaf in self._names} | self._leaves.found()
        rows |= self._name_rows.found() if self._name_rows else {}
        called = by_record(asked.called.scores(rows))
        scores = by_record(asked.main.scores(rows)) if asked.main else {}
        if asked.understanding and asked.understanding.phrases:
            # What stands in quotes is required: a name alone does not answer it.
            called = {record: score for record, score in called.items() if record in scores}
        scores |= {record: scores.get(record, 0.0) + score for record, score in called.items()}
        marks = self._marks.found()
        for leaf, weight in zip(self._weighted, self._kind_weights.values(), strict=True):
            for record in _records(marks[leaf]):
                if record in scores:
                    scores[record] *= weight
        for record in {record for leaf in self._named for record in _records(marks[leaf])}:
            if scores.get(record, 0.0) > 0:
                scores[record] += NAMED_COUNTRY
        return Scored(scores, called)


def by_record(rows: Scores) -> Scores:
    """The best of the rows of a record counts."""
    scores: Scores = {}
    for row, score in rows.items():
        record = record_of(row)
        held = scores.get(record)
        if held is None or score > held:
            scores[record] = score
    return scores


def _records(rows: Iterable[str]) -> set[str]:
    return {record_of(row) for row in rows}


def _names_of(index: str, wanted: Sequence[str | list[str]]) -> Search:
    """Which names the rows have that have one of these."""
    return Search(indexUid=index, filter=list(wanted), page=1, hitsPerPage=0, facets=["exact"])
