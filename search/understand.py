"""Text → folded lemmas, compound parts, concepts: one analysis shared by indexing and querying."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from search.analysis import Analysis, KnownWord, Memory
from search.citations import Citation, citations
from search.endings import ending
from search.folding import Token, clean, cut, fold, fold_phrase, tokens
from search.lemmas import LANGUAGES, Lemmatizer
from search.matching import Matcher, MatchKind, Mention, longest_first
from search.spelling import Speller
from search.stop_words import STOP_WORDS
from search.thesaurus import Label, Thesaurus

MAX_QUERY_CHARACTERS = 256
MAX_QUERY_WORDS = 32
_MAX_TEXT_CHARACTERS = 20_000
_PHRASE = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,})[\"“”„«»]")
_SHORTEST_CORRECTABLE = 5
_LONGEST_COUNTRY_NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class ConceptMatch:
    """`label` is the label that was met, in `language`."""

    concept: str
    how: MatchKind
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query. `start` and `end` are offsets in `Understanding.text`; lemmas and parts are folded."""

    surface: str
    folded: str
    start: int
    end: int
    lemmas: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    concepts: tuple[ConceptMatch, ...] = ()
    correction: str | None = None
    is_stop_word: bool = False
    is_identifying: bool = False


@dataclass(frozen=True, slots=True)
class QueryConcept:
    """A concept the query speaks of: `matched` is the reader's wording, `label` the preferred one in their language.

    `words` are indices into `Understanding.words`; `is_on` is false when the reader switched the concept off.
    """

    id: str
    matched: str
    label: str
    how: MatchKind
    words: tuple[int, ...]
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class AlsoSearched:
    """What a concept adds in one language. `key` is stable: hand it back in `switched_off` to leave it out."""

    key: str
    word: str
    concept: str
    label: str
    language: str
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """`surface` was probably meant as `suggestion`; `text` is the whole query with it put in."""

    surface: str
    suggestion: str
    text: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """A query as understood. `language` is a hint only. `was_cut`: longer than 256 characters."""

    text: str
    language: str
    words: tuple[Word, ...] = ()
    concepts: tuple[QueryConcept, ...] = ()
    also_searched: tuple[AlsoSearched, ...] = ()
    corrections: tuple[Correction, ...] = ()
    phrases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    was_cut: bool = False


