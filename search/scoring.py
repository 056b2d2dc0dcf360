"""From what a query means to a tantivy query whose scores do not depend on rows the reader cannot see.

Every clause has a constant score: a tier (name, title, tag, text …) times how rare the word is *among the rows this
reader sees*. Nothing comes from the index's own statistics. Scores are multiples of 1/16 and tie breakers of 1/4, so
their sums are exact in 32 bits whatever order tantivy adds them in, and that order does depend on hidden rows.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tantivy
from tantivy import Occur

from search.folding import fold_phrase, tokens
from search.matching import MatchKind
from search.rows import beginning_key, case_key, exact_key
from search.understand import QueryConcept, Understanding, Word

_TITLE, _NAMES, _TEXT = 3.0, 2.5, 1.0
_CONCEPT_TIERS = {"concept_title": 3.0, "concept_tag": 2.5, "concept_text": 1.75, "concept_part": 0.75}
_BY_HOW = {
    MatchKind.LABEL: 1.0,
    MatchKind.PHRASE: 1.0,
    MatchKind.CITATION: 1.0,
    MatchKind.FUZZY: 0.75,
    MatchKind.COMPOUND: 0.625,
}
_IDENTIFYING = 2.0
_TIE_BREAKER = 0.25
_STEP = 16
_WHOLE_NAME = 1000.0
_BEGINNING_OF_A_NAME = 500.0
_NAME_IN_QUERY = 24.0
_ABBREVIATION_IN_QUERY = 8.0
_LONGEST_NAME_WORDS = 8
_SHORTEST_PREFIX = 4
_MAX_PREFIX_FORMS = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Words that stand together in the query, the forms they are looked for in, and the concepts they name.

    `languages`: concept → languages it is looked for in; None is all of them.
    """

    words: tuple[Word, ...]
    forms: tuple[tuple[str, ...], ...]
    concepts: tuple[QueryConcept, ...]
    languages: dict[str, tuple[str, ...] | None]

    @property
    def surface(self) -> str:
        return self.concepts[0].matched if len(self.words) > 1 and self.concepts else self.words[0].surface


def groups_of(understanding: Understanding, widen: "PrefixWidener | None" = None) -> tuple[Group, ...]:
    """One group per multi-word concept, one per word outside of those."""
    spans: dict[tuple[int, ...], list[QueryConcept]] = {}
    for concept in understanding.concepts:
        spans.setdefault(concept.words, []).append(concept)
    covered = {index for span in spans if len(span) > 1 for index in span}
    for index, word in enumerate(understanding.words):
        if index not in covered and not word.is_stop_word:
            spans.setdefault((index,), [])
    languages = _allowed_languages(understanding)
    groups = []
    for span in sorted(spans):
        if len(span) == 1 and span[0] in covered:
            continue
        words = tuple(understanding.words[index] for index in span)
        content = tuple(word for word in words if not word.is_stop_word) or words
        forms = tuple((word.folded, *word.lemmas, *(widen.forms(word) if widen else ())) for word in content)
        concepts = tuple(concept for concept in spans[span] if concept.is_on)
        groups.append(Group(words, forms, concepts, {one.id: languages.get(one.id) for one in concepts}))
    return tuple(groups)


def _allowed_languages(understanding: Understanding) -> dict[str, tuple[str, ...]]:
    """Only for concepts with a language switched off: the rest, among them the language the reader wrote in."""
    off = {(added.concept, added.language) for added in understanding.also_searched if not added.is_on}
    every = ("en", "da", "fi", "is", "nb", "nn", "sv", "se", "fo", "kl", "et")
    return {
        concept: tuple(language for language in every if (concept, language) not in off)
        for concept in {one for one, _ in off}
    }


class PrefixWidener:
    """An unknown word may be the beginning of one: those that the reader's own rows hold."""

    def __init__(self, searcher: tantivy.Searcher, visible: tantivy.Query) -> None:
        self._searcher = searcher
        self._visible = visible

    def forms(self, word: Word) -> tuple[str, ...]:
        is_worth_it = word.is_identifying and word.folded.isalpha() and len(word.folded) >= _SHORTEST_PREFIX
        if not is_worth_it:
            return ()
        found = self._searcher.terms_with_prefix("text", word.folded, self._visible, _MAX_PREFIX_FORMS)
        return tuple(term for term, count in found if count)


