"""What to show of a hit: the passage that speaks most to the query, and why the record was found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.citations import citations
from search.engine import Fragment, Snippet, Why
from search.folding import fold_phrase, folded_words, word_spans
from search.rows import StoredPassage, StoredRecord, bases_of, exact_key
from search.scoring import Group
from search.thesaurus import Thesaurus

_SNIPPET_CHARACTERS = 280
_BEFORE_MATCH_CHARACTERS = 70
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a text that answers group number `group`."""

    group: int
    start: int
    end: int
    concept: str | None


@dataclass(frozen=True, slots=True)
class AnalysedText:
    """A text as the index keeps it: base forms by token number, and its mentions of concepts."""

    text: str
    language: str
    bases: str
    mentions: Sequence[tuple[int, int, str]]


def of_passage(stored: StoredPassage) -> AnalysedText:
    return AnalysedText(stored["text"], stored["language"], stored["bases"], stored["mentions"])


def of_title(stored: StoredRecord) -> AnalysedText:
    return AnalysedText(stored["title"], stored["language"], stored["title_bases"], stored["title_mentions"])


class Finder:
    """Finds in a text what answers the groups of one query."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._by_form: dict[str, list[int]] = {}
        self._by_concept: dict[str, list[tuple[int, tuple[str, ...] | None]]] = {}
        for number, group in enumerate(groups):
            for form in {form for one in group.forms for form in one}:
                self._by_form.setdefault(form, []).append(number)
            for concept in group.concepts:
                self._by_concept.setdefault(concept.id, []).append((number, group.languages[concept.id]))

    def matches(self, text: AnalysedText) -> list[Match]:
        words = folded_words(text.text)
        by_form = self._by_form
        met: list[tuple[int, int, int, str | None]] = [
            (number, index, index, None) for index, word in enumerate(words) for number in by_form.get(word, ())
        ]
        for index, base in bases_of(text.bases, words):
            met += [(number, index, index, None) for number in by_form.get(base, ())]
        for first, last, concept in text.mentions:
            for number, languages in self._by_concept.get(concept, ()):
                if languages is None or text.language in languages:
                    met.append((number, first, last, concept))
        return [*self._placed(text.text, met), *self._cited(text.text)] if met else self._cited(text.text)

    def _placed(self, text: str, met: Iterable[tuple[int, int, int, str | None]]) -> list[Match]:
        """Token numbers become places in the text; a number of a section is shown with its §."""
        spans = word_spans(text)
        cited = citations(text)
        found = []
        for number, first, last, concept in dict.fromkeys(met):
            if last < len(spans):
                start, end = spans[first][0], spans[last][1]
                around = next((one for one in cited if one.start <= start and end <= one.end), None)
                found.append(Match(number, around.start if around else start, around.end if around else end, concept))
        return found

    def _cited(self, text: str) -> list[Match]:
        return [
            Match(number, citation.start, citation.end, None)
            for citation in citations(text)
            for number in self._by_form.get(citation.key, ())
        ]


def snippet(stored: StoredPassage, found: Sequence[Match]) -> Snippet:
    text = stored["text"]
    start, end = _window(text, found)
    spans = _merged((match.start, match.end) for match in found if match.start >= start and match.end <= end)
    fragments = [Fragment(_ELLIPSIS, False)] if start else []
    at = start
    for first, last in spans:
        fragments += [Fragment(text[at:first], False)] if first > at else []
        fragments.append(Fragment(text[first:last], True))
        at = last
    rest = text[at:end] + (_ELLIPSIS if end < len(text) else "")
    fragments += [Fragment(rest, False)] if rest else []
    return Snippet(tuple(fragments), stored["language"], stored["page"])


def _window(text: str, found: Sequence[Match]) -> tuple[int, int]:
    """The stretch that answers most groups, the first of several; cut between words."""
    if len(text) <= _SNIPPET_CHARACTERS:
        return 0, len(text)
    best, most = 0, 0
    for match in found:
        start = max(0, match.start - _BEFORE_MATCH_CHARACTERS)
        answered = {one.group for one in found if one.start >= start and one.end <= start + _SNIPPET_CHARACTERS}
        if len(answered) > most or (len(answered) == most and start < best):
            best, most = start, len(answered)
    if best:
        space = text.find(" ", best, best + _BEFORE_MATCH_CHARACTERS)
        best = space + 1 if space >= 0 else best
    end = min(len(text), best + _SNIPPET_CHARACTERS)
    space = text.rfind(" ", best, end) if end < len(text) else -1
    return best, space if space > best else end


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Reasons:
    """Why a record answers: one reason per word of the query, the plainest there is."""

    def __init__(self, thesaurus: Thesaurus, groups: Sequence[Group], query: str) -> None:
        self._thesaurus = thesaurus
        self._groups = groups
        self._query = query
        self._key = exact_key(query)

    def why(
        self, record: StoredRecord, found: Sequence[tuple[AnalysedText, Match]], is_called_so: bool
    ) -> tuple[Why, ...]:
        """`found`: in its title, then in the passage that is shown."""
        reasons = list(self._called_so(record)) if is_called_so else []
        for number, group in enumerate(self._groups):
            mine = [(text, match) for text, match in found if match.group == number]
            reason = _plainest(group, mine) or self._by_tag(group, record) or self._by_name(group, record)
            if reason:
                reasons.append(reason)
        return tuple(dict.fromkeys(reasons))

    def _called_so(self, record: StoredRecord) -> Iterator[Why]:
        for name in record["names"]:
            if self._key and exact_key(name) == self._key:
                yield Why(self._query, name, self._language(name, record))
                return

    def _by_tag(self, group: Group, record: StoredRecord) -> Why | None:
        for concept in group.concepts:
            allowed = group.languages[concept.id]
            if concept.id in record["concepts"] and (allowed is None or record["language"] in allowed):
                label, language = self._thesaurus.label_and_language(concept.id, record["language"])
                return Why(group.surface, label, language, concept.id)
        return None

    def _by_name(self, group: Group, record: StoredRecord) -> Why | None:
        forms = {form for one in group.forms for form in one}
        for name in record["names"]:
            if not forms.isdisjoint(fold_phrase(name).split()):
                return Why(group.surface, name, self._language(name, record))
        return None

    def _language(self, name: str, record: StoredRecord) -> str:
        return self._thesaurus.language_of(name) or record["language"]


def _plainest(group: Group, found: Sequence[tuple[AnalysedText, Match]]) -> Why | None:
    """A concept explains more than a word, a title before a passage."""
    if not found:
        return None
    text, match = min(found, key=lambda pair: pair[1].concept is None)
    return Why(group.surface, text.text[match.start : match.end], text.language, match.concept)
