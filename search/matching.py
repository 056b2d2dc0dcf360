"""Labels met in text: whole label > multi-word label > fuzzy whole word > part of a compound."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from search.citations import citations
from search.folding import Token, fold, tokens
from search.lemmas import Lemmatizer
from search.thesaurus import Label, Thesaurus

_SHORTEST_PART = 5
_SHORTEST_REST = 3
_LINKS = ("", "s", "e", "n", "a", "u", "ar", "na", "o")
_WORDS_BESIDE_A_CITATION = 2


class MatchKind(StrEnum):
    """How a word met a label, best first."""

    LABEL = "label"
    PHRASE = "phrase"
    CITATION = "citation"
    FUZZY = "fuzzy"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens `first` to `last` (inclusive) name `concept`; `label` is the label that was met, in `language`."""

    first: int
    last: int
    concept: str
    how: MatchKind
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class _Term:
    """`is_as_written` is false where the label's base forms lead here, not the label itself."""

    concept: str
    label: Label
    is_as_written: bool = True


@dataclass(frozen=True, slots=True)
class _Met:
    last: int
    term: _Term
    is_as_written: bool


@dataclass(slots=True)
class _Node:
    """`next` by a form of the following word, `terms` that end here."""

    next: dict[str, "_Node"] = field(default_factory=dict)
    terms: list[_Term] = field(default_factory=list)


