"""What the index knows of an organisation: its names in every language, its task, its functions and its channels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.directory.models import ContactPoint, Organisation, OrganisationFunction
from app.directory.names import own_name
from app.i18n import LANGUAGES
from app.permissions import acl
from app.publishing.fingerprint import fingerprint
from app.vocabulary.models import Scheme
from app.vocabulary.service import Vocabulary
from search.engine import Document, Passage

FACETS_OF_CONCEPTS = {"form": "exploitation-form", "sector": "sector-or-place", "victim": "victim-group"}
"""Facet of the search page -> facet of the thesaurus."""


@dataclass(frozen=True, slots=True)
class _Parts:
    functions: tuple[str, ...]
    contacts: tuple[ContactPoint, ...]


def organisation_documents(session: Session, vocabulary: Vocabulary, ids: Sequence[str] | None) -> Iterator[Document]:
    query = select(Organisation).order_by(Organisation.id)
    rows = session.exec(query if ids is None else query.where(col(Organisation.id).in_(ids))).all()
    functions: dict[str, list[str]] = {row.id: [] for row in rows}
    contacts: dict[str, list[ContactPoint]] = {row.id: [] for row in rows}
    held = select(OrganisationFunction).where(col(OrganisationFunction.organisation_id).in_(list(functions)))
    for function in session.exec(held.order_by(col(OrganisationFunction.position))):
        functions[function.organisation_id].append(function.function)
    channels = select(ContactPoint).where(col(ContactPoint.organisation_id).in_(list(functions)))
    for contact in session.exec(channels.order_by(col(ContactPoint.position))):
        contacts[contact.organisation_id].append(contact)
    for row in rows:
        yield _document(vocabulary, row, _Parts(tuple(functions[row.id]), tuple(contacts[row.id])))


def _document(vocabulary: Vocabulary, row: Organisation, parts: _Parts) -> Document:
    title = own_name(row)
    terms = [entry for code in parts.functions if (entry := vocabulary.find(Scheme.FUNCTION, code))]
    concepts = _unique([*row.concepts, *(concept for entry in terms for concept in entry.concepts)])
    names = [title.value, *row.names.values(), row.abbreviation or "", row.website_domain or ""]
    facets = {
        "country": (row.country,),
        "type": (row.type,),
        "function": parts.functions,
        "language": tuple(row.languages_served or ()),
        "theme": tuple(row.themes),
        "concept": concepts,
        **{facet: _of_facet(vocabulary, concepts, wanted) for facet, wanted in FACETS_OF_CONCEPTS.items()},
    }
    return fingerprint(
        Document(
            key=f"organisation:{row.id}",
            kind="organisation",
            language=title.language,
            title=title.value,
            acl=acl(row.visibility),
            names=_unique(names),
            passages=tuple(_passages(vocabulary, row, parts)),
            concepts=concepts,
            facets=facets,
        )
    )


def _passages(vocabulary: Vocabulary, row: Organisation, parts: _Parts) -> Iterator[Passage]:
    for language, mandate in row.mandate.items():
        yield Passage(mandate, language, acl(row.visibility))
    for language in LANGUAGES:
        words = [vocabulary.label(Scheme.FUNCTION, code, language) for code in parts.functions]
        words += [vocabulary.label(Scheme.PLACE, code, language) for code in row.places or ()]
        if words:
            yield Passage(", ".join(_unique(words)), language, acl(row.visibility))
    for contact in parts.contacts:
        for language, scope in contact.scope.items():
            yield Passage(scope, language, narrower(acl(contact.visibility), acl(row.visibility)))


def narrower(part: tuple[str, ...], whole: tuple[str, ...]) -> tuple[str, ...]:
    """A part is never more visible than its record: a public channel of a members' record is for members."""
    return whole if "clear" in part else part


def _of_facet(vocabulary: Vocabulary, concepts: Iterable[str], facet: str) -> tuple[str, ...]:
    return tuple(key for key in concepts if key in vocabulary.concepts and vocabulary.concepts[key].facet == facet)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
