"""The closed lists and the thesaurus as one immutable snapshot: read once, looked up by every page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.i18n import FALLBACKS, collation_key
from app.vocabulary.models import Concept, ConceptLabel, LabelKind, Scheme, Term

NORDIC = ("DK", "FI", "IS", "NO", "SE")
TERRITORIES = ("AX", "FO", "GL")


@dataclass(frozen=True, slots=True)
class Text:
    """Words with the language they are in; `is_assisted`: written with machine assistance, confirmed by nobody yet."""

    value: str
    language: str
    is_assisted: bool = False

    def __bool__(self) -> bool:
        return bool(self.value)


NO_TEXT = Text("", "en")


def choose(texts: Mapping[str, str], language: str, assisted: tuple[str, ...] | list[str] = ()) -> Text:
    """The text in the reader's language, else in the nearest language there is one in."""
    for candidate in (language, *FALLBACKS[language], *texts):
        if value := texts.get(candidate):
            return Text(value, candidate, candidate in assisted)
    return NO_TEXT


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One entry of a closed list, in every language."""

    scheme: Scheme
    code: str
    group: str | None
    kind: str | None
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    assisted: tuple[str, ...]
    search_labels: Mapping[str, tuple[str, ...]]
    concepts: tuple[str, ...]
    time_zones: tuple[str, ...]

    def label(self, language: str) -> str:
        return choose(self.labels, language).value

    def definition(self, language: str) -> Text:
        return choose(self.definitions, language, self.assisted)


@dataclass(frozen=True, slots=True)
class ConceptWord:
    language: str
    text: str
    kind: LabelKind
    is_whole_word: bool
    is_case_sensitive: bool
    is_never_in_compounds: bool
    is_verified: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class ConceptEntry:
    id: str
    facet: str
    broader: tuple[str, ...]
    related: tuple[str, ...]
    definitions: Mapping[str, str]
    assisted: tuple[str, ...]
    note: str | None
    words: tuple[ConceptWord, ...]
    preferred: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str) -> Text:
        return choose(self.preferred, language)

    def definition(self, language: str) -> Text:
        return choose(self.definitions, language, self.assisted)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`terms` keep the order of their list; look-ups of unknown codes raise KeyError."""

    terms: Mapping[Scheme, Mapping[str, TermEntry]]
    concepts: Mapping[str, ConceptEntry]

    def term(self, scheme: Scheme, code: str) -> TermEntry:
        return self.terms[scheme][code]

    def find(self, scheme: Scheme, code: str) -> TermEntry | None:
        return self.terms[scheme].get(code)

    def label(self, scheme: Scheme, code: str, language: str) -> str:
        entry = self.terms[scheme].get(code)
        return entry.label(language) if entry else code

    def list(self, scheme: Scheme) -> tuple[TermEntry, ...]:
        return tuple(self.terms[scheme].values())

    def sorted(self, scheme: Scheme, language: str) -> tuple[TermEntry, ...]:
        key = collation_key(language)
        return tuple(sorted(self.terms[scheme].values(), key=lambda entry: key(entry.label(language))))

    def narrower(self, concept_id: str) -> tuple[ConceptEntry, ...]:
        return tuple(entry for entry in self.concepts.values() if concept_id in entry.broader)


def load_vocabulary(session: Session) -> Vocabulary:
    terms: dict[Scheme, dict[str, TermEntry]] = {scheme: {} for scheme in Scheme}
    for row in session.exec(select(Term).order_by(Term.scheme, col(Term.position))):
        terms[Scheme(row.scheme)][row.code] = _entry(row)
    words: dict[str, list[ConceptWord]] = {}
    for label in session.exec(
        select(ConceptLabel).order_by(ConceptLabel.concept_id, ConceptLabel.language, col(ConceptLabel.position))
    ):
        words.setdefault(label.concept_id, []).append(_word(label))
    concepts = {
        row.id: _concept(row, tuple(words.get(row.id, ())))
        for row in session.exec(select(Concept).order_by(Concept.id))
    }
    return Vocabulary(terms, concepts)


def _entry(row: Term) -> TermEntry:
    return TermEntry(
        scheme=Scheme(row.scheme),
        code=row.code,
        group=row.group_code,
        kind=row.kind,
        labels=row.labels,
        definitions=row.definitions,
        assisted=tuple(row.assisted),
        search_labels={language: tuple(words) for language, words in row.search_labels.items()},
        concepts=tuple(row.concepts),
        time_zones=tuple(row.time_zones),
    )


def _word(row: ConceptLabel) -> ConceptWord:
    return ConceptWord(
        row.language,
        row.text,
        row.kind,
        row.is_whole_word,
        row.is_case_sensitive,
        row.is_never_in_compounds,
        row.is_verified,
        row.source,
    )


def _concept(row: Concept, words: tuple[ConceptWord, ...]) -> ConceptEntry:
    return ConceptEntry(
        id=row.id,
        facet=row.facet,
        broader=tuple(row.broader),
        related=tuple(row.related),
        definitions=row.definitions,
        assisted=tuple(row.assisted),
        note=row.note,
        words=words,
        preferred={word.language: word.text for word in words if word.kind is LabelKind.PREFERRED},
    )
