"""From what a query means to clauses of an engine, whose scores do not depend on rows the reader cannot see.

Every clause has a constant score: a tier (name, title, tag, text …) times how rare the word is *among the rows this
reader sees*. Nothing comes from the index's own statistics. Scores are multiples of 1/16 and tie breakers of 1/4, so
their sums are exact in 32 bits whatever order they are added in, and in tantivy that order does depend on hidden rows.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

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
KIND_WEIGHTS = {"concept": 0.5}
"""Entries about a word rather than documents: below what they describe, unless the reader called one by its name."""
NAMED_COUNTRY = 32.0
"""What is of a country that the reader named ("labour inspectorate Sweden") comes before what is alike elsewhere."""
_IDENTIFYING = 2.0
_TIE_BREAKER = 0.25
_STEP = 16
_WHOLE_NAME = 1000.0
_BEGINNING_OF_A_NAME = 500.0
_NAME_IN_QUERY = 24.0
_ABBREVIATION_IN_QUERY = 8.0
SAME_LANGUAGE = 0.125
"""Less than anything that a passage says about the query."""
_LONGEST_NAME_WORDS = 8
_SHORTEST_PREFIX = 4
_MAX_PREFIX_FORMS = 20


Q = TypeVar("Q")


class Clauses(Protocol[Q]):
    """What an engine makes queries of. Every query is one over the rows of one reader."""

    def term(self, field: str, term: str) -> Q: ...

    def either(self, queries: Sequence[Q]) -> Q:
        """One at least; scores add up."""

    def every(self, queries: Sequence[Q]) -> Q:
        """Scores add up."""

    def best(self, queries: Sequence[Q], tie_breaker: float = 0.0) -> Q:
        """The highest score, and this much of the others."""

    def constant(self, query: Q, score: float) -> Q: ...

    def in_order(self, words: Sequence[str]) -> Q:
        """In the running text."""

    def everything(self) -> Q:
        """With no score."""

    def nothing(self) -> Q: ...

    def count(self, query: Q) -> int:
        """How many of the reader's rows."""


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
    """An unknown word may be the beginning of one: those that the reader's own rows hold.

    `beginning`: the words of running text that begin so, commonest first, in alphabetical order where equally common.
    """

    def __init__(self, beginning: Callable[[str, int], Iterable[str]]) -> None:
        self._beginning = beginning

    def forms(self, word: Word) -> tuple[str, ...]:
        is_worth_it = word.is_identifying and word.folded.isalpha() and len(word.folded) >= _SHORTEST_PREFIX
        if not is_worth_it:
            return ()
        return tuple(self._beginning(word.folded, _MAX_PREFIX_FORMS))


class Scorer(Generic[Q]):
    """Builds the queries of one reader's search."""

    def __init__(self, clauses: Clauses[Q]) -> None:
        self._clauses = clauses
        self._rows = clauses.count(clauses.everything())

    def exact(self, understanding: Understanding) -> Q:
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
        terms = [self._constant(self._clauses.term("exact", key), score) for key, score in clauses.items()]
        return self._clauses.best(terms) if terms else self._clauses.nothing()

    def main(self, groups: Sequence[Group], phrases: Sequence[str]) -> Q:
        wanted = [self._phrase(phrase) for phrase in phrases]
        if groups:
            wanted.append(self._clauses.either([self._group(group) for group in groups]))
        return self._clauses.every(wanted)

    def tagged(self, concepts: Iterable[str]) -> Q:
        terms = [self._clauses.term("concept_tag", concept) for concept in concepts]
        return self._clauses.either([self._constant(term, self._rarity(term)) for term in terms])

    def _group(self, group: Group) -> Q:
        ways = [self._concept(group, concept) for concept in group.concepts]
        words = [self._word(word, forms) for word, forms in zip(_content(group), group.forms, strict=True)]
        if len(words) == 1:
            ways += words
        else:
            ways.append(self._clauses.every(words))
        return self._clauses.best(ways, _TIE_BREAKER)

    def _word(self, word: Word, forms: tuple[str, ...]) -> Q:
        in_text = self._any(("text", "bases"), forms)
        weight = self._rarity(in_text) * (_IDENTIFYING if word.is_identifying else 1.0)
        tiers = [
            self._constant(self._any(("title",), forms), _TITLE * weight),
            self._constant(self._any(("names",), forms), _NAMES * weight),
            self._constant(in_text, _TEXT * weight),
        ]
        return self._clauses.best(tiers, _TIE_BREAKER)

    def _concept(self, group: Group, concept: QueryConcept) -> Q:
        terms = concept_terms(concept.id, group.languages[concept.id])
        rarity = self._rarity(self._any(tuple(_CONCEPT_TIERS), (concept.id,)))
        weight = rarity * _BY_HOW[concept.how] * (1 + len(group.forms)) / 2
        tiers = [self._constant(self._any((field,), terms), tier * weight) for field, tier in _CONCEPT_TIERS.items()]
        return self._clauses.best(tiers, _TIE_BREAKER)

    def _phrase(self, phrase: str) -> Q:
        words = fold_phrase(phrase).split()
        return self._clauses.constant(self._clauses.in_order(words), 0.0) if words else self._clauses.everything()

    def _rarity(self, query: Q) -> float:
        """ln(1 + rows / rows with it), both as this reader sees them."""
        return math.log1p(self._rows / max(1, self._clauses.count(query)))

    def _any(self, fields: Sequence[str], terms: Sequence[str]) -> Q:
        terms_in = [self._clauses.term(field, term) for field in fields for term in terms]
        return terms_in[0] if len(terms_in) == 1 else self._clauses.either(terms_in)

    def _constant(self, query: Q, score: float) -> Q:
        return self._clauses.constant(query, max(1, round(score * _STEP)) / _STEP)


def concept_terms(concept: str, languages: tuple[str, ...] | None) -> tuple[str, ...]:
    return (concept,) if languages is None else tuple(f"{concept}|{language}" for language in languages)


def evidence(clauses: Clauses[Q], group: Group) -> Q:
    """What a passage says about a group. A concept counts as much as a word: what matters is how much of the query
    one passage answers."""
    forms = tuple(sorted({form for one in group.forms for form in one}))
    ways = [
        (2.0, ("text", "bases"), forms),
        *((2.0, ("concept_text",), concept_terms(one.id, group.languages[one.id])) for one in group.concepts),
        *((1.0, ("concept_part",), concept_terms(one.id, group.languages[one.id])) for one in group.concepts),
    ]
    found = [
        clauses.constant(clauses.either([clauses.term(field, term) for field in fields for term in terms]), score)
        for score, fields, terms in ways
    ]
    return clauses.best(found, _TIE_BREAKER)


def _content(group: Group) -> tuple[Word, ...]:
    return tuple(word for word in group.words if not word.is_stop_word) or group.words