class Scorer:
    """Builds the queries of one reader's search. `visible` is their filter over the records index."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, visible: tantivy.Query) -> None:
        self._searcher = searcher
        self._schema = schema
        self._visible = visible
        self._rows = self._count(tantivy.Query.all_query())

    def exact(self, understanding: Understanding) -> tantivy.Query:
        """Records that are *called* what the query says, or what a part of it says."""
        whole = exact_key(understanding.text)
        clauses = {key: _WHOLE_NAME for key in (whole, case_key(understanding.text)) if key}
        if whole:
            clauses[beginning_key(whole)] = _BEGINNING_OF_A_NAME
        found = [token.folded for token in tokens(understanding.text)]
        for length in range(2, min(len(found), _LONGEST_NAME_WORDS) + 1):
            for start in range(len(found) - length + 1):
                part = " ".join(found[start : start + length])
                share = length / len(found)
                clauses.setdefault(part, _NAME_IN_QUERY * share)
                clauses.setdefault(beginning_key(part), _NAME_IN_QUERY / 2 * share)
        for word in understanding.words:
            abbreviation = case_key(word.surface)
            if abbreviation:
                clauses.setdefault(abbreviation, _ABBREVIATION_IN_QUERY)
        terms = [_constant(self._term("exact", key), score) for key, score in clauses.items()]
        return self._filtered(tantivy.Query.disjunction_max_query(terms)) if terms else tantivy.Query.empty_query()

    def main(self, groups: Sequence[Group], phrases: Sequence[str]) -> tantivy.Query:
        wanted: list[tuple[Occur, tantivy.Query]] = [(Occur.Must, self._phrase(phrase)) for phrase in phrases]
        if groups:
            should = [(Occur.Should, self._group(group)) for group in groups]
            wanted.append((Occur.Must, tantivy.Query.boolean_query(should)))
        return self._filtered(*(query for _, query in wanted))

    def tagged(self, concepts: Iterable[str]) -> tantivy.Query:
        clauses = []
        for concept in concepts:
            term = self._term("concept_tag", concept)
            clauses.append((Occur.Should, _constant(term, self._rarity(term))))
        return self._filtered(tantivy.Query.boolean_query(clauses))

    def everything(self) -> tantivy.Query:
        return self._filtered()

    def _filtered(self, *wanted: tantivy.Query) -> tantivy.Query:
        visible = tantivy.Query.const_score_query(self._visible, 0.0)
        return tantivy.Query.boolean_query([(Occur.Must, visible), *((Occur.Must, query) for query in wanted)])

    def _group(self, group: Group) -> tantivy.Query:
        ways = [self._concept(group, concept) for concept in group.concepts]
        words = [self._word(word, forms) for word, forms in zip(_content(group), group.forms, strict=True)]
        if len(words) == 1:
            ways += words
        else:
            ways.append(tantivy.Query.boolean_query([(Occur.Must, word) for word in words]))
        return tantivy.Query.disjunction_max_query(ways, _TIE_BREAKER)

    def _word(self, word: Word, forms: tuple[str, ...]) -> tantivy.Query:
        in_text = self._any(("text", "bases"), forms)
        weight = self._rarity(in_text) * (_IDENTIFYING if word.is_identifying else 1.0)
        tiers = [
            _constant(self._any(("title",), forms), _TITLE * weight),
            _constant(self._any(("names",), forms), _NAMES * weight),
            _constant(in_text, _TEXT * weight),
        ]
        return tantivy.Query.disjunction_max_query(tiers, _TIE_BREAKER)

    def _concept(self, group: Group, concept: QueryConcept) -> tantivy.Query:
        terms = concept_terms(concept.id, group.languages[concept.id])
        rarity = self._rarity(self._any(tuple(_CONCEPT_TIERS), (concept.id,)))
        weight = rarity * _BY_HOW[concept.how] * (1 + len(group.forms)) / 2
        tiers = [_constant(self._any((field,), terms), tier * weight) for field, tier in _CONCEPT_TIERS.items()]
        return tantivy.Query.disjunction_max_query(tiers, _TIE_BREAKER)

    def _phrase(self, phrase: str) -> tantivy.Query:
        words = fold_phrase(phrase).split()
        if not words:
            return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        if len(words) == 1:
            return tantivy.Query.const_score_query(self._term("text", words[0]), 0.0)
        in_order: list[str | tuple[int, str]] = list(words)
        return tantivy.Query.const_score_query(tantivy.Query.phrase_query(self._schema, "text", in_order), 0.0)

    def _rarity(self, query: tantivy.Query) -> float:
        """ln(1 + rows / rows with it), both as this reader sees them."""
        return math.log1p(self._rows / max(1, self._count(query)))

    def _count(self, query: tantivy.Query) -> int:
        return counted(self._searcher, self._filtered(query))

    def _term(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term, "basic")

    def _any(self, fields: Sequence[str], terms: Sequence[str]) -> tantivy.Query:
        clauses = [(Occur.Should, self._term(field, term)) for field in fields for term in terms]
        return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)


def concept_terms(concept: str, languages: tuple[str, ...] | None) -> tuple[str, ...]:
    return (concept,) if languages is None else tuple(f"{concept}|{language}" for language in languages)


def visible_rows(schema: tantivy.Schema, classes: Iterable[str]) -> tantivy.Query:
    """Rows of these visibility classes, and of none when there are none."""
    terms = [(Occur.Should, tantivy.Query.term_query(schema, "visibility", one, "basic")) for one in sorted(classes)]
    return tantivy.Query.boolean_query(terms) if terms else tantivy.Query.empty_query()


def counted(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return int(getattr(searcher.search(query, 1, count=True), "count", 0) or 0)


def _content(group: Group) -> tuple[Word, ...]:
    return tuple(word for word in group.words if not word.is_stop_word) or group.words


def _constant(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, max(1, round(score * _STEP)) / _STEP)
