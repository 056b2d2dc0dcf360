"""The search as JSON."""

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api_answers import MAX_PAGE, MAX_PER_PAGE, ApiLanguage, Language, respond
from app.db import SessionDep
from app.discovery.forms import (
    FACETS,
    FIRST_YEAR,
    LAST_YEAR,
    MAX_VALUES,
    RESULTS_PER_PAGE,
    SearchForm,
    read_form,
    read_text,
)
from app.discovery.labels import value_label
from app.discovery.service import Result, SearchResults, search, suggest
from app.i18n import speaking
from app.pages import PUBLIC
from app.permissions import VISITOR
from app.rate_limits import Limited, limited
from app.state import Portal
from search.engine import MAX_QUERY_CHARACTERS, Sort
from search.understand import Understanding

router = APIRouter(dependencies=[PUBLIC], tags=["search"])
MAX_SUGGESTIONS = 20

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]
Codes = Annotated[list[Code], Field(max_length=MAX_VALUES)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}(\.[a-z]{2,3})?$")]
Year = Annotated[int | None, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Text = Annotated[str, Field(max_length=MAX_QUERY_CHARACTERS)]


class SearchParameters(BaseModel):
    """Several values of one filter mean any of them; different filters mean all of them."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field("", description="Words in any language, a name or an identifier.")
    lang: Language = Field("en", description="Language of labels.")
    kind: list[Literal["organisation", "material", "case", "concept"]] = Field([], max_length=4)
    country: Codes = Field([], description="Country code, or NORDIC for the five countries and three territories.")
    language: Codes = Field([], description="Language of the content or served by the organisation.")
    type: Codes = Field([], description="Type of organisation or of material.")
    theme: Codes = []
    audience: Codes = []
    function: Codes = []
    form: Codes = Field([], description="Form of exploitation (concept).")
    sector: Codes = Field([], description="Sector or place (concept).")
    victim: Codes = Field([], description="Group of victims (concept).")
    concept: Codes = []
    year_from: Year = None
    year_to: Year = None
    sort: Sort = Sort.RELEVANCE
    page: int = Field(1, ge=1, le=MAX_PAGE)
    per_page: int = Field(RESULTS_PER_PAGE, ge=1, le=MAX_PER_PAGE)
    off: Annotated[list[Key], Field(max_length=MAX_VALUES)] = Field(
        [], description="Keys of `also_searched`, or concept ids, to leave out."
    )

    def pairs(self) -> Iterator[tuple[str, str]]:
        for name, value in self.model_dump(mode="json", exclude={"lang"}).items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    yield name, str(one)


class AskedConcept(BaseModel):
    """`matched` are the words of the query that name it."""

    id: str
    label: str
    matched: str


class AlsoSearchedWord(BaseModel):
    """`key` handed back as `off` leaves the word out."""

    key: str
    word: str
    label: str
    language: str
    concept: str
    on: bool


class DidYouMean(BaseModel):
    word: str
    suggestion: str
    query: str


class AskedQuery(BaseModel):
    text: str
    language: str
    concepts: list[AskedConcept]
    also_searched: list[AlsoSearchedWord]
    did_you_mean: list[DidYouMean]
    countries: list[str]


class SnippetPart(BaseModel):
    text: str
    match: bool


class SearchSnippet(BaseModel):
    language: str
    parts: list[SnippetPart]


class WhyFound(BaseModel):
    """The query's `word` met `matched` in the record, through `concept` where there is one."""

    word: str
    matched: str
    language: str
    concept: str | None


class SearchHit(BaseModel):
    """`country` and `language` hold all of the record's; `page` is the page of the snippet in the document."""

    kind: str
    id: str
    title: str
    language: str
    languages: list[str]
    country: list[str]
    type: str | None
    year: int | None
    url: str
    snippet: SearchSnippet | None
    page: int | None
    why: list[WhyFound]
    score: float


class FacetValue(BaseModel):
    value: str
    label: str
    count: int


class SearchAnswer(BaseModel):
    """`degraded` says in a word why the answer is less than it should be; null when all is well."""

    query: AskedQuery
    total: int
    page: int
    per_page: int
    hits: list[SearchHit]
    facets: dict[str, list[FacetValue]]
    degraded: str | None


class SuggestedItem(BaseModel):
    text: str
    language: str
    kind: str
    id: str
    url: str


class SuggestAnswer(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[SuggestedItem]


@router.get("/search", response_model=SearchAnswer, dependencies=[limited(Limited.SEARCH)])
def search_records(request: Request, session: SessionDep, asked: Annotated[SearchParameters, Query()]) -> Response:
    """One search over organisations, materials, cases and concepts, in every language at once."""
    portal: Portal = request.app.state.portal
    form = read_form(asked.pairs(), portal.vocabulary)
    if form.left_out:
        raise RequestValidationError(
            [
                {"loc": ("query", one.parameter), "msg": "There is no such value.", "type": "value_error"}
                for one in form.left_out
            ]
        )
    results = search(portal, session, VISITOR, form, asked.lang)
    with speaking(asked.lang):
        return respond(request, search_answer(portal, form, results, asked.lang))


@router.get("/suggest", response_model=SuggestAnswer, dependencies=[limited(Limited.SUGGEST)])
def suggest_records(
    request: Request,
    session: SessionDep,
    q: Annotated[str, Query(max_length=MAX_QUERY_CHARACTERS, description="What was typed so far.")],
    lang: ApiLanguage = "en",
    per_page: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = 8,
) -> Response:
    """Titles, names and concept labels that begin like this."""
    portal: Portal = request.app.state.portal
    text, _ = read_text(q)
    found = suggest(portal, session, VISITOR, text, lang, per_page)
    items = [
        SuggestedItem(
            text=one.text, language=one.language, kind=one.card.kind, id=one.card.id, url=f"/{lang}/{one.card.path}"
        )
        for one in found
    ]
    return respond(request, SuggestAnswer(total=len(items), page=1, per_page=per_page, items=items))


def search_answer(portal: Portal, form: SearchForm, results: SearchResults, language: Language) -> SearchAnswer:
    return SearchAnswer(
        query=asked_query(results.understanding),
        total=results.total,
        page=form.page,
        per_page=form.per_page,
        hits=[search_hit(result, language) for result in results.results],
        facets={
            name: [
                FacetValue(
                    value=one.value, label=value_label(portal.vocabulary, name, one.value, language), count=one.count
                )
                for one in results.facets[name]
            ]
            for name in ("kind", *FACETS)
            if name in results.facets
        },
        degraded=results.degraded,
    )


def asked_query(understood: Understanding) -> AskedQuery:
    return AskedQuery(
        text=understood.text,
        language=understood.language,
        concepts=[
            AskedConcept(id=concept.id, label=concept.label, matched=concept.matched) for concept in understood.concepts
        ],
        also_searched=[
            AlsoSearchedWord(
                key=one.key, word=one.word, label=one.label, language=one.language, concept=one.concept, on=one.is_on
            )
            for one in understood.also_searched
        ],
        did_you_mean=[
            DidYouMean(word=one.surface, suggestion=one.suggestion, query=one.text) for one in understood.corrections
        ],
        countries=list(understood.countries),
    )


def search_hit(result: Result, language: Language) -> SearchHit:
    card, snippet = result.card, result.snippet
    shown = None
    if snippet:
        parts = [SnippetPart(text=part.text, match=part.is_match) for part in snippet.fragments]
        shown = SearchSnippet(language=snippet.language, parts=parts)
    return SearchHit(
        kind=card.kind,
        id=card.id,
        title=card.title.value,
        language=card.title.language,
        languages=list(card.languages),
        country=list(card.countries),
        type=card.type,
        year=card.year,
        url=f"/{language}/{card.path}",
        snippet=shown,
        page=snippet.page if snippet else None,
        why=[
            WhyFound(word=why.word, matched=why.matched, language=why.language, concept=why.concept)
            for why in result.why
        ],
        score=result.score,
    )