class Matcher:
    def __init__(self, thesaurus: Thesaurus, lemmatizer: Lemmatizer) -> None:
        self._lemmatizer = lemmatizer
        self._root = _Node()
        self._exact: dict[str, list[_Term]] = {}
        self._cited: dict[str, list[_Term]] = {}
        self._parts: dict[str, list[_Term]] = {}
        self.label_words: set[str] = set()
        self.correctable_words: set[str] = set()
        for concept in thesaurus.concepts.values():
            for label in concept.labels:
                self._add(_Term(concept.id, label))
        self._exact_lower = {surface.lower() for surface in self._exact}
        self._folded_words = {fold(word) for word in self.label_words}
        self._folded_parts = {fold(part): terms for part, terms in self._parts.items()}

    def may_begin(self, lower: str, forms: Collection[str]) -> bool:
        """Whether any label begins with this word."""
        return lower in self._exact_lower or any(form in self._root.next for form in forms)

    def mentions(
        self,
        surfaces: Sequence[str],
        forms: Sequence[Collection[str]],
        languages: Collection[str],
        starts: Iterable[int] | None = None,
    ) -> list[Mention]:
        """Every label in these languages, nested ones too; `forms` are those of each word, the meant one first.

        Abbreviations count in any language: they are the same everywhere. `starts`: the words that may begin one.
        """
        found: list[Mention] = []
        root = self._root.next
        for first in range(len(surfaces)) if starts is None else starts:
            for term in self._exact.get(surfaces[first], ()):
                found.append(_mention(first, first, term, MatchKind.LABEL))
            met: dict[int, list[_Met]] = {}
            for number, form in enumerate(forms[first]):
                node = root.get(form)
                if node is not None:
                    for one in self._walk(node, first, number == 0, forms):
                        if one.term.label.language in languages:
                            met.setdefault(one.last, []).append(one)
            for last, terms in met.items():
                found.extend(_best(first, last, terms))
        return list(dict.fromkeys(found))

    def _walk(self, node: _Node, last: int, is_as_written: bool, forms: Sequence[Collection[str]]) -> Iterator[_Met]:
        for term in node.terms:
            yield _Met(last, term, is_as_written and term.is_as_written)
        if node.next and last + 1 < len(forms):
            for number, form in enumerate(forms[last + 1]):
                following = node.next.get(form)
                if following is not None:
                    yield from self._walk(following, last + 1, is_as_written and number == 0, forms)

    def cited(self, key: str) -> list[tuple[str, Label]]:
        return [(term.concept, term.label) for term in self._cited.get(key, ())]

    def compound(self, word: str, languages: tuple[str, ...], *, is_typed: bool) -> tuple[tuple[str, Label], ...]:
        """Concepts whose label is the beginning or the end of `word` (lower case), where the rest is a word too.

        `is_typed`: by a reader, who may have left out the marks.
        """
        if len(word) < _SHORTEST_PART + _SHORTEST_REST:
            return ()
        found = self._parts_of(word, languages, is_folded=False)
        if is_typed and not found:
            found = self._parts_of(fold(word), languages, is_folded=True)
        return tuple((term.concept, term.label) for term in found)

    def _parts_of(self, word: str, languages: tuple[str, ...], *, is_folded: bool) -> list[_Term]:
        """The longest part at the end and the longest at the beginning."""
        parts = self._folded_parts if is_folded else self._parts
        last = len(word) - _SHORTEST_REST
        cuts = [(word[cut:], word[:cut], True) for cut in range(_SHORTEST_REST, last - 1) if word[cut:] in parts]
        cuts += [(word[:cut], word[cut:], False) for cut in range(last, _SHORTEST_PART - 1, -1) if word[:cut] in parts]
        found: list[_Term] = []
        done: set[bool] = set()
        for part, rest, is_at_end in cuts:
            terms = [term for term in parts[part] if term.label.language in languages]
            stems = _without_links(rest, is_at_end) if terms and is_at_end not in done else ()
            if any(self._is_rest(stem, link, terms, is_folded) for stem, link in stems):
                found += [term for term in terms if term not in found]
                done.add(is_at_end)
        return found

    def _is_rest(self, rest: str, link: str, terms: Sequence[_Term], is_folded: bool) -> bool:
        """A word of some label, or one that the part's own language knows; three letters only behind a linking s."""
        if len(rest) < _SHORTEST_REST:
            return False
        if is_folded:
            return rest in self._folded_words
        is_long_enough = len(rest) > _SHORTEST_REST or link == "s"
        spoken = {term.label.language for term in terms} if is_long_enough else ()
        return rest in self.label_words or any(self._lemmatizer.is_known(rest, language) for language in spoken)

    def _add(self, term: _Term) -> None:
        label = term.label
        words = tokens(label.text)
        cited = citations(label.text)
        if len(cited) == 1 and self._is_mostly(cited[0].start, cited[0].end, words):
            self._cited.setdefault(cited[0].key, []).append(term)
        elif label.is_exact and len(words) == 1:
            self._exact.setdefault(words[0].surface, []).append(term)
        elif words:
            self._add_words(term, words)

    @staticmethod
    def _is_mostly(start: int, end: int, words: Sequence[Token]) -> bool:
        return sum(word.end <= start or word.start >= end for word in words) <= _WORDS_BESIDE_A_CITATION

    def _add_words(self, term: _Term, words: Sequence[Token]) -> None:
        label = term.label
        self.label_words.update(word.lower for word in words)
        if label.may_be_misspelt:
            self.correctable_words.update(word.lower for word in words)
        surface = [word.folded for word in words]
        bases = [self._base(word.lower, label.language) for word in words]
        self._insert(surface, term)
        if bases != surface:
            self._insert(bases, replace(term, is_as_written=False))
        if len(words) == 1 and label.may_be_a_part and len(words[0].lower) >= _SHORTEST_PART:
            self._parts.setdefault(words[0].lower, []).append(term)

    def _insert(self, sequence: Sequence[str], term: _Term) -> None:
        node = self._root
        for form in sequence:
            node = node.next.setdefault(form, _Node())
        node.terms.append(term)

    def _base(self, word: str, language: str) -> str:
        lemmas = self._lemmatizer.lemmas(word, language)
        return fold(lemmas[0]) if lemmas else fold(word)


def _best(first: int, last: int, met: Sequence[_Met]) -> list[Mention]:
    """A label met as it is written is meant, not one that merely shares a base form in some language."""
    written = [one for one in met if one.is_as_written] or met
    how = MatchKind.LABEL if first == last else MatchKind.PHRASE
    return [_mention(first, last, one.term, how) for one in written]


def _mention(first: int, last: int, term: _Term, how: MatchKind) -> Mention:
    return Mention(first, last, term.concept, how, term.label.text, term.label.language)


def _without_links(rest: str, is_before: bool) -> Iterator[tuple[str, str]]:
    """With and without a sound that links, and that sound: `mansal-s-mál`, `arbejd-s-giver`."""
    for link in _LINKS:
        if is_before and rest.endswith(link):
            yield rest[: len(rest) - len(link)], link
        elif not is_before and rest.startswith(link):
            yield rest[len(link) :], link


def longest_first(found: Iterable[Mention]) -> list[Mention]:
    """Mentions that are not inside a longer one."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.first - m.last, m.first)):
        covers = (other for other in kept if other.first <= mention.first and other.last >= mention.last)
        if all((other.first, other.last) == (mention.first, mention.last) for other in covers):
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.first, m.last))
