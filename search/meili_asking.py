"""What is asked of Meilisearch: the searches there are, and many of them in one call."""

import json
from collections.abc import Callable, Iterable, Sequence

from search.engine import FacetCount, Query
from search.meili_clauses import Clause, Leaf, any_of
from search.meili_rows import facet_field, plain, token
from search.meili_server import EVERY, Answer, Search

Filter = list[str | list[str]]
HEADS = "is_head = true"
_NARROWER = "is_head = false"


class Together:
    """Searches that go in one call, equal ones once; their answers after `send`."""

    def __init__(self, ask: Callable[[Sequence[Search]], Sequence[Answer]]) -> None:
        self._ask = ask
        self._searches: dict[str, Search] = {}
        self._answers: dict[str, Answer] = {}

    def want(self, search: Search) -> str:
        key = json.dumps(search)
        self._searches[key] = search
        return key

    def send(self) -> None:
        answers = self._ask(list(self._searches.values()))
        self._answers = dict(zip(self._searches, answers, strict=True))

    def __getitem__(self, key: str) -> Answer:
        return self._answers[key]


class LeafRows:
    """The rows of each leaf of these clauses, of those that pass."""

    def __init__(self, together: Together, index: str, trees: Iterable[Clause], passing: Filter) -> None:
        self._together = together
        leaves = dict.fromkeys(leaf for tree in trees for leaf in tree.leaves())
        self._keys = {leaf: together.want(ids_of(index, [leaf.filter, *passing])) for leaf in leaves}

    def found(self) -> dict[Leaf, list[str]]:
        return {leaf: ids_in(self._together[key]) for leaf, key in self._keys.items()}


def rows_of(index: str, wanted: Filter, fields: Sequence[str]) -> Search:
    return Search(indexUid=index, filter=wanted, attributesToRetrieve=list(fields), limit=EVERY)


def count_of(index: str, wanted: Filter, facets: Sequence[str] = ()) -> Search:
    """Counts rows."""
    search = Search(indexUid=index, filter=wanted, page=1, hitsPerPage=0)
    if facets:
        search["facets"] = [f"facets.{facet_field(name)}" for name in facets]
    return search


def ids_of(index: str, wanted: Filter) -> Search:
    """As a facet: the server counts ten values in the time it takes to read one row."""
    return Search(indexUid=index, filter=wanted, page=1, hitsPerPage=0, facets=["id"])


def ids_in(answer: Answer) -> list[str]:
    return list(answer.get("facetDistribution", {}).get("id", {}))


def passing(query: Query, left_out: str | None = None) -> Filter:
    """The reader's filters, without that of one facet."""
    found: Filter = [
        f"facets.{facet_field(name)} {any_of(token(value) for value in values)}"
        for name, values in query.filters.items()
        if values and name != left_out
    ]
    if query.year_from is not None:
        found.append(f"year >= {max(-(2**31), min(query.year_from, 2**31))}")
    if query.year_to is not None:
        found.append(f"year <= {max(-(2**31), min(query.year_to, 2**31))}")
    return found


class Counted:
    """The total, and facets each without its own filter: one search for all that have none, one for each that has one.

    Nearly always a record answers by its head row, and then rows are records. Where rows of narrower visibility answer
    too, the server has to tell records apart, which takes it longer.
    """

    def __init__(self, together: Together, index: str, query: Query, asked: Filter) -> None:
        self._index = index
        filtered = [name for name in query.facets if query.filters.get(name)]
        plain_facets = [name for name in query.facets if name not in filtered]
        self._names = query.facets
        self._wanted: list[tuple[Filter, list[str]]] = [([*asked, *passing(query)], plain_facets)]
        self._wanted += [([*asked, *passing(query, one)], [one]) for one in filtered]
        self._together = together
        self._keys = [together.want(count_of(index, [*wanted, HEADS], names)) for wanted, names in self._wanted]
        self._narrower = [together.want(count_of(index, [*wanted, _NARROWER])) for wanted, _ in self._wanted]

    def ask_more(self, together: Together) -> None:
        """After the first call."""
        narrower = [bool(self._together[key].get("totalHits")) for key in self._narrower]
        for number, (wanted, names) in enumerate(self._wanted):
            if narrower[number]:
                search = count_of(self._index, wanted, names)
                search["distinct"] = "record"
                self._keys[number] = together.want(search)
        self._answers = [
            (together if is_narrower else self._together, key)
            for is_narrower, key in zip(narrower, self._keys, strict=True)
        ]

    def found(self) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
        answers = [asked[key] for asked, key in self._answers]
        found = {name: counts for answer in answers for name, counts in answer.get("facetDistribution", {}).items()}
        facets = {}
        for name in self._names:
            counts = found.get(f"facets.{facet_field(name)}", {})
            made = [FacetCount(plain(value), count) for value, count in counts.items() if count]
            facets[name] = tuple(sorted(made, key=lambda one: (-one.count, one.value)))
        return answers[0].get("totalHits", 0), facets
