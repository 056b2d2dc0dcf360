"""Materials and case summaries as the search engine holds them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlmodel import Session, col, select

from app.library.models import CaseSummary, Edition, Material, Passage, PublicationStatus
from app.permissions import acl
from app.publishing.fingerprint import fingerprint
from app.vocabulary.service import Vocabulary
from search.engine import Document
from search.engine import Passage as SearchPassage

CONCEPT_FACETS = {"form": "exploitation-form", "sector": "sector-or-place", "victim": "victim-group"}
"""Facet of the index -> facet of the thesaurus from which it is filled."""
CASE_TYPE = "case-summary"
Part = TypeVar("Part", Edition, Passage)


def material_documents(session: Session, vocabulary: Vocabulary, ids: Sequence[str] | None) -> Iterator[Document]:
    query = select(Material).where(Material.status == PublicationStatus.PUBLISHED).order_by(Material.id)
    materials = session.exec(query if ids is None else query.where(col(Material.id).in_(ids))).all()
    held = [material.id for material in materials] if ids is not None else None
    editions = _by_material(session, Edition, held)
    passages = _by_material(session, Passage, held)
    for material in materials:
        yield _material(vocabulary, material, editions.get(material.id, []), passages.get(material.id, []))


def case_documents(session: Session, vocabulary: Vocabulary, ids: Sequence[str] | None) -> Iterator[Document]:
    query = select(CaseSummary).where(CaseSummary.status == PublicationStatus.PUBLISHED).order_by(CaseSummary.id)
    for case in session.exec(query if ids is None else query.where(col(CaseSummary.id).in_(ids))):
        yield _case(vocabulary, case)


def _by_material(session: Session, model: type[Part], ids: list[str] | None) -> dict[str, list[Part]]:
    query = select(model) if ids is None else select(model).where(col(model.material_id).in_(ids))
    found: dict[str, list[Part]] = {}
    for row in session.exec(query.order_by(*model.__table__.primary_key.columns)):  # type: ignore[attr-defined]
        found.setdefault(row.material_id, []).append(row)
    return found


def _material(vocabulary: Vocabulary, material: Material, editions: list[Edition], passages: list[Passage]) -> Document:
    titles = {edition.language: edition.title for edition in editions}
    title = titles.get(material.language) or next(iter(titles.values()), material.id)
    names = [*titles.values(), *material.titles.values(), *material.identifiers]
    return fingerprint(
        Document(
            key=f"material:{material.id}",
            kind="material",
            language=material.language,
            title=title,
            acl=acl(material.visibility),
            names=_unique(name for name in names if name != title),
            passages=tuple(_material_passages(material, editions, passages)),
            concepts=tuple(material.concepts),
            facets={
                "country": tuple(material.countries),
                "language": _unique([material.language, *titles]),
                "type": (material.type,),
                "theme": tuple(material.themes),
                "audience": tuple(material.audience),
                **concept_facets(vocabulary, material.concepts),
            },
            year=material.year,
        )
    )


def _material_passages(
    material: Material, editions: Iterable[Edition], passages: Iterable[Passage]
) -> Iterator[SearchPassage]:
    """The passages there are, then what an edition says of itself where no passage says it already.

    The publisher is text and no name: who asks for a body by name wants the body before what it has published.
    """
    readers = acl(material.visibility)
    said: set[str] = set()
    for passage in passages:
        said.add(passage.text)
        yield SearchPassage(passage.text, passage.language, readers, passage.page)
    for edition in editions:
        for text in (edition.abstract, " ".join(edition.success_factors), " ".join(edition.recommendations)):
            if text and text not in said:
                said.add(text)
                yield SearchPassage(text, edition.language, readers)
    if material.publisher:
        yield SearchPassage(material.publisher, material.language, readers)


def _case(vocabulary: Vocabulary, case: CaseSummary) -> Document:
    readers = acl(case.visibility)
    told = (case.what_happened, case.detection, case.cooperation, case.evidence, case.outcome, " ".join(case.lessons))
    return fingerprint(
        Document(
            key=f"case:{case.id}",
            kind="case",
            language=case.language,
            title=case.title,
            acl=readers,
            passages=tuple(SearchPassage(text, case.language, readers) for text in told if text),
            concepts=tuple(case.concepts),
            facets={
                "country": (case.country,),
                "language": (case.language,),
                "type": (CASE_TYPE,),
                "theme": tuple(case.themes),
                **concept_facets(vocabulary, case.concepts),
            },
        )
    )


def concept_facets(vocabulary: Vocabulary, concepts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    known = [vocabulary.concepts[concept] for concept in concepts if concept in vocabulary.concepts]
    facets = {"concept": tuple(entry.id for entry in known)}
    for name, facet in CONCEPT_FACETS.items():
        facets[name] = tuple(entry.id for entry in known if entry.facet == facet)
    return facets


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
