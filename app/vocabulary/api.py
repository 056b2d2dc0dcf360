"""The thesaurus as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.api_answers import ApiLanguage, ApiSlug, PageNumber, PerPage, respond
from app.i18n import collation_key
from app.pages import PER_PAGE, PUBLIC
from app.state import Portal
from app.vocabulary.concepts import get_concept
from app.vocabulary.models import LabelKind
from app.vocabulary.service import ConceptEntry, Vocabulary

router = APIRouter(dependencies=[PUBLIC], tags=["vocabulary"])
Facet = Annotated[str | None, Query(pattern="^[a-z-]{1,32}$", description="Facet of the thesaurus.")]


class ConceptItem(BaseModel):
    """`definition_assisted`: written with machine assistance, not yet read by a person."""

    id: str
    facet: str
    label: str
    label_language: str
    labels: dict[str, str]
    definition: str
    definition_language: str
    definition_assisted: bool
    url: str


class ConceptLabelItem(BaseModel):
    """`verified`: attested in `source`."""

    language: str
    text: str
    kind: LabelKind
    verified: bool
    source: str | None


class ConceptDetail(ConceptItem):
    note: str | None
    broader: list[str]
    narrower: list[str]
    related: list[str]
    words: list[ConceptLabelItem]


class ConceptList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[ConceptItem]


@router.get("/concepts", response_model=ConceptList)
def list_concepts(
    request: Request, lang: ApiLanguage = "en", facet: Facet = None, page: PageNumber = 1, per_page: PerPage = PER_PAGE
) -> Response:
    """The concepts of the thesaurus in alphabetical order of their labels."""
    portal: Portal = request.app.state.portal
    key = collation_key(lang)
    entries = [entry for entry in portal.vocabulary.concepts.values() if facet is None or entry.facet == facet]
    entries.sort(key=lambda entry: key(entry.label(lang).value))
    shown = entries[(page - 1) * per_page : page * per_page]
    items = [concept_item(entry, lang) for entry in shown]
    return respond(request, ConceptList(total=len(entries), page=page, per_page=per_page, items=items))


@router.get("/concepts/{concept_id}", response_model=ConceptDetail)
def read_concept(request: Request, concept_id: ApiSlug, lang: ApiLanguage = "en") -> Response:
    """One concept with its words in every language."""
    portal: Portal = request.app.state.portal
    return respond(request, concept_detail(portal.vocabulary, get_concept(portal.vocabulary, concept_id), lang))


def concept_item(entry: ConceptEntry, language: str) -> ConceptItem:
    label, definition = entry.label(language), entry.definition(language)
    return ConceptItem(
        id=entry.id,
        facet=entry.facet,
        label=label.value,
        label_language=label.language,
        labels=dict(entry.preferred),
        definition=definition.value,
        definition_language=definition.language,
        definition_assisted=definition.is_assisted,
        url=f"/{language}/concepts/{entry.id}",
    )


def concept_detail(vocabulary: Vocabulary, entry: ConceptEntry, language: str) -> ConceptDetail:
    return ConceptDetail(
        **concept_item(entry, language).model_dump(),
        note=entry.note,
        broader=list(entry.broader),
        narrower=[other.id for other in vocabulary.narrower(entry.id)],
        related=list(entry.related),
        words=[
            ConceptLabelItem(
                language=word.language, text=word.text, kind=word.kind, verified=word.is_verified, source=word.source
            )
            for word in entry.words
            if word.kind is not LabelKind.HIDDEN
        ],
    )
