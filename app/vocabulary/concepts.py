"""The thesaurus as people read it: one concept with all its words, and the glossary of a language."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from app.errors import NotFound
from app.i18n import LANGUAGES, N_, collation_key, first_letter
from app.vocabulary.models import LabelKind, Scheme
from app.vocabulary.service import ConceptEntry, ConceptWord, Text, Vocabulary

GLOSSARY_LANGUAGES = ("da", "fi", "is", "nb", "nn", "sv", "en")
"""The languages in which every concept has a preferred term."""
ALPHABETS = {"nn": "nb"}
"""Languages that are sorted by the alphabet of another one."""
FACETS = {
    "exploitation-form": N_("Form of exploitation"),
    "victim-group": N_("Group of victims"),
    "process-stage": N_("Stage of the process"),
    "actor-type": N_("Type of actor"),
    "material-type": N_("Type of material"),
    "legal-concept": N_("Legal concept"),
    "method": N_("Method"),
    "sector-or-place": N_("Sector or place"),
    "indicator": N_("Indicator"),
    "phenomenon": N_("Phenomenon"),
    "cooperation": N_("Cooperation"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A term; `is_verified`: it is attested in `source`, which does not make it the best term."""

    text: str
    is_verified: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class LanguageWords:
    language: str
    name: str
    preferred: Word | None
    alternatives: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class ConceptView:
    id: str
    facet: str
    facet_message: str
    label: Text
    definition: Text
    note: str | None
    words: tuple[LanguageWords, ...]
    broader: tuple[Neighbour, ...]
    narrower: tuple[Neighbour, ...]
    related: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Equivalent:
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    id: str
    term: str
    definition: Text
    equivalents: tuple[Equivalent, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    letter: str
    terms: tuple[GlossaryTerm, ...]


def get_concept(vocabulary: Vocabulary, concept_id: str) -> ConceptEntry:
    """Raises NotFound."""
    entry = vocabulary.concepts.get(concept_id)
    if entry is None:
        raise NotFound
    return entry


def concept_view(vocabulary: Vocabulary, entry: ConceptEntry, language: str) -> ConceptView:
    return ConceptView(
        id=entry.id,
        facet=entry.facet,
        facet_message=FACETS.get(entry.facet, entry.facet),
        label=entry.label(language),
        definition=entry.definition(language),
        note=entry.note,
        words=tuple(_words(vocabulary, entry, language)),
        broader=_neighbours(vocabulary, entry.broader, language),
        narrower=_neighbours(vocabulary, (other.id for other in vocabulary.narrower(entry.id)), language),
        related=_neighbours(vocabulary, entry.related, language),
    )


def _words(vocabulary: Vocabulary, entry: ConceptEntry, language: str) -> Iterable[LanguageWords]:
    """The reader's language first, then the order of the closed list; hidden words are for searching only."""
    shown = [word for word in entry.words if word.kind is not LabelKind.HIDDEN]
    order = [language, *(term.code for term in vocabulary.list(Scheme.LANGUAGE))]
    for code in dict.fromkeys(order):
        own = [word for word in shown if word.language == code]
        if own:
            preferred = next((_word(word) for word in own if word.kind is LabelKind.PREFERRED), None)
            others = tuple(_word(word) for word in own if word.kind is LabelKind.ALTERNATIVE)
            yield LanguageWords(code, vocabulary.label(Scheme.LANGUAGE, code, language), preferred, others)


def _word(word: ConceptWord) -> Word:
    return Word(word.text, word.is_verified, word.source)


def _neighbours(vocabulary: Vocabulary, ids: Iterable[str], language: str) -> tuple[Neighbour, ...]:
    key = collation_key(language)
    found = [Neighbour(one, vocabulary.concepts[one].label(language)) for one in ids if one in vocabulary.concepts]
    return tuple(sorted(found, key=lambda neighbour: key(neighbour.label.value)))


def with_narrower(vocabulary: Vocabulary, concept_id: str) -> tuple[str, ...]:
    """The concept and everything below it, each once."""
    found = [concept_id]
    for one in found:
        found += [other.id for other in vocabulary.narrower(one) if other.id not in found]
    return tuple(found)


def glossary(vocabulary: Vocabulary, term_language: str, reader_language: str) -> tuple[Letter, ...]:
    """The preferred terms of `term_language` by its alphabet; definitions in the reader's language."""
    alphabet = ALPHABETS.get(term_language, term_language)
    key = collation_key(alphabet)
    entries = [entry for entry in vocabulary.concepts.values() if term_language in entry.preferred]
    terms = sorted((_term(entry, term_language, reader_language) for entry in entries), key=lambda term: key(term.term))
    grouped = groupby(terms, key=lambda term: first_letter(term.term, alphabet))
    return tuple(Letter(letter, tuple(group)) for letter, group in grouped)


def _term(entry: ConceptEntry, term_language: str, reader_language: str) -> GlossaryTerm:
    others = (code for code in LANGUAGES if code != term_language and code in entry.preferred)
    return GlossaryTerm(
        id=entry.id,
        term=entry.preferred[term_language],
        definition=entry.definition(reader_language),
        equivalents=tuple(Equivalent(code, entry.preferred[code]) for code in others),
    )
