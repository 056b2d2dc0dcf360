"""One reader's questions to Meilisearch: few calls, each with all that can be asked together."""

from collections.abc import Mapping, Sequence

from search.engine import MAX_PER_PAGE, Hit, Page, Query, Sort, Suggestion
from search.folding import clean, fold_phrase
from search.hits import MAX_SUGGESTION_PREFIX, Found, hits, shared, suggestions
from search.meili_asking import HEADS, Counted, Filter, LeafRows, Together, count_of, passing, rows_of
from search.meili_clauses import MeiliClauses, Scores, any_of
from search.meili_rows import Row, head_of, passage_of, record_id, record_of, tail_token, token
from search.meili_scores import Asked, Matches, Scored, by_record
from search.meili_server import Answer, Search, Server
from search.rows import StoredPassage, StoredRecord
from search.scoring import SAME_LANGUAGE, Group, PrefixWidener, Scorer, evidence, groups_of
from search.understand import Understander, Understanding

_ORDERS = {
    Sort.RELEVANCE: ("year:desc", "title_key:asc", "key_key:asc"),
    Sort.NEWEST: ("year:desc", "title_key:asc", "key_key:asc"),
    Sort.TITLE: ("title_key:asc", "key_key:asc"),
}
_MANY = 50
"""So many that tie are left to the server to sort."""
_NO_YEAR = -(10**9)


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
        self._held: dict[tuple[str, ...], list[str]] = {}

    def search(self, query: Query) -> Page:
        """All that is counted and matched is asked for in one call: what matches does not depend on what it scores."""
        groups = self._groups(query.understanding)
        guessing = self._clauses()
        guess = Asked.of(query.understanding, groups, guessing)
        per_page = max(1, min(query.per_page, MAX_PER_PAGE))
        start = (max(1, query.page) - 1) * per_page
        first, second = Together(self._ask), Together(self._ask)
        counts = {one: first.want(count_of(self._records, [one])) for one in guessing.wanted}
        counted = Counted(first, self._records, query, guess.filter)
        matches, sorted_rows = None, ""
        if guess.called is not None and query.sort is Sort.RELEVANCE:
            matches = Matches(first, self._records, guess, passing(query), self._kind_weights)
        else:
            sorted_rows = first.want(self._sorted([*guess.filter, *passing(query)], query.sort, start, per_page))
        first.send()
        counted.ask_more(second)
        if matches:
            matches.ask_more(second)
        second.send()
        total, facets = counted.found()
        if start >= total:
            return Page((), total, facets)
        known = {one: first[key].get("totalHits", 0) for one, key in counts.items()}
        asked = Asked.of(query.understanding, groups, self._clauses(known))
        if matches:
            scored = matches.scored(asked)
            shown = self._best(scored.scores, start, per_page)
        else:
            shown = [row["record"] for row in first[sorted_rows]["hits"]]
            scored = self._scored(asked, shown)
        return Page(self._hits(shown, scored, asked), total, facets)

    def suggest(self, prefix: str, limit: int) -> tuple[Suggestion, ...]:
        folded = fold_phrase(clean(prefix, MAX_SUGGESTION_PREFIX))
        if not folded:
            return ()
        search = rows_of(self._records, [f'tails STARTS WITH "{tail_token(folded)}"'], ["suggest"])
        rows = self._ask([search])[0]["hits"]
        terms = (term for row in rows for term in row.get("suggest", ()) if term.startswith(folded))
        return suggestions(self._understander.thesaurus, terms, limit)

    def similar(self, key: str, kinds: tuple[str, ...], limit: int) -> tuple[Hit, ...]:
        source = self._heads([record_id(key)]).get(record_id(key))
        if source is None or not source["concepts"]:
            return ()
        wanted: Filter = [f'record != "{record_id(key)}"']
        if kinds:
            wanted.append(f"kind {any_of(token(kind) for kind in kinds)}")
        guessing, together = self._clauses(), Together(self._ask)
        leaves = LeafRows(together, self._records, [Scorer(guessing).tagged(source["concepts"])], wanted)
        counts = {one: together.want(count_of(self._records, [one])) for one in guessing.wanted}
        together.send()
        known = {one: together[key].get("totalHits", 0) for one, key in counts.items()}
        scores = by_record(Scorer(self._clauses(known)).tagged(source["concepts"]).scores(leaves.found()))
        shown = self._best(scores, 0, max(0, min(limit, MAX_PER_PAGE)))
        heads = self._heads(shown)
        thesaurus = self._understander.thesaurus
        return tuple(
            Hit(head["key"], head["kind"], scores[record], None, shared(thesaurus, source, head))
            for record, head in ((one, heads[one]) for one in shown if one in heads)
        )

    # What is asked

    def _groups(self, understanding: Understanding | None) -> tuple[Group, ...]:
        return groups_of(understanding, PrefixWidener(self._beginning)) if understanding and understanding.text else ()

    def _clauses(self, counts: Mapping[str, int] | None = None) -> MeiliClauses:
        return MeiliClauses(self._holding, counts)

    def _holding(self, words: tuple[str, ...]) -> list[str]:
        """A filter knows no order of words: rows that hold them all are read."""
        if words not in self._held:
            fields = ["id"] if len(words) == 1 else ["id", "run"]
            search = rows_of(self._records, [f'text = "{token(word)}"' for word in words], fields)
            phrase = f" {' '.join(words)} "
            rows = self._ask([search])[0]["hits"]
            self._held[words] = [row["id"] for row in rows if len(words) == 1 or phrase in f" {row['run']} "]
        return self._held[words]

    def _beginning(self, prefix: str, limit: int) -> list[str]:
        """The commonest words of running text that begin so."""
        search = rows_of(self._records, [f'text STARTS WITH "{token(prefix)}"'], ["run"])
        counts: dict[str, int] = {}
        for row in self._ask([search])[0]["hits"]:
            for word in {word for word in row["run"].split() if word.startswith(prefix)}:
                counts[word] = counts.get(word, 0) + 1
        return sorted(counts, key=lambda word: (-counts[word], word))[:limit]

    # Scores and order

    def _scored(self, asked: Asked, shown: Sequence[str]) -> Scored:
        first, second = Together(self._ask), Together(self._ask)
        matches = Matches(first, self._records, asked, [f"record {any_of(shown)}"], self._kind_weights)
        first.send()
        matches.ask_more(second)
        second.send()
        return matches.scored(asked)

    def _best(self, scores: Scores, start: int, size: int) -> list[str]:
        """In order of score; what ties is told apart by year, title and key, which only these are asked for."""
        ranked = sorted(scores, key=lambda record: -scores[record])
        if start >= len(ranked) or not size:
            return []
        first, last = scores[ranked[start]], scores[ranked[min(start + size, len(ranked)) - 1]]
        above = sum(scores[record] > first for record in ranked)
        tied: dict[float, list[str]] = {}
        for record in ranked:
            if last <= scores[record] <= first:
                tied.setdefault(scores[record], []).append(record)
        ordered = self._told_apart(list(tied.values()), start - above + size)
        return ordered[start - above : start - above + size]

    def _told_apart(self, tied: Sequence[Sequence[str]], size: int) -> list[str]:
        """The first of these, block after block."""
        together = Together(self._ask)
        few = [record for block in tied if 1 < len(block) <= _MANY for record in block]
        fields = ["record", "year", "title_key", "key_key"]
        keys = together.want(rows_of(self._records, [f"record {any_of(few)}", HEADS], fields)) if few else ""
        many = {
            number: together.want(self._sorted([f"record {any_of(block)}", HEADS], Sort.RELEVANCE, 0, size))
            for number, block in enumerate(tied)
            if len(block) > _MANY
        }
        together.send()
        rows = {row["record"]: row for row in together[keys]["hits"]} if few else {}
        ordered: list[str] = []
        for number, block in enumerate(tied):
            if number in many:
                ordered += [row["record"] for row in together[many[number]]["hits"]]
            elif len(block) == 1:
                ordered += block
            else:
                ordered += sorted((one for one in block if one in rows), key=lambda one: _tie(rows[one]))
        return ordered

    def _sorted(self, wanted: Filter, sort: Sort, start: int, size: int) -> Search:
        search = rows_of(self._records, wanted, ["record"])
        search.update({"sort": list(_ORDERS[sort]), "distinct": "record", "offset": start, "limit": size})
        return search

    # Evidence

    def _hits(self, shown: Sequence[str], scored: Scored, asked: Asked) -> tuple[Hit, ...]:
        text, language = (asked.understanding.text, asked.understanding.language) if asked.understanding else ("", "")
        together = Together(self._ask)
        wanted = together.want(self._wanted_heads(shown))
        clauses = self._clauses()
        spoken = clauses.constant(clauses.term("language", language), SAME_LANGUAGE)
        says = clauses.either([clauses.everything(), *(evidence(clauses, group) for group in asked.groups), spoken])
        leaves = LeafRows(together, self._passages, [says], [f"record {any_of(shown)}"])
        together.send()
        heads = {row["record"]: head_of(row) for row in together[wanted]["hits"]}
        passages = self._best_passages(says.scores(leaves.found()))
        found = [
            Found(heads[one]["kind"], scored.scores.get(one, 0.0), one in scored.called, heads[one], passages.get(one))
            for one in shown
            if one in heads
        ]
        return hits(self._understander.thesaurus, found, asked.groups, text)

    def _heads(self, records: Sequence[str]) -> dict[str, StoredRecord]:
        if not records:
            return {}
        return {row["record"]: head_of(row) for row in self._ask([self._wanted_heads(records)])[0]["hits"]}

    def _wanted_heads(self, records: Sequence[str]) -> Search:
        return rows_of(self._records, [f"record {any_of(records)}", HEADS], ["record", "data"])

    def _best_passages(self, scores: Scores) -> dict[str, StoredPassage]:
        """Per record the visible passage that answers most groups; of several one in the reader's language, else the
        first."""
        best: dict[str, tuple[float, int, str]] = {}
        for row, score in scores.items():
            rank = (-score, int(row.partition("-")[2]), row)
            best[record_of(row)] = min(rank, best.get(record_of(row), rank))
        if not best:
            return {}
        wanted = rows_of(self._passages, [f"id {any_of(row for *_, row in best.values())}"], ["record", "data"])
        return {row["record"]: passage_of(row) for row in self._ask([wanted])[0]["hits"]}

    def _ask(self, searches: Sequence[Search]) -> list[Answer]:
        return self._server.search(self._principals, searches)


def _tie(row: Row) -> tuple[int, str, str]:
    return -row.get("year", _NO_YEAR), row["title_key"], row["key_key"]
