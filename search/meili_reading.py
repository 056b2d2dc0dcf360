"""One reader's questions to Meilisearch: few calls, each with all that can be asked together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.engine import MAX_PER_PAGE, FacetCount, Hit, Page, Query, Sort, Suggestion
from search.folding import clean, fold_phrase
from search.hits import MAX_SUGGESTION_PREFIX, Found, hits, shared, suggestions
from search.meili_clauses import Clause, Leaf, MeiliClauses, Scores, any_of
from search.meili_rows import (
    Row,
    facet_field,
    head_of,
    passage_of,
    plain,
    record_id,
    record_of,
    tail_token,
    token,
)
from search.meili_server import EVERY, Answer, Search, Server
from search.rows import StoredPassage, StoredRecord
from search.scoring import NAMED_COUNTRY, SAME_LANGUAGE, Group, PrefixWidener, Scorer, evidence, groups_of
from search.understand import Understander, Understanding

Filter = list[str | list[str]]
_ORDERS = {
    Sort.RELEVANCE: ("year:desc", "title_key:asc", "key_key:asc"),
    Sort.NEWEST: ("year:desc", "title_key:asc", "key_key:asc"),
    Sort.TITLE: ("title_key:asc", "key_key:asc"),
}
_BUNDLE = 8
_NO_YEAR = -(10**9)


@dataclass(frozen=True, slots=True)
class _Asked:
    """`called`: what is for being called what the query says; `main`: all else. Both None without words."""

    understanding: Understanding | None = None
    groups: tuple[Group, ...] = ()
    called: Clause | None = None
    main: Clause | None = None

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
class _Scored:
    """By record."""

    scores: Scores
    called: Scores


class MeiliReader:
    def __init__(
        self,
        server: Server,
        records: str,
        passages: str,
        principals: frozenset[str],
        understander: Understander,
        kind_weights: Mapping[str, float],
    ) -> None:
        self._server = server
        self._records = records
        self._passages = passages
        self._principals = principals
        self._understander = understander
        self._kind_weights = kind_weights

    def search(self, query: Query) -> Page:
        asked = self._asked(query.understanding)
        per_page = max(1, min(query.per_page, MAX_PER_PAGE))
        start = (max(1, query.page) - 1) * per_page
        counted = self._counted(query, asked)
        total, facets = self._total_and_facets(query, self._ask(counted))
        if start >= total:
            return Page((), total, facets)
        passing = [*asked.filter, *_passing(query)]
        if asked.called is None or query.sort is not Sort.RELEVANCE:
            shown = self._sorted(passing, query.sort, start, per_page)
            scored = self._scored(asked, [f"record {any_of(shown)}"])
        else:
            scored = self._scored(asked, _passing(query))
            shown = self._best(scored.scores, start, per_page)
        return Page(self._hits(shown, scored, asked), total, facets)

    def suggest(self, prefix: str, limit: int) -> tuple[Suggestion, ...]:
        folded = fold_phrase(clean(prefix, MAX_SUGGESTION_PREFIX))
        if not folded:
            return ()
        search = self._search(self._records, [f'tails STARTS WITH "{tail_token(folded)}"'], ["suggest"])
        rows = self._ask([search])[0]["hits"]
        terms = (term for row in rows for term in row.get("suggest", ()) if term.startswith(folded))
        return suggestions(self._understander.thesaurus, terms, limit)

    def similar(self, key: str, kinds: tuple[str, ...], limit: int) -> tuple[Hit, ...]:
        source = self._heads([record_id(key)]).get(record_id(key))
        if source is None or not source["concepts"]:
            return ()
        clauses = self._clauses()
        Scorer(clauses).tagged(source["concepts"])
        clauses.fetch_counts()
        tagged = Scorer(clauses).tagged(source["concepts"])
        passing: Filter = [f'record != "{record_id(key)}"']
        if kinds:
            passing.append(f"kind {any_of(token(kind) for kind in kinds)}")
        scores = _by_record(tagged.scores(self._leaves([tagged], passing)))
        shown = self._best(scores, 0, max(0, min(limit, MAX_PER_PAGE)))
        heads = self._heads(shown)
        thesaurus = self._understander.thesaurus
        return tuple(
            Hit(head["key"], head["kind"], scores[record], None, shared(thesaurus, source, head))
            for record, head in ((one, heads[one]) for one in shown if one in heads)
        )

    # What is asked

    def _asked(self, understanding: Understanding | None) -> _Asked:
        """Twice: first to learn what has to be counted, then with the counts."""
        if understanding is None or not understanding.text:
            return _Asked()
        groups = groups_of(understanding, PrefixWidener(self._beginning))
        clauses = self._clauses()
        phrases = understanding.phrases
        has_main = bool(groups or phrases)
        first = Scorer(clauses)
        if has_main:
            first.main(groups, phrases)
        clauses.fetch_counts()
        scorer = Scorer(clauses)
        main = scorer.main(groups, phrases) if has_main else None
        return _Asked(understanding, groups, scorer.exact(understanding), main)

    def _clauses(self) -> MeiliClauses:
        return MeiliClauses(self._numbers, self._holding)

    def _numbers(self, filters: Sequence[str]) -> list[int]:
        searches = [self._count(self._records, [one]) for one in filters]
        return [answer.get("totalHits", 0) for answer in self._ask(searches)]

    def _holding(self, words: Sequence[str]) -> list[str]:
        """A filter knows no order of words: rows that hold them all are read."""
        filters: Filter = [f'text = "{token(word)}"' for word in words]
        if len(words) == 1:
            rows = self._ask([self._search(self._records, filters, ["id"])])[0]["hits"]
            return [row["id"] for row in rows]
        rows = self._ask([self._search(self._records, filters, ["id", "run"])])[0]["hits"]
        phrase = f" {' '.join(words)} "
        return [row["id"] for row in rows if phrase in f" {row['run']} "]

    def _beginning(self, prefix: str, limit: int) -> list[str]:
        """The commonest words of running text that begin so."""
        search = self._search(self._records, [f'text STARTS WITH "{token(prefix)}"'], ["run"])
        counts: dict[str, int] = {}
        for row in self._ask([search])[0]["hits"]:
            for word in {word for word in row["run"].split() if word.startswith(prefix)}:
                counts[word] = counts.get(word, 0) + 1
        return sorted(counts, key=lambda word: (-counts[word], word))[:limit]

    # Totals and facets

    def _counted(self, query: Query, asked: _Asked) -> list[Search]:
        """One for the total and the facets without a filter of their own; one for each facet that has one."""
        filtered = [name for name in query.facets if query.filters.get(name)]
        plain_facets = [name for name in query.facets if name not in filtered]
        searches = [self._count(self._records, [*asked.filter, *_passing(query)], plain_facets)]
        searches += [self._count(self._records, [*asked.filter, *_passing(query, one)], [one]) for one in filtered]
        return searches

    def _total_and_facets(
        self, query: Query, answers: Sequence[Answer]
    ) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
        found = {name: counts for answer in answers for name, counts in answer.get("facetDistribution", {}).items()}
        facets = {}
        for name in query.facets:
            counts = found.get(f"facets.{facet_field(name)}", {})
            made = [FacetCount(plain(value), count) for value, count in counts.items() if count]
            facets[name] = tuple(sorted(made, key=lambda one: (-one.count, one.value)))
        return answers[0].get("totalHits", 0), facets

    # Scores and order

    def _scored(self, asked: _Asked, passing: Filter) -> _Scored:
        if asked.called is None:
            return _Scored({}, {})
        weighted = [Leaf(f'kind = "{token(kind)}"') for kind in self._kind_weights]
        countries = asked.understanding.countries if asked.understanding else ()
        named = [Leaf(f"facets.country {any_of(token(one) for one in countries)}")] if countries else []
        rows = self._leaves([*([asked.main] if asked.main else []), *weighted, *named], passing)
        rows |= self._names(asked.called, passing)
        called = _by_record(asked.called.scores(rows))
        scores = _by_record(asked.main.scores(rows)) if asked.main else {}
        if asked.understanding and asked.understanding.phrases:
            # What stands in quotes is required: a name alone does not answer it.
            called = {record: score for record, score in called.items() if record in scores}
        scores |= {record: scores.get(record, 0.0) + score for record, score in called.items()}
        for leaf, weight in zip(weighted, self._kind_weights.values(), strict=True):
            for record in {record_of(row) for row in rows[leaf]}:
                if record in scores:
                    scores[record] *= weight
        for record in {record_of(row) for leaf in named for row in rows[leaf]}:
            if scores.get(record, 0.0) > 0:
                scores[record] += NAMED_COUNTRY
        return _Scored(scores, called)

    def _leaves(self, trees: Iterable[Clause], passing: Filter) -> dict[Leaf, list[str]]:
        """The rows of each leaf, of those that pass."""
        leaves = list(dict.fromkeys(leaf for tree in trees for leaf in tree.leaves()))
        answers = self._ask([self._search(self._records, [leaf.filter, *passing], ["id"]) for leaf in leaves])
        return {leaf: [row["id"] for row in answer["hits"]] for leaf, answer in zip(leaves, answers, strict=True)}

    def _names(self, called: Clause, passing: Filter) -> dict[Leaf, list[str]]:
        """Most parts of a query are nobody's name: they are asked for in bundles first."""
        leaves = list(dict.fromkeys(called.leaves()))
        bundles = [leaves[start : start + _BUNDLE] for start in range(0, len(leaves), _BUNDLE)]
        filters = [" OR ".join(leaf.filter for leaf in bundle) for bundle in bundles]
        answers = self._ask([self._count(self._records, [one, *passing]) for one in filters])
        met = [
            leaf for bundle, answer in zip(bundles, answers, strict=True) if answer.get("totalHits") for leaf in bundle
        ]
        return {leaf: [] for leaf in leaves} | self._leaves(met, passing)

    def _best(self, scores: Scores, start: int, size: int) -> list[str]:
        """In order of score; what ties is told apart by year, title and key, which only these are asked for."""
        ranked = sorted(scores, key=lambda record: -scores[record])
        if start >= len(ranked) or not size:
            return []
        first, last = scores[ranked[start]], scores[ranked[min(start + size, len(ranked)) - 1]]
        above = sum(scores[record] > first for record in ranked)
        near = [record for record in ranked if last <= scores[record] <= first]
        fields = ["record", "year", "title_key", "key_key"]
        search = self._search(self._records, [f"record {any_of(near)}", "is_head = true"], fields)
        rows = {row["record"]: row for row in self._ask([search])[0]["hits"]}
        ordered = sorted((one for one in near if one in rows), key=lambda one: (-scores[one], *_tie(rows[one])))
        return ordered[start - above : start - above + size]

    def _sorted(self, passing: Filter, sort: Sort, start: int, size: int) -> list[str]:
        search = self._search(self._records, passing, ["record"])
        search.update({"sort": list(_ORDERS[sort]), "distinct": "record", "offset": start, "limit": size})
        return [row["record"] for row in self._ask([search])[0]["hits"]]

    # Evidence

    def _hits(self, shown: Sequence[str], scored: _Scored, asked: _Asked) -> tuple[Hit, ...]:
        text, language = (asked.understanding.text, asked.understanding.language) if asked.understanding else ("", "")
        heads = self._heads(shown)
        passages = self._best_passages(shown, asked.groups, language)
        found = [
            Found(heads[one]["kind"], scored.scores.get(one, 0.0), one in scored.called, heads[one], passages.get(one))
            for one in shown
            if one in heads
        ]
        return hits(self._understander.thesaurus, found, asked.groups, text)

    def _heads(self, records: Sequence[str]) -> dict[str, StoredRecord]:
        if not records:
            return {}
        search = self._search(self._records, [f"record {any_of(records)}", "is_head = true"], ["record", "data"])
        return {row["record"]: head_of(row) for row in self._ask([search])[0]["hits"]}

    def _best_passages(
        self, records: Sequence[str], groups: Sequence[Group], language: str
    ) -> dict[str, StoredPassage]:
        """Per record the visible passage that answers most groups; of several one in `language`, else the first."""
        if not records:
            return {}
        clauses = self._clauses()
        every = clauses.everything()
        spoken = clauses.constant(clauses.term("language", language), SAME_LANGUAGE)
        says = clauses.either([every, *(evidence(clauses, group) for group in groups), spoken])
        leaves = list(dict.fromkeys(says.leaves()))
        within = f"record {any_of(records)}"
        answers = self._ask([self._search(self._passages, [leaf.filter, within], ["id"]) for leaf in leaves])
        rows = {leaf: [row["id"] for row in answer["hits"]] for leaf, answer in zip(leaves, answers, strict=True)}
        best: dict[str, tuple[float, int, str]] = {}
        for row, score in says.scores(rows).items():
            rank = (-score, int(row.partition("-")[2]), row)
            best[record_of(row)] = min(rank, best.get(record_of(row), rank))
        if not best:
            return {}
        wanted = self._search(self._passages, [f"id {any_of(row for *_, row in best.values())}"], ["record", "data"])
        return {row["record"]: passage_of(row) for row in self._ask([wanted])[0]["hits"]}

    # Calls

    def _ask(self, searches: Sequence[Search]) -> list[Answer]:
        return self._server.search(self._principals, searches)

    @staticmethod
    def _search(index: str, wanted: Filter, fields: Sequence[str]) -> Search:
        return Search(indexUid=index, filter=wanted, attributesToRetrieve=list(fields), limit=EVERY)

    @staticmethod
    def _count(index: str, wanted: Filter, facets: Sequence[str] | None = None) -> Search:
        """Rows; or records, where facets are asked for, be it none."""
        search = Search(indexUid=index, filter=wanted, page=1, hitsPerPage=0)
        if facets is not None:
            search["distinct"] = "record"
            search["facets"] = [f"facets.{facet_field(name)}" for name in facets]
        return search


def _passing(query: Query, left_out: str | None = None) -> Filter:
    """The reader's filters, without that of one facet."""
    passing: Filter = [
        f"facets.{facet_field(name)} {any_of(token(value) for value in values)}"
        for name, values in query.filters.items()
        if values and name != left_out
    ]
    if query.year_from is not None:
        passing.append(f"year >= {max(-(2**31), min(query.year_from, 2**31))}")
    if query.year_to is not None:
        passing.append(f"year <= {max(-(2**31), min(query.year_to, 2**31))}")
    return passing


def _by_record(rows: Scores) -> Scores:
    """The best of the rows of a record counts."""
    scores: Scores = {}
    for row, score in rows.items():
        record = record_of(row)
        scores[record] = max(scores.get(record, score), score)
    return scores


def _tie(row: Row) -> tuple[int, str, str]:
    return -row.get("year", _NO_YEAR), row["title_key"], row["key_key"]
