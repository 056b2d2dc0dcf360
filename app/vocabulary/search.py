"""The thesaurus as the search engine sees it: concepts are records too, and the snapshot that understands queries."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from app.permissions import Visibility, acl
from app.vocabulary.models import LabelKind, Scheme
from app.vocabulary.service import ConceptEntry, ConceptWord, TermEntry, Vocabulary
from search.engine import Document, Passage
from search.thesaurus import Concept, Country, Label, Thesaurus
from search.thesaurus import LabelKind as SearchLabelKind


def concept_documents(_session: Session, vocabulary: Vocabulary, ids: Sequence[str] | None) -> Iterator[Document]:
    wanted = vocabulary.concepts if ids is None else [key for key in ids if key in vocabulary.concepts]
    for key in wanted:
        yield _document(vocabulary.concepts[key])


def _document(entry: ConceptEntry) -> Document:
    public = acl(Visibility.CLEAR)
    names = tuple(word.text for word in entry.words if word.kind is not LabelKind.HIDDEN)
    passages = tuple(Passage(text, language, public) for language, text in entry.definitions.items())
    return Document(
        key=f"concept:{entry.id}",
        kind="concept",
        language="en",
        title=entry.label("en").value,
        acl=public,
        names=names,
        passages=passages,
        concepts=(entry.id,),
    )


def thesaurus(vocabulary: Vocabulary) -> Thesaurus:
    """The snapshot that queries and documents are understood with."""
    concepts = (
        Concept(entry.id, entry.facet, entry.broader, entry.related, tuple(_label(word) for word in entry.words))
        for entry in vocabulary.concepts.values()
    )
    return Thesaurus(concepts, (_country(entry) for entry in vocabulary.list(Scheme.COUNTRY)))


def _label(word: ConceptWord) -> Label:
    return Label(
        word.language,
        word.text,
        SearchLabelKind(word.kind.value),
        word.is_whole_word,
        word.is_case_sensitive,
        word.is_never_in_compounds,
    )


def _country(entry: TermEntry) -> Country:
    spoken = (word for words in entry.search_labels.values() for word in words)
    return Country(entry.code, (*entry.labels.values(), *spoken))