class Understander:
    """`cache_dir` keeps the word lists in a form that opens at once. Thread-safe.

    Words are corrected towards labels and `vocabulary_words` only: never towards what is in documents, which not
    every reader may see.
    """

    def __init__(
        self, thesaurus: Thesaurus, vocabulary_words: Iterable[str] = (), cache_dir: Path | None = None
    ) -> None:
        self.thesaurus = thesaurus
        self.lemmatizer = Lemmatizer(cache_dir)
        self._matcher = Matcher(thesaurus, self.lemmatizer)
        self._memory: dict[tuple[str, ...], Memory] = {}
        names = {token.lower for text in vocabulary_words for token in tokens(text)}
        self._speller = Speller(sorted(self._matcher.correctable_words | names))
        self._known_words = {fold(word) for word in names | self._matcher.label_words}
        self._countries = {fold_phrase(name): country.id for country in thesaurus.countries for name in country.names}

    def analyse(self, text: str, language: str) -> Analysis:
        """For indexing. Labels of the text's own language only: elsewhere the same letters mean something else."""
        text = clean(text, _MAX_TEXT_CHARACTERS)
        surfaces, lower, folded = cut(text)
        languages = _family(language)
        memory = self._memory.setdefault(languages, Memory(partial(self._known, languages)))
        known = list(map(memory.__getitem__, lower))
        starts = [index for index, word in enumerate(known) if word.may_begin]
        mentions = self._matcher.mentions(surfaces, [word.forms for word in known], languages, starts)
        mentions += _compounds([word.parts for word in known], mentions)
        cited = citations(text)
        if cited:
            found = tokens(text)
            mentions += [mention for citation in cited for mention in self._citation_mentions(citation, found)]
        bases = {form for word in set(known) if word.endings for form in word.forms[1:]}
        return Analysis(
            text=text,
            words=folded,
            bases=frozenset(bases.union(citation.key for citation in cited)),
            endings=" ".join(word.endings for word in known).rstrip(),
            mentions=tuple(mentions),
            citations=tuple(cited),
        )

    def query(self, text: str, language: str, switched_off: frozenset[str] = frozenset()) -> Understanding:
        was_cut = len(text) > MAX_QUERY_CHARACTERS
        text = clean(text, MAX_QUERY_CHARACTERS).strip()
        cited = citations(text)
        found = [token for token in tokens(text) if not _is_inside(token, cited)][:MAX_QUERY_WORDS]
        corrections = self._corrections(found)
        forms = tuple(self._query_forms(token, corrections) for token in found)
        mentions = self._query_mentions(found, forms, corrections)
        words = self._words(found, forms, mentions, corrections)
        for citation in cited:
            mentions += self._as_query_mentions(citation, len(words))
            words += (self._citation_word(text, citation, mentions, len(words)),)
        concepts = self._concepts(mentions, words, text, language, switched_off)
        return Understanding(
            text=text,
            language=language,
            words=words,
            concepts=concepts,
            also_searched=self._also_searched(concepts, switched_off),
            corrections=_told(corrections, words, text),
            phrases=tuple(phrase.strip() for phrase in _PHRASE.findall(text) if phrase.strip()),
            identifiers=tuple(word.surface for word in words if word.is_identifying),
            countries=self._named_countries(found, forms),
            was_cut=was_cut,
        )

    def forget(self) -> None:
        """Empty the memory of words, so that a measurement starts cold."""
        self._memory.clear()
        self.lemmatizer.forget()

    def _known(self, languages: tuple[str, ...], word: str) -> KnownWord:
        forms = self._forms(word, languages[0])
        return KnownWord(
            forms=forms,
            endings="|".join(ending(forms[0], base) for base in forms[1:]),
            may_begin=self._matcher.may_begin(word, forms),
            # English writes its compounds apart.
            parts=() if languages == ("en",) else self._split(word, languages),
        )

    def _forms(self, word: str, *languages: str) -> tuple[str, ...]:
        """The word (lower case) and its base forms, folded."""
        forms = [word, *(lemma for language in languages for lemma in self.lemmatizer.lemmas(word, language))]
        return tuple(dict.fromkeys(fold(form) for form in forms))

    def _query_forms(self, token: Token, corrections: dict[str, str]) -> tuple[str, ...]:
        """The correction, where there is one, first: it is what is meant."""
        forms = self._typed_forms(token.lower)
        for meant in tokens(corrections.get(token.lower, "")):
            forms = self._typed_forms(meant.lower) + forms
        return tuple(dict.fromkeys(forms))

    def _typed_forms(self, word: str) -> tuple[str, ...]:
        """By the lists that know the word, or know it with its marks; by the rules of every language when none does."""
        known = [one for one in LANGUAGES if self.lemmatizer.is_known(word, one)]
        marked = {} if known else self.lemmatizer.with_marks(word)
        if marked:
            return tuple(form for language, written in marked.items() for form in self._forms(written, language))
        return self._forms(word, *(known or LANGUAGES))

    def _corrections(self, found: Sequence[Token]) -> dict[str, str]:
        """For words that no word list, no label and no name knows."""
        meant: dict[str, str] = {}
        for token in {token.lower: token for token in found}.values():
            if (
                len(token.folded) < _SHORTEST_CORRECTABLE
                or token.folded in self._known_words
                or not token.lower.isalpha()
            ):
                continue
            if not self.lemmatizer.is_known_anywhere(token.lower) and not self._split(token.lower, LANGUAGES):
                nearest = self._speller.nearest(token.folded)
                if nearest:
                    meant[token.lower] = nearest
        return meant

    def _split(self, word: str, languages: tuple[str, ...]) -> tuple[tuple[str, Label], ...]:
        """The word itself, or else its base form: `vinnumansals` is vinnumansal."""
        spoken = languages if languages is LANGUAGES else languages[:1]
        bases = (lemma for language in spoken for lemma in self.lemmatizer.lemmas(word, language))
        is_typed = languages is LANGUAGES
        parts = (self._matcher.compound(one, languages, is_typed=is_typed) for one in (word, *bases))
        return next(filter(None, parts), ())

    def _query_mentions(
        self, found: Sequence[Token], forms: Sequence[Collection[str]], corrections: dict[str, str]
    ) -> list[Mention]:
        met = longest_first(self._matcher.mentions([token.surface for token in found], forms, _EVERY_LANGUAGE))
        met = [
            replace(mention, how=MatchKind.FUZZY)
            if any(found[index].lower in corrections for index in range(mention.first, mention.last + 1))
            else mention
            for mention in met
        ]
        return met + _compounds([self._split(token.lower, LANGUAGES) for token in found], met)

    def _words(
        self,
        found: Sequence[Token],
        forms: Sequence[tuple[str, ...]],
        mentions: Sequence[Mention],
        corrections: dict[str, str],
    ) -> tuple[Word, ...]:
        said = [index for index, token in enumerate(found) if not _is_stop_word(token)]
        words = []
        for index, token in enumerate(found):
            met = [mention for mention in mentions if mention.first <= index <= mention.last]
            correction = corrections.get(token.lower)
            is_identifying = any(letter.isdigit() for letter in token.surface) or not (
                met or correction or self._is_known(token)
            )
            words.append(
                Word(
                    surface=token.surface,
                    folded=token.folded,
                    start=token.start,
                    end=token.end,
                    lemmas=tuple(form for form in forms[index] if form != token.folded),
                    parts=tuple(dict.fromkeys(fold(m.label) for m in met if m.how is MatchKind.COMPOUND)),
                    concepts=tuple(ConceptMatch(m.concept, m.how, m.label, m.language) for m in met),
                    correction=correction,
                    is_stop_word=bool(said) and index not in said,
                    is_identifying=is_identifying,
                )
            )
        return tuple(words)

    def _is_known(self, token: Token) -> bool:
        return token.folded in self._matcher.label_words or self.lemmatizer.is_known_anywhere(token.lower)

    def _citation_mentions(self, citation: Citation, found: Sequence[Token]) -> list[Mention]:
        covered = [index for index, token in enumerate(found) if _is_inside(token, (citation,))]
        if not covered:
            return []
        return [
            Mention(covered[0], covered[-1], concept, MatchKind.CITATION, label.text, label.language)
            for concept, label in self._matcher.cited(citation.key)
        ]

    def _as_query_mentions(self, citation: Citation, index: int) -> list[Mention]:
        return [
            Mention(index, index, concept, MatchKind.CITATION, label.text, label.language)
            for concept, label in self._matcher.cited(citation.key)
        ]

    @staticmethod
    def _citation_word(text: str, citation: Citation, mentions: Sequence[Mention], index: int) -> Word:
        met = tuple(ConceptMatch(m.concept, m.how, m.label, m.language) for m in mentions if m.first == index)
        surface = text[citation.start : citation.end]
        return Word(surface, citation.key, citation.start, citation.end, concepts=met, is_identifying=True)

    def _concepts(
        self, mentions: Sequence[Mention], words: Sequence[Word], text: str, language: str, switched_off: frozenset[str]
    ) -> tuple[QueryConcept, ...]:
        """One per concept and place; a label in the reader's own language speaks before the same word elsewhere."""
        concepts: dict[tuple[str, int], QueryConcept] = {}
        for mention in sorted(mentions, key=lambda m: (m.first, m.language != language)):
            concepts.setdefault(
                (mention.concept, mention.first),
                QueryConcept(
                    id=mention.concept,
                    matched=text[words[mention.first].start : words[mention.last].end],
                    label=self.thesaurus.label(mention.concept, language),
                    how=mention.how,
                    words=tuple(range(mention.first, mention.last + 1)),
                    is_on=mention.concept not in switched_off,
                ),
            )
        return tuple(concepts.values())

    def _also_searched(
        self, concepts: Sequence[QueryConcept], switched_off: frozenset[str]
    ) -> tuple[AlsoSearched, ...]:
        added: dict[str, AlsoSearched] = {}
        for concept in concepts:
            for language, label in self.thesaurus.preferred(concept.id).items():
                key = f"{concept.id}.{language}"
                if language in LANGUAGES and fold(label) != fold(concept.matched):
                    is_on = concept.is_on and key not in switched_off
                    added.setdefault(key, AlsoSearched(key, concept.matched, concept.id, label, language, is_on))
        return tuple(added.values())

    def _named_countries(self, found: Sequence[Token], forms: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        named: dict[str, None] = {}
        for first in range(len(found)):
            for form in forms[first]:
                if form in self._countries:
                    named[self._countries[form]] = None
            for last in range(first + 2, min(len(found), first + _LONGEST_COUNTRY_NAME_WORDS) + 1):
                name = " ".join(token.folded for token in found[first:last])
                if name in self._countries:
                    named[self._countries[name]] = None
        return tuple(named)


_EVERY_LANGUAGE = frozenset((*LANGUAGES, "se", "fo", "kl", "et"))


def _compounds(parts: Sequence[tuple[tuple[str, Label], ...]], mentions: Sequence[Mention]) -> list[Mention]:
    """Parts of words that no label has met."""
    named = {index for mention in mentions for index in range(mention.first, mention.last + 1)}
    return [
        Mention(index, index, concept, MatchKind.COMPOUND, label.text, label.language)
        for index, found in enumerate(parts)
        if found and index not in named
        for concept, label in found
    ]


def _family(language: str) -> tuple[str, ...]:
    """The written Norwegians share their words."""
    return {"nb": ("nb", "nn"), "nn": ("nn", "nb"), "no": ("nb", "nn")}.get(language, (language,))


def _is_stop_word(token: Token) -> bool:
    # DO, AT, US are names; at, do, us are not.
    return token.folded in STOP_WORDS and not (len(token.surface) > 1 and token.surface.isupper())


def _is_inside(token: Token, cited: Sequence[Citation]) -> bool:
    return any(citation.start <= token.start and token.end <= citation.end for citation in cited)


def _told(corrections: dict[str, str], words: Sequence[Word], text: str) -> tuple[Correction, ...]:
    return tuple(
        Correction(word.surface, word.correction, text[: word.start] + word.correction + text[word.end :])
        for word in words
        if word.correction
    )
